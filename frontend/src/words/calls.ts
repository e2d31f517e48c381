import type { Forecast, Model } from '../api/types';
import { formatShare } from '../format/numbers';

/** The confidence of a forecast, and in a few words what its model made of it. */
export interface Confidence {
  /** Null where it is no confidence: a model without skill says the same of good and bad moments. */
  confidence: string | null;
  why: string;
}

/** Which direction a confidence is in: it is the chance of the likelier one, called or not. */
export function confidenceIn({ p_up: pUp }: Pick<Forecast, 'p_up'>): string {
  if (pUp === 0.5) return 'Confidence';
  return pUp > 0.5 ? 'Confidence, up' : 'Confidence, down';
}

/** `model` is the one that made the forecast; undefined where it is not known. */
export function whyThisCall(
  { call, confidence, p_up: pUp }: Pick<Forecast, 'call' | 'confidence' | 'p_up'>,
  model: Model | undefined,
): Confidence {
  const told = formatShare(confidence);
  const threshold = model?.abstain_below ?? undefined;
  if (call === 'abstain' && model?.shows_skill === false) {
    return { confidence: null, why: 'This model shows no skill yet, so it makes no call.' };
  }
  if (threshold === undefined) {
    const why = call === 'abstain' ? 'Not sure enough to call.' : 'Sure enough to call.';
    return { confidence: told, why };
  }
  const bar = formatShare(threshold);
  if (call !== 'abstain') return { confidence: told, why: `Reaches its threshold, ${bar}.` };
  if (confidence < threshold) {
    const below = told === bar ? 'Just below' : 'Below';
    return { confidence: told, why: `${below} its threshold, ${bar}.` };
  }
  const why = pUp === 0.5 ? 'Up and down are equally likely.' : 'Not sure enough to call.';
  return { confidence: told, why };
}
