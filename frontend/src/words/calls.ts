import type { Forecast, Model } from '../api/types';
import { formatApart, formatShare } from '../format/numbers';

/** The confidence of a forecast, and in a few words what its model made of it. */
export interface Confidence {
  confidence: string;
  why: string;
}

/** `model` is the one that made the forecast; undefined where it is not known. */
export function whyThisCall(
  { call, confidence, p_up: pUp }: Pick<Forecast, 'call' | 'confidence' | 'p_up'>,
  model: Model | undefined,
): Confidence {
  const plain = formatShare(confidence, 1);
  const threshold = model?.abstain_below ?? undefined;
  if (call === 'abstain' && model?.shows_skill === false) {
    return { confidence: plain, why: 'No call: this model shows no skill yet.' };
  }
  if (threshold === undefined) {
    const why = call === 'abstain' ? 'No call: not sure enough.' : 'Sure enough to call.';
    return { confidence: plain, why };
  }
  const [told, bar] = formatApart(confidence, threshold);
  if (call !== 'abstain') return { confidence: told, why: `Sure enough: it calls from ${bar} on.` };
  if (confidence < threshold) {
    return { confidence: told, why: `No call: below this model’s threshold of ${bar}.` };
  }
  const why = pUp === 0.5 ? 'No call: up and down are equally likely.' : 'No call.';
  return { confidence: told, why };
}
