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
      return isOlder(message.as_of, board.as_of)
        ? board
        : {
            ...board,
            as_of: message.as_of,
            data_label: message.data_label,
            missing: message.missing ?? [],
            stale: false,
          };
    default:
      return board;
  }
}

const DAY_MS = 86_400_000;

/**
 * The answer of a poll, without going back in time where the stream was faster. More than a day
 * back is not lateness: a replay was started again.
 */
export function newerBoard(
  held: ForecastsAnswer | undefined,
  polled: ForecastsAnswer,
): ForecastsAnswer {
  if (!held?.as_of || !isOlder(polled.as_of, held.as_of)) return polled;
  const lag = Date.parse(held.as_of) - Date.parse(polled.as_of ?? held.as_of);
  return lag > DAY_MS ? polled : held;
}

function changeCoin(
  board: ForecastsAnswer,
  symbol: string,
  asOf: string,
  change: (coin: Coin) => Coin,
): ForecastsAnswer {
  const coins = board.coins.map((coin) => (coin.symbol === symbol ? change(coin) : coin));
  return { ...board, coins, as_of: isOlder(board.as_of, asOf) ? asOf : (board.as_of ?? asOf) };
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
    missing: without(coin.missing, forecast.horizon),
    stale: forecasts.some(({ stale }) => stale),
  };
}

/** `missing` without what speaks of `name`, as in `24h: no forecast yet`. */
function without(missing: readonly string[] | undefined, name: string): string[] {
  return (missing ?? []).filter((item) => !item.startsWith(`${name}:`));
}

function isOlder(a: string | null | undefined, b: string | null | undefined): boolean {
  if (!b) return false;
  return !a || Date.parse(a) < Date.parse(b);
}
