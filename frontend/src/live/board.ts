import {
  HORIZONS,
  type Coin,
  type Forecast,
  type ForecastsAnswer,
  type Price,
  type ServerMessage,
} from '../api/types';

/** The board after one message. Messages may come twice and out of order; the newest `as_of` wins. */
export function applyMessage(board: ForecastsAnswer, message: ServerMessage): ForecastsAnswer {
  switch (message.type) {
    case 'price':
      return changeCoin(board, message.price.symbol, message.price.as_of, (coin) =>
        withPrice(coin, message.price),
      );
    case 'forecast':
      return changeCoin(board, message.forecast.symbol, message.forecast.as_of, (coin) =>
        withForecast(coin, message.forecast),
      );
    case 'cycle':
      // It ends a cycle and may have brought no figure: only figures make the board newer.
      return isOlder(message.as_of, board.as_of)
        ? board
        : { ...board, data_label: message.data_label, missing: message.missing ?? [] };
    default:
      return board;
  }
}

const DAY_MS = 86_400_000;

/** More than a day back is not lateness: a replay was started again. */
export function isFarBehind(
  asOf: string | null | undefined,
  held: string | null | undefined,
): boolean {
  return !!asOf && !!held && Date.parse(held) - Date.parse(asOf) > DAY_MS;
}

/** The answer of a poll, less what the stream brought since: of each figure the newer is kept. */
export function newerBoard(
  held: ForecastsAnswer | undefined,
  polled: ForecastsAnswer,
): ForecastsAnswer {
  if (!held?.as_of) return polled;
  if (isFarBehind(polled.as_of, held.as_of)) return polled;
  const behind = isOlder(polled.as_of, held.as_of);
  const coins = polled.coins.map((coin) => newerCoin(held, coin));
  return { ...(behind ? held : polled), coins, read_from: polled.read_from };
}

function newerCoin(held: ForecastsAnswer, polled: Coin): Coin {
  const before = held.coins.find(({ symbol }) => symbol === polled.symbol);
  if (!before) return polled;
  const { price } = before;
  const newest =
    price && isOlder(polled.price?.as_of, price.as_of) ? withPrice(polled, price) : polled;
  return before.forecasts.reduce((coin, forecast) => {
    const other = coin.forecasts.find(({ horizon }) => horizon === forecast.horizon);
    return isOlder(other?.as_of, forecast.as_of) ? withForecast(coin, forecast) : coin;
  }, newest);
}

function changeCoin(
  board: ForecastsAnswer,
  symbol: string,
  asOf: string,
  change: (coin: Coin) => Coin,
): ForecastsAnswer {
  const coins = board.coins.map((coin) => (coin.symbol === symbol ? change(coin) : coin));
  return isOlder(board.as_of, asOf)
    ? { ...board, coins, as_of: asOf, stale: false }
    : { ...board, coins };
}

function withPrice(coin: Coin, price: Price): Coin {
  if (isOlder(price.as_of, coin.price?.as_of)) return coin;
  return { ...coin, price, missing: without(coin.missing, 'price') };
}

function withForecast(coin: Coin, forecast: Forecast): Coin {
  const held = coin.forecasts.find(({ horizon }) => horizon === forecast.horizon);
  if (held && isOlder(forecast.as_of, held.as_of)) return coin;
  const others = coin.forecasts.filter(({ horizon }) => horizon !== forecast.horizon);
  const forecasts = [...others, forecast].sort(
    (a, b) => HORIZONS.indexOf(a.horizon) - HORIZONS.indexOf(b.horizon),
  );
  return {
    ...coin,
    forecasts,
    missing: missingOf(coin, forecasts),
    stale: forecasts.some(({ stale }) => stale),
  };
}

/** `missing` without what speaks of `name`, as in `24h: no forecast yet`. */
function without(missing: readonly string[] | undefined, name: string): string[] {
  return (missing ?? []).filter((item) => !item.startsWith(`${name}:`));
}

/** What the API says a coin lacks: horizons and a price that never came, and its forecasts' own. */
function missingOf(coin: Coin, forecasts: readonly Forecast[]): string[] {
  const there = new Set<string>(forecasts.map(({ horizon }) => horizon));
  const never = (coin.missing ?? []).filter((item) => {
    const [name = ''] = item.split(':');
    return name === 'price' || (isHorizon(name) && !there.has(name));
  });
  return [...new Set([...never, ...forecasts.flatMap(({ missing }) => missing ?? [])])];
}

function isHorizon(name: string): boolean {
  return (HORIZONS as readonly string[]).includes(name);
}

export function isOlder(a: string | null | undefined, b: string | null | undefined): boolean {
  if (!b) return false;
  return !a || Date.parse(a) < Date.parse(b);
}
