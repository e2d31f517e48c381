import type { Model } from '../api/types';
import { formatShare, plural } from '../format/numbers';

/** How often the calls of a model were right where it was tested, and how often it called. */
export function measuredInWords(model: Model | undefined): string {
  if (!model) return 'not measured yet';
  if (model.shows_skill === false) return 'shows no skill yet, so it abstains';
  const { accuracy_of_calls: right, coverage } = model.metrics ?? {};
  if (coverage === undefined) return 'not measured yet';
  if (right === undefined) return 'abstained throughout its test';
  return `${formatShare(right)} right, calls ${formatShare(coverage)} of the time`;
}

/** The same in full, for the table of models. */
export function measuredInFull(model: Model): string {
  if (model.shows_skill === false) {
    return 'It shows no skill yet: in the test it was not surely better than a constant. It abstains on everything.';
  }
  const { accuracy_of_calls: right, coverage, calls } = model.metrics ?? {};
  if (coverage === undefined) return 'Not measured.';
  if (right === undefined) return 'It was never sure enough in the test and abstained throughout.';
  const counted = calls === undefined ? 'its calls' : plural(calls, 'call');
  return `Of ${counted} in the test ${formatShare(right, 1)} were right; it called ${formatShare(coverage)} of the time.`;
}

/** Long versions end in what tells them apart; the start is their date. */
export function shortVersion(version: string): string {
  return version.length > 22 ? `${version.slice(0, 13)}…${version.slice(-6)}` : version;
}
