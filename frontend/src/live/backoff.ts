export const FIRST_DELAY_MS = 1_000;
export const LONGEST_DELAY_MS = 60_000;

/**
 * How long to wait before attempt `attempt` (from 1): doubling, up to a minute, and anything from
 * half of it to all of it, so that pages that lost the server together do not return together.
 */
export function reconnectDelay(attempt: number, random: () => number = Math.random): number {
  const longest = Math.min(LONGEST_DELAY_MS, FIRST_DELAY_MS * 2 ** (attempt - 1));
  return Math.round(longest * (0.5 + 0.5 * random()));
}
