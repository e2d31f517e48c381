import type { Horizon, HorizonRecord, OutcomesAnswer, PastCall } from '../api/types';
import { formatCount, formatShare, plural } from '../format/numbers';

/** What came of past forecasts; undefined while it is on its way, null where it could not be fetched. */
export type Outcomes = OutcomesAnswer | null | undefined;

/** The last forecasts of one coin and horizon whose outcome is known, newest first. */
export function lastOf(
  outcomes: Outcomes,
  symbol: string,
  horizon: Horizon,
): readonly PastCall[] | null | undefined {
  if (!outcomes) return outcomes;
  const found = outcomes.coins.find((one) => one.symbol === symbol && one.horizon === horizon);
  return found?.outcomes ?? [];
}

/** "Last 24: 9 of 15 calls right"; beyond 15 minutes neighbours share most of their time. */
export function pastInWords(past: readonly PastCall[], horizon: Horizon): string {
  if (past.length === 0) return 'No outcome known yet';
  const calls = past.filter(({ correct }) => typeof correct === 'boolean');
  const right = calls.filter(({ correct }) => correct).length;
  if (past.length === 1) {
    return calls.length === 0 ? 'Last one: abstained' : `Last call: ${right ? 'right' : 'wrong'}`;
  }
  const said =
    calls.length === 0 ? 'abstained' : `${right} of ${plural(calls.length, 'call')} right`;
  return `Last ${past.length}${horizon === '15m' ? '' : ', overlapping'}: ${said}`;
}

/** What one row of the record says of the calls. */
export function callsInWords(record: HorizonRecord): string {
  const { calls, right, accuracy, accuracy_lower95: lower, accuracy_upper95: upper } = record;
  if (record.forecasts === 0) return 'No outcome is known.';
  if (typeof accuracy !== 'number') return 'It abstained every time.';
  if (isTooFew(record)) {
    return `${formatCount(right)} of ${plural(calls, 'call')} right: too few that do not overlap to tell anything.`;
  }
  const known = typeof lower === 'number' && typeof upper === 'number';
  const between = known ? ` (95% interval ${formatShare(lower)} to ${formatShare(upper)})` : '';
  return `${formatCount(right)} of ${plural(calls, 'call')} right: ${formatShare(accuracy)}${between}.`;
}

/** How sure that figure is, in words: overlapping calls tell little. */
export function weightInWords(record: HorizonRecord): string {
  const { calls, independent_calls: independent } = record;
  if (calls === 0 || isTooFew(record)) return '';
  const counted = Math.max(1, Math.round(independent));
  return `At least as much evidence as ${plural(counted, 'call')} that did not overlap.`;
}

/** Fewer calls that did not overlap have an interval from nearly nothing to nearly all. */
function isTooFew({ independent_calls: independent }: HorizonRecord): boolean {
  return independent < 5;
}

/** Below so many forecasts that did not overlap, a few hours decide and a difference says nothing. */
const FEW = 30;

/** The mean Brier score beside what a coin toss gets. */
export function brierInWords(record: HorizonRecord): string {
  const { brier, forecasts, independent_forecasts: independent } = record;
  if (typeof brier !== 'number') return '';
  const counted = Math.max(1, Math.round(independent));
  const few = counted < FEW ? ', but these are too few to tell the two apart' : '';
  return `Brier score of all ${formatCount(forecasts)} forecasts (${formatCount(counted)} that did not overlap) ${brier.toFixed(4)}; saying 50% every time gets 0.2500${few}.`;
}

/** What should have an outcome and has none; empty where nothing is, or the API does not tell. */
export function overdueInWords({ overdue }: HorizonRecord): string {
  if (!overdue) return '';
  return `${plural(overdue, 'more forecast')} should be known by now and ${overdue === 1 ? 'is' : 'are'} not.`;
}
