import type {
  Coin,
  CoinCloses,
  Forecast,
  ForecastsAnswer,
  HorizonRecord,
  Model,
  OutcomesAnswer,
  PastCall,
  Price,
} from '../src/api/types';

export const AS_OF = '2026-03-02T14:15:00Z';
/** Three minutes after `AS_OF`. */
export const NOW = Date.parse('2026-03-02T14:18:00Z');

export function minutesAfter(minutes: number): string {
  return new Date(Date.parse(AS_OF) + minutes * 60_000).toISOString();
}

export function aPrice(given: Partial<Price> = {}): Price {
  return { symbol: 'BTC', price: 64_000, as_of: AS_OF, source: 'coingecko', ...given };
}

export function aForecast(given: Partial<Forecast> = {}): Forecast {
  return {
    symbol: 'BTC',
    horizon: '1h',
    as_of: AS_OF,
    target_at: minutesAfter(60),
    issued_at: AS_OF,
    p_up: 0.62,
    call: 'up',
    confidence: 0.62,
    price: 64_000,
    contributions: { return_1h: 0.2, sentiment_6h: -0.1, volume_ratio_4h: 0.05, return_6h: 0.01 },
    model_version: 'v1',
    data_label: 'live',
    missing: [],
    stale: false,
    ...given,
  };
}

export function aCoin(given: Partial<Coin> = {}): Coin {
  return {
    symbol: 'BTC',
    name: 'Bitcoin',
    price: aPrice(),
    forecasts: [aForecast()],
    stale: false,
    missing: [],
    ...given,
  };
}

export function aBoard(given: Partial<ForecastsAnswer> = {}): ForecastsAnswer {
  return {
    data_label: 'live',
    as_of: AS_OF,
    stale: false,
    missing: [],
    read_from: 'redis',
    coins: [aCoin()],
    ...given,
  };
}

export function aModel(given: Partial<Model> = {}): Model {
  return {
    kind: 'prices',
    horizon: '1h',
    version: 'v1',
    trained_on: '5 coins, 86,400 rows',
    data_label: 'live',
    metrics: { accuracy_of_calls: 0.538, coverage: 0.41, calls: 812 },
    stand_in: false,
    title: '',
    ...given,
  };
}

export function fourModels(given: Partial<Model> = {}): Model[] {
  return (['15m', '1h', '4h', '24h'] as const).map((horizon) => aModel({ horizon, ...given }));
}

/** Each coin's closes, as [closed at, USD]. */
export function someCloses(
  coins: Record<string, readonly (readonly [string, number])[]>,
): CoinCloses[] {
  return Object.entries(coins).map(([symbol, closes]) => ({
    symbol,
    as_of: closes.at(-1)?.[0] ?? null,
    stale: false,
    closes: closes.map(([closed_at, close]) => ({ closed_at, close })),
  }));
}

/** Newest first, a quarter of an hour apart: `r`ight, `w`rong, or anything else for `abstain`. */
export function pastCalls(came: string): PastCall[] {
  return [...came].map((one, i) => ({
    as_of: minutesAfter(-15 * (i + 1)),
    p_up: 0.6,
    call: 'rw'.includes(one) ? 'up' : 'abstain',
    return_log: one === 'r' ? 0.01 : -0.01,
    correct: 'rw'.includes(one) ? one === 'r' : null,
  }));
}

export function aRecord(given: Partial<HorizonRecord> = {}): HorizonRecord {
  return {
    horizon: '1h',
    forecasts: 3_350,
    calls: 1_306,
    right: 714,
    accuracy: 0.5467,
    accuracy_lower95: 0.4568,
    accuracy_upper95: 0.6336,
    independent_calls: 118.2,
    independent_forecasts: 168.4,
    overdue: 0,
    share_up: 0.503,
    brier: 0.2481,
    ...given,
  };
}

export function someOutcomes(given: Partial<OutcomesAnswer> = {}): OutcomesAnswer {
  return {
    data_label: 'live',
    as_of: AS_OF,
    stale: false,
    missing: [],
    since: minutesAfter(-7 * 24 * 60),
    record: [aRecord()],
    coins: [{ symbol: 'BTC', horizon: '1h', outcomes: pastCalls('rwr.') }],
    ...given,
  };
}
