import type { Calibration, Forecast } from '../api/types';
import { rounded } from '../format/numbers';
import { reasonsOf, type Reason } from './features';

/** How many reasons are told one by one. */
const TOLD = 3;

/** `points`: percentage points of the probability; above 0 they lean up. */
export interface Part {
  points: number;
}

/** How one forecast adds up: 50 % + reasons + others + start = `end`, each part as it is shown. */
export interface Sum {
  reasons: (Reason & Part)[];
  /** All other reasons as one; null where there are none. */
  others: ({ count: number } & Part) | null;
  /** Where the model leans before any feature: the base rate it was fitted on, and its calibration. */
  start: Part;
  /** The probability of up, in per cent. */
  end: number;
}

/** The reasons that are told, and what the others weigh together, in log-odds before calibration. */
export function toldReasons(contributions: Forecast['contributions']): {
  told: Reason[];
  others: { count: number; weight: number } | null;
} {
  const all = reasonsOf(contributions);
  const rest = all.slice(TOLD);
  const weight = rest.reduce((sum, reason) => sum + reason.weight, 0);
  return { told: all.slice(0, TOLD), others: rest.length ? { count: rest.length, weight } : null };
}

/**
 * Contributions are log-odds before calibration: log-odds of `p_up` = slope × (bias + contributions) +
 * intercept. Here each is told as its share of the distance from 50 % to `p_up`, so that signs and
 * proportions stay and the parts add up. Null where there is nothing to divide: a slope of 0, or certainty.
 */
export function sumOf(
  { p_up: pUp, contributions }: Pick<Forecast, 'p_up' | 'contributions'>,
  { slope }: Calibration,
): Sum | null {
  if (slope === 0 || !(pUp > 0 && pUp < 1)) return null;
  const { told, others } = toldReasons(contributions);
  const perLogOdds = slope * pointsPerLogOdds(pUp);
  const reasons = told.map((reason) => ({ ...reason, points: reason.weight * perLogOdds }));
  const rest = (others?.weight ?? 0) * perLogOdds;
  const lean = (pUp - 0.5) * 100;
  const start = lean - rest - reasons.reduce((sum, { points }) => sum + points, 0);
  return asShown({
    reasons,
    others: others && { count: others.count, points: rest },
    start: { points: start },
    end: 50 + lean,
  });
}

/** 25 around 50 %, less towards certainty. */
function pointsPerLogOdds(pUp: number): number {
  const logOdds = Math.log(pUp / (1 - pUp));
  return Math.abs(logOdds) < 1e-9 ? 25 : ((pUp - 0.5) * 100) / logOdds;
}

/** With the figures that are shown; what rounding leaves over goes to the part that names least. */
function asShown(sum: Sum): Sum {
  const reasons = sum.reasons.map((reason) => ({ ...reason, points: rounded(reason.points) }));
  const end = rounded(sum.end);
  const left = end - 50 - reasons.reduce((all, { points }) => all + points, 0);
  const start = { points: rounded(sum.others ? sum.start.points : left) };
  const others = sum.others && { ...sum.others, points: rounded(left - start.points) };
  return { reasons, others, start, end };
}
