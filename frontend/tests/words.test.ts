import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readConfig } from '../src/api/config';
import { refused, unreachable } from '../src/api/errors';
import { readMessage } from '../src/live/messages';
import { hasWords, topReasons } from '../src/words/features';
import { measuredInFull, measuredInWords, shortVersion } from '../src/words/models';
import { missingInWords } from '../src/words/sources';
import { aForecast, aModel, aPrice } from './factories';

describe('topReasons', () => {
  it('are the three that weigh most, by size', () => {
    const reasons = topReasons({
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
    ]);
    expect(reasons.map(({ share }) => share)).toEqual([1, 0.5, 0.25]);
  });

  it('count both hands of the clock as one', () => {
    const [reason] = topReasons({ hour: 0.2, minute: 0.1, return_1h: 0.25 });
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
    expect(topReasons({ funding_rate: -1 })[0]?.words).toBe('Funding rate');
  });

  it('are none where nothing weighs', () => {
    expect(topReasons({ return_1h: 0, return_6h: Number.NaN, bias: 3 })).toEqual([]);
  });
});

describe('models', () => {
  it('are told with accuracy and coverage together', () => {
    expect(measuredInWords(aModel())).toBe('54% right, calls 41% of the time');
    expect(measuredInFull(aModel())).toBe(
      'Of 812 calls in the test 53.8% were right; it called 41% of the time.',
    );
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

  it('keep the ends of a long version', () => {
    expect(shortVersion('20260921T0615Z-15m-4f1c0a')).toBe('20260921T0615…4f1c0a');
    expect(shortVersion('standin-1')).toBe('standin-1');
  });
});

describe('missingInWords', () => {
  it.each([
    ['reddit: no credentials', 'Reddit: no credentials'],
    ['coingecko: 429: too many', 'CoinGecko: 429: too many'],
    ['news', 'News'],
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
