import type { Forecast, Model } from '../api/types';
import { formatShare, formatSize, plural, rounded } from '../format/numbers';

/** The models in service; undefined while they are on their way, null where they could not be fetched. */
export type Models = readonly Model[] | null | undefined;

/** What is known of the model of one forecast; `other`: the version that serves did not make it. */
export type Answer = Model | 'loading' | 'failed' | 'other';

/** Below this many points above what it is compared with, `only` is said. */
const LITTLE_POINTS = 5;
/** As it is shown. */
const NEARLY_ALWAYS_PERCENT = 90;

/** The model that made a forecast, as far as the models in service tell. */
export function makerOf(
  { horizon, model_version: version }: Pick<Forecast, 'horizon' | 'model_version'>,
  models: Models,
): Answer {
  if (models === undefined) return 'loading';
  if (models === null) return 'failed';
  const serves = models.find((model) => model.kind === 'prices' && model.horizon === horizon);
  return serves?.version === version ? serves : 'other';
}

/** Of a model that gives every row the same probability: that probability. */
export function baseRate({ calibration }: Pick<Model, 'calibration'>): number | null {
  return calibration?.slope === 0 ? 1 / (1 + Math.exp(-calibration.intercept)) : null;
}

/** How often the calls of a model were right where it was tested, and how often it called. */
export function measuredInWords(model: Model | undefined): string {
  if (!model) return 'not measured yet';
  if (model.shows_skill === false) return 'shows no skill yet, so it abstains';
  const { accuracy_of_calls: right, coverage } = model.metrics ?? {};
  if (coverage === undefined) return 'not measured yet';
  if (right === undefined) return 'abstained throughout its test';
  const share = formatShare(coverage);
  const often = isNearlyAlways(coverage) ? `nearly always (${share})` : `${share} of the time`;
  return `in its test right in ${formatShare(right)} of its calls, calling ${often}`;
}

/** The same in full, for the table of models. */
export function measuredInFull(model: Model): string {
  if (model.shows_skill === false) {
    const rate = baseRate(model);
    const same = rate === null ? '' : ` Every forecast is its base rate, ${formatShare(rate)}.`;
    return `It shows no skill yet: in the test it was not surely better than a constant. It abstains on everything.${same}`;
  }
  const { accuracy_of_calls: right, coverage, calls } = model.metrics ?? {};
  const free = model.metrics?.best_baseline_of_calls;
  if (coverage === undefined) return 'Not measured.';
  if (right === undefined) return 'It was never sure enough in the test and abstained throughout.';
  const counted = calls === undefined ? 'its calls' : plural(calls, 'call');
  return `Of ${counted} in the test ${formatShare(right)} were right, ${free === undefined ? besideACoinToss(right) : besideTheFree(right, free)}. ${coverageInWords(model, coverage)}`;
}

function besideACoinToss(right: number): string {
  return beside(right, 0.5, 'a coin toss');
}

/** A free forecast, like "the opposite of the last bar", can be good too where a model is sure. */
function besideTheFree(right: number, free: number): string {
  return beside(right, free, `the best free forecast of the same calls (${formatShare(free)})`);
}

function beside(right: number, other: number, name: string): string {
  const points = (right - other) * 100;
  const size = formatSize(points);
  if (Number(size) === 0) return `as many as by ${name}`;
  if (points < 0) return `${size} points below ${name}`;
  return `${points < LITTLE_POINTS ? 'only ' : ''}${size} points above ${name}`;
}

function isNearlyAlways(share: number): boolean {
  return rounded(share * 100) >= NEARLY_ALWAYS_PERCENT;
}

/** How often it calls, and why that often. */
function coverageInWords(model: Model, coverage: number): string {
  const { abstain_below: threshold, abstain_coverage: held, abstain_tested: tested } = model;
  const often = `called ${formatShare(coverage)} of the time`;
  if (typeof threshold !== 'number') return `It ${often}.`;
  const from = `from a confidence of ${formatShare(threshold)} on`;
  const share = typeof held === 'number' ? `the surest ${formatShare(held)}` : 'the surest';
  if (tested === true && typeof held === 'number' && isNearlyAlways(held)) {
    return `It ${often}, ${from}: the test of its threshold passed on nearly all forecasts (${formatShare(held)}), so it abstains on few. It calls often, not surely.`;
  }
  if (tested === true) {
    return `It ${often}, ${from}: the test of its threshold passed down to ${share} of forecasts.`;
  }
  if (tested === false) {
    return `It ${often}, ${from}: no test of a threshold passed, so ${share} are called.`;
  }
  return isNearlyAlways(coverage)
    ? `It ${often}, ${from}: so low a threshold abstains on few. It calls often, not surely.`
    : `It ${often}, ${from}.`;
}
