import { describe, expect, it } from 'vitest';
import { confidenceIn, whyThisCall } from '../src/words/calls';
import { sumOf, toldReasons, type Sum } from '../src/words/sum';
import { aForecast, aModel } from './factories';

/** A model's forecast: margin = bias + contributions, log-odds = slope × margin + intercept. */
function forecastOf(
  contributions: Record<string, number>,
  { bias = 0, slope = 1, intercept = 0 } = {},
) {
  const margin = Object.values(contributions).reduce((a, b) => a + b, bias);
  const logOdds = slope * margin + intercept;
  return { p_up: 1 / (1 + Math.exp(-logOdds)), contributions, logOdds };
}

/** Fifteen contributions of both signs, different for each seed. */
function fifteen(seed: number, size: number): Record<string, number> {
  return Object.fromEntries(
    Array.from({ length: 15 }, (_, i) => [`feature_${i}`, size * Math.sin(seed * 7.3 + i * 2.9)]),
  );
}

function total({ reasons, others, start }: Sum): number {
  return [...reasons, others ?? { points: 0 }, start].reduce((sum, { points }) => sum + points, 0);
}

function known(sum: Sum | null): Sum {
  if (!sum) throw new Error('there is no sum');
  return sum;
}

const CALIBRATIONS = [
  { bias: 0, slope: 1, intercept: 0 },
  { bias: 0.02, slope: 0.4, intercept: -0.03 },
  { bias: -0.1, slope: 2.5, intercept: 0.2 },
];

describe('sumOf', () => {
  it('adds up, as shown, to the probability and so to the side of the call', () => {
    for (const calibration of CALIBRATIONS) {
      for (const size of [0.001, 0.02, 0.3]) {
        for (let seed = 1; seed <= 40; seed += 1) {
          const forecast = forecastOf(fifteen(seed, size), calibration);
          const sum = known(sumOf(forecast, calibration));
          expect(sum.end).toBeCloseTo(100 * forecast.p_up, 1);
          expect(50 + total(sum)).toBeCloseTo(sum.end, 9);
          expect(total(sum) * forecast.logOdds).toBeGreaterThanOrEqual(0);
          expect(sum.others?.count).toBe(12);
        }
      }
    }
  });

  it('gives each part its share of the calibrated log-odds', () => {
    const calibration = { bias: 0.05, slope: 0.8, intercept: -0.01 };
    const forecast = forecastOf(fifteen(3, 0.4), calibration);
    const sum = known(sumOf(forecast, calibration));
    const perLogOdds = (forecast.p_up * 100 - 50) / forecast.logOdds;
    for (const { weight, points } of sum.reasons) {
      expect(Math.abs(points - 0.8 * weight * perLogOdds)).toBeLessThanOrEqual(0.0501);
    }
    const base = (0.8 * 0.05 - 0.01) * perLogOdds;
    expect(Math.abs(sum.start.points - base)).toBeLessThanOrEqual(0.0501);
  });

  it('shows what turns the lean where the reasons say the opposite', () => {
    const contributions = { return_1h: 0.2, return_6h: 0.1, sentiment_6h: 0.08, hour: -0.04 };
    const calibration = { slope: 0.5, intercept: -0.3 };
    const sum = known(sumOf(forecastOf(contributions, calibration), calibration));
    expect(sum.reasons.map(({ points }) => Math.sign(points))).toEqual([1, 1, 1]);
    expect(sum.others).toMatchObject({ count: 1, points: -0.4 });
    expect(sum.start.points).toBe(-7.5);
    expect(sum.end).toBe(46.8);
  });

  it('has one decimal in every part, where everything is small too', () => {
    const calibration = { slope: 1, intercept: 0 };
    const sum = sumOf(
      forecastOf({ return_1h: 0.012, return_6h: -0.006 }, calibration),
      calibration,
    );
    expect(sum).toMatchObject({ end: 50.1, others: null });
    expect(sum?.reasons.map(({ points }) => points)).toEqual([0.3, -0.1]);
  });

  it('has nothing to divide where the slope is 0 or the forecast a certainty', () => {
    expect(sumOf(aForecast(), { slope: 0, intercept: 0.1 })).toBeNull();
    expect(sumOf(aForecast({ p_up: 1 }), { slope: 1, intercept: 0 })).toBeNull();
  });

  it('stands at the start where no feature weighs', () => {
    const sum = sumOf({ p_up: 0.52, contributions: { hour: 0 } }, { slope: 1, intercept: 0.08 });
    expect(sum).toMatchObject({ reasons: [], others: null, start: { points: 2 }, end: 52 });
  });

  it('tells three and joins the others', () => {
    const { told, others } = toldReasons({ a: 0.4, b: -0.3, c: 0.2, d: -0.1, e: 0.05, f: 0 });
    expect(told.map(({ name }) => name)).toEqual(['a', 'b', 'c']);
    expect(others?.count).toBe(2);
    expect(others?.weight).toBeCloseTo(-0.05);
    expect(toldReasons({ a: 0.4 }).others).toBeNull();
  });
});

describe('confidenceIn', () => {
  it.each([
    [0.62, 'Confidence, up'],
    [0.38, 'Confidence, down'],
    [0.5, 'Confidence'],
  ])('of %d is "%s": it is the chance of the likelier direction', (pUp, words) => {
    expect(confidenceIn({ p_up: pUp })).toBe(words);
  });
});

describe('whyThisCall', () => {
  const abstains = { call: 'abstain', confidence: 0.521, p_up: 0.521 } as const;

  it('names the threshold that the confidence is below', () => {
    expect(whyThisCall(abstains, aModel({ abstain_below: 0.55 }))).toEqual({
      confidence: '52.1%',
      why: 'Below its threshold, 55.0%.',
    });
  });

  it('says that a confidence is just below a threshold that reads the same', () => {
    const close = { ...abstains, confidence: 0.54996, p_up: 0.54996 };
    expect(whyThisCall(close, aModel({ abstain_below: 0.55001 }))).toEqual({
      confidence: '55.0%',
      why: 'Just below its threshold, 55.0%.',
    });
  });

  it('names want of skill rather than a threshold of 100%', () => {
    const model = aModel({ shows_skill: false, abstain_below: 1 });
    expect(whyThisCall(abstains, model).why).toBe(
      'This model shows no skill yet, so it makes no call.',
    );
  });

  it('says from where on a call is made', () => {
    const call = { call: 'up', confidence: 0.62, p_up: 0.62 } as const;
    expect(whyThisCall(call, aModel({ abstain_below: 0.55 })).why).toBe(
      'Reaches its threshold, 55.0%.',
    );
  });

  it('claims no threshold that it does not know', () => {
    expect(whyThisCall(abstains, undefined).why).toBe('Not sure enough to call.');
    expect(whyThisCall({ ...abstains, call: 'down' }, aModel()).why).toBe('Sure enough to call.');
  });

  it('knows the one case in which enough confidence is no call', () => {
    const half = { call: 'abstain', confidence: 0.5, p_up: 0.5 } as const;
    expect(whyThisCall(half, aModel({ abstain_below: 0.5 })).why).toBe(
      'Up and down are equally likely.',
    );
  });
});
