import type { DataLabel } from '../api/types';
import { ageSeconds, formatAge, formatMoment } from '../format/times';

const DAY_S = 86_400;
const STALE_S = 1_800;
/** A moment that lies further ahead of the reader's clock has no age: a hurried simulation runs there. */
const AHEAD_S = 60;

/** Whether `iso` is told by the reader's clock; the moments of a replay lie in another year. */
export function followsClock(label: DataLabel, iso: string, now: number): boolean {
  return label === 'live' || Math.abs(ageSeconds(iso, now)) < DAY_S;
}

/** "14:15 UTC, 3 min ago"; only the moment where an age would mean nothing. */
export function momentInWords(label: DataLabel, iso: string, now: number): string {
  const moment = formatMoment(iso, now);
  const age = ageSeconds(iso, now);
  const told = followsClock(label, iso, now) && age > -AHEAD_S;
  return told ? `${moment}, ${formatAge(age)}` : moment;
}

/**
 * Two cycles without a newer one. The API knows, by the clock that the data runs by; a page left open
 * finds out by itself where that is the reader's clock.
 */
export function isStale(
  label: DataLabel,
  asOf: string | null | undefined,
  saidStale: boolean,
  now: number,
): boolean {
  if (!asOf) return false;
  return saidStale || (label !== 'replay' && ownClockSaysStale(label, asOf, now));
}

/** Whether others are two cycles newer: that tells of one coin's figure in a replay too. */
export function isBehind(asOf: string, newest: string | null | undefined): boolean {
  return newest ? ageSeconds(asOf, Date.parse(newest)) > STALE_S : false;
}

function ownClockSaysStale(label: DataLabel, asOf: string, now: number): boolean {
  return followsClock(label, asOf, now) && ageSeconds(asOf, now) > STALE_S;
}
