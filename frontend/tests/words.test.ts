import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/api/config';
import { refused, unreachable } from '../src/api/errors';
import { readMessage } from '../src/live/messages';
import { hasWords, reasonsOf } from '../src/words/features';
import { baseRate, makerOf, measuredInFull, measuredInWords } from '../src/words/models';
import { missingInWords } from '../src/words/sources';
import { aForecast, aModel, aPrice } from './factories';

describe('reasonsOf', () => {
  it('are those that weigh anything, by size', () => {
    const reasons = reasonsOf({
      return_1h: 0.1,
      return_6h: -0.4,
      news_count_6h: 0,
      volume_ratio_4h: 0.2,
      return_15m: 0.01,
    });
    expect(reasons.map(({ words }) => words)).toEqual([
      'Price move, last 6 h',
      'Trading, last 4 h',
      'Price move, last hour',
      'Price move, last 15 min',
    ]);
    const shares = reasons.map(({ share }) => Number(share.toFixed(6)));
    expect(shares).toEqual([1, 0.5, 0.25, 0.025]);
  });

  it('count both hands of the clock as one', () => {
    const [reason] = reasonsOf({ hour: 0.2, minute: 0.1, return_1h: 0.25 });
    expect(reason?.words).toBe('Time of day');
    expect(reason?.weight).toBeCloseTo(0.3);
  });

  it('have words for every candidate feature', () => {
    const spec = readFileSync('../docs/features.md', 'utf8');
    const rows = [...spec.matchAll(/^\| `(\w+)` \| (?:price|sentiment|social|time) \|/gm)];
    const names = rows.map(([, name]) => name ?? '');
    expect(names.length).toBeGreaterThanOrEqual(40);
    expect(names.filter((name) => !hasWords(name))).toEqual([]);
  });

  it('make do with a feature they have no words for', () => {
    expect(reasonsOf({ funding_rate: -1 })[0]?.words).toBe('Funding rate');
  });

  it('are none where nothing weighs', () => {
    expect(reasonsOf({ return_1h: 0, return_6h: Number.NaN, bias: 3 })).toEqual([]);
  });
});

describe('models', () => {
  it('are told with accuracy and coverage together', () => {
    expect(measuredInWords(aModel())).toBe(
      'in its test right in 53.8% of its calls, calling 41.0% of the time',
    );
    expect(measuredInFull(aModel())).toBe(
      'Of 812 calls in the test 53.8% were right, only 3.8 points above a coin toss. It called 41.0% of the time.',
    );
  });

  it('say why one calls nearly always, from its own figures', () => {
    const often = { metrics: { accuracy_of_calls: 0.524, coverage: 0.97, calls: 9_000 } };
    const tested = { abstain_below: 0.502, abstain_coverage: 0.95, abstain_tested: true };
    const shownAs90 = aModel({ ...tested, abstain_coverage: 0.89996 });
    expect(measuredInFull(shownAs90)).toContain('so it abstains on few');
    expect(measuredInFull(aModel({ ...often, ...tested }))).toBe(
      'Of 9,000 calls in the test 52.4% were right, only 2.4 points above a coin toss. It called 97.0% of the time, from a confidence of 50.2% on: the test of its threshold passed on nearly all forecasts (95.0%), so it abstains on few. It calls often, not surely.',
    );
    const older = measuredInFull(aModel({ ...often, abstain_below: 0.502 }));
    expect(older).toContain('so low a threshold abstains on few');
    expect(older).not.toContain('passed');
  });

  it('say whether a test passed where they call seldom', () => {
    const given = { abstain_below: 0.534, abstain_coverage: 0.4 };
    expect(measuredInFull(aModel({ ...given, abstain_tested: true }))).toContain(
      'It called 41.0% of the time, from a confidence of 53.4% on: the test of its threshold passed down to the surest 40.0% of forecasts.',
    );
    expect(measuredInFull(aModel({ ...given, abstain_tested: false }))).toContain(
      'no test of a threshold passed, so the surest 40.0% are called.',
    );
  });

  it.each([
    [0.5, 'as many as by a coin toss'],
    [0.5004, 'as many as by a coin toss'],
    [0.48, '2.0 points below a coin toss'],
    [0.56, 'right, 6.0 points above a coin toss'],
  ])('set an accuracy of %d beside a coin toss', (right, words) => {
    const metrics = { accuracy_of_calls: right, coverage: 0.4, calls: 10 };
    expect(measuredInFull(aModel({ metrics }))).toContain(words);
  });

  it('are set beside the best free forecast of the same calls where it is known', () => {
    const metrics = { accuracy_of_calls: 0.551, coverage: 0.2, calls: 336 };
    const free = { ...metrics, best_baseline_of_calls: 0.534 };
    expect(measuredInFull(aModel({ metrics: free }))).toContain(
      '55.1% were right, only 1.7 points above the best free forecast of the same calls (53.4%).',
    );
  });

  it('say the base rate where the calibration has no slope', () => {
    const flat = aModel({ shows_skill: false, calibration: { slope: 0, intercept: 0.04 } });
    expect(baseRate(flat)).toBeCloseTo(0.51);
    expect(measuredInFull(flat)).toContain('Every forecast is its base rate, 51.0%.');
    expect(baseRate(aModel({ calibration: { slope: 0.1, intercept: 0.04 } }))).toBeNull();
    expect(baseRate(aModel())).toBeNull();
  });

  it('are lent to no forecast that another version made', () => {
    const models = [aModel({ horizon: '4h' }), aModel()];
    expect(makerOf(aForecast(), models)).toBe(models[1]);
    expect(makerOf(aForecast({ model_version: 'v0' }), models)).toBe('other');
    expect(makerOf(aForecast(), [])).toBe('other');
    expect(makerOf(aForecast(), undefined)).toBe('loading');
    expect(makerOf(aForecast(), null)).toBe('failed');
  });

  it('claim nothing that was not measured', () => {
    expect(measuredInWords(aModel({ metrics: {} }))).toBe('not measured yet');
    expect(measuredInWords(undefined)).toBe('not measured yet');
    expect(measuredInWords(aModel({ metrics: { coverage: 0 } }))).toBe(
      'abstained throughout its test',
    );
  });

  it('say where no skill is shown, whatever else was measured', () => {
    expect(measuredInWords(aModel({ shows_skill: false }))).toBe(
      'shows no skill yet, so it abstains',
    );
    expect(measuredInFull(aModel({ shows_skill: false }))).toContain('shows no skill yet');
    expect(measuredInFull(aModel({ shows_skill: true }))).toContain('812 calls');
  });
});

describe('missingInWords', () => {
  it.each([
    ['reddit: no credentials', 'Reddit: no credentials'],
    ['coingecko: 429: too many', 'CoinGecko: 429: too many'],
    ['news', 'No news of it in 24 h'],
    ['volume', 'Trading volume: missing'],
    ['somewhere: gone', 'Somewhere: gone'],
  ])('tells %s as %s', (item, words) => expect(missingInWords(item)).toBe(words));
});

describe('errors', () => {
  it('pass on what the API says', () => {
    const body = { error: { code: 'x', message: 'the stores do not answer', what_to_do: 'wait' } };
    expect(refused(503, body)).toMatchObject({
      message: 'The stores do not answer.',
      whatToDo: 'Wait.',
    });
  });

  it('have words of their own where the API has none', () => {
    expect(refused(502, '<html>').message).toBe('The API has a fault.');
    expect(refused(429, undefined).message).toBe('The API was asked too often.');
    expect(unreachable(new TypeError('Failed to fetch')).message).toBe('The API does not answer.');
    expect(unreachable(new DOMException('', 'TimeoutError')).message).toContain('10 seconds');
  });
});

describe('readConfig', () => {
  it('takes addresses and cuts the last slash', () => {
    expect(readConfig({ apiUrl: 'http://127.0.0.1:1/', streamUrl: 'ws://127.0.0.1:2' })).toEqual({
      apiUrl: 'http://127.0.0.1:1',
      streamUrl: 'ws://127.0.0.1:2',
    });
  });

  it('does without a stream', () => {
    expect(readConfig({ apiUrl: 'https://api.test', streamUrl: null }).streamUrl).toBeNull();
    expect(readConfig({ apiUrl: 'https://api.test', streamUrl: 'nonsense' }).streamUrl).toBeNull();
  });

  it.each([[null], [{}], [{ apiUrl: 'javascript:alert(1)' }], [{ apiUrl: 7 }]])(
    'refuses %j',
    (value) => expect(() => readConfig(value)).toThrow('address of its API'),
  );
});

describe('readMessage', () => {
  it('takes what it knows', () => {
    const message = { type: 'price', price: aPrice(), data_label: 'live' };
    expect(readMessage(message)).toBe(message);
    expect(readMessage({ type: 'forecast', forecast: aForecast() })).not.toBeNull();
  });

  it.each([
    [null],
    [[]],
    [{ type: 'new-kind' }],
    [{ type: 'toString' }],
    [{ type: 'price', price: { ...aPrice(), price: 'NaN' } }],
    [{ type: 'forecast', forecast: { ...aForecast(), horizon: '2h' } }],
    [{ type: 'cycle', as_of: 'soon' }],
  ])('leaves %j alone', (value) => expect(readMessage(value)).toBeNull());
});
