import type { CoinCloses, Price } from '../api/types';

/** One close: `at` in milliseconds since the epoch, USD. */
export interface Close {
  at: number;
  usd: number;
}

export const SPAN_MS = 24 * 3_600_000;
const INTERVAL_MS = 900_000;

/** By the coin's symbol. */
export type Closes = Readonly<Record<string, readonly Close[]>>;

/** Each coin's closes of the 24 hours before its newest, with the one that they began at, oldest first. */
export function closesOf(coins: readonly CoinCloses[]): Closes {
  return Object.fromEntries(
    coins.map(({ symbol, closes }) => {
      const told = closes.map((one) => ({ at: Date.parse(one.closed_at), usd: one.close }));
      return [
        symbol,
        recent(told.filter(({ at, usd }) => !Number.isNaN(at) && Number.isFinite(usd))),
      ];
    }),
  );
}

/** The closes with one more; null where it does not follow the last, so that they must be fetched. */
export function withPrice(closes: readonly Close[], price: Price): readonly Close[] | null {
  const next = { at: Date.parse(price.as_of), usd: price.price };
  const last = closes.at(-1);
  if (last && next.at <= last.at) return closes;
  if (!last || next.at - last.at > 2 * INTERVAL_MS) return null;
  return recent([...closes, next]);
}

function recent(closes: Close[]): Close[] {
  const sorted = closes.sort((a, b) => a.at - b.at);
  const newest = sorted.at(-1)?.at ?? 0;
  return sorted.filter(({ at }) => at >= newest - SPAN_MS);
}
