import { describe, expect, it } from 'vitest';
import { PageError } from '../src/api/errors';
import { noticesOf, type Facts } from '../src/words/notices';
import said from './missing.json';
import { AS_OF, NOW, aBoard, aCoin, aModel, fourModels } from './factories';

function notices(given: Partial<Facts> = {}) {
  const facts = { board: aBoard(), models: fourModels(), modelsMissing: [], error: null, now: NOW };
  return noticesOf({ ...facts, ...given });
}

function one(id: string, given: Partial<Facts> = {}) {
  const found = notices(given).find((notice) => notice.id === id);
  if (!found) throw new Error(`no notice "${id}"`);
  return found;
}

describe('noticesOf', () => {
  it('says nothing where there is nothing to say', () => expect(notices()).toEqual([]));

  it('says that simulated data is of no real market', () => {
    const { level, text } = one('simulated', { board: aBoard({ data_label: 'simulated' }) });
    expect(level).toBe('caution');
    expect(text).toContain('random generator');
  });

  it('says since when and how far a replay has come', () => {
    const board = aBoard({
      data_label: 'replay',
      data_since: '2021-10-12',
      as_of: '2022-01-05T10:30:00Z',
    });
    const { text } = one('replay', { board });
    expect(text).toContain('from 12 Oct 2021 on');
    expect(text).toContain('5 Jan 2022, 10:30 UTC');
  });

  it('does not call a replay old for its years, only where its own clock says so', () => {
    const board = aBoard({ data_label: 'replay', as_of: '2022-01-05T10:30:00Z' });
    expect(notices({ board }).map(({ id }) => id)).not.toContain('stale');
    const { text } = one('stale', { board: { ...board, stale: true } });
    expect(text).toContain('5 Jan 2022, 10:30 UTC');
  });

  it('tells what came of no input apart, and a horizon without a model by its own notice', () => {
    const missing = [
      'reddit: no credentials',
      'forecast 15m: prices/15m has no champion',
      'forecast 1h: CorruptArtifact',
      'online store: the forecasts are not shown',
    ];
    const board = aBoard({ missing });
    expect(one('missing', { board }).title).toBe('One input is missing');
    expect(one('unfinished', { board }).items).toEqual([
      'Forecast for 1 hour: CorruptArtifact',
      'Online store: the forecasts are not shown',
    ]);
  });

  it('does not call a failed step or an absent row an input, of all that a cycle says', () => {
    const board = aBoard({ missing: said.without_features });
    expect(one('missing', { board }).items).toEqual([
      'Reddit: no credentials',
      'Sentiment: scoring failed',
    ]);
    expect(one('failed', { board })).toMatchObject({
      title: '2 steps of the last cycle failed',
      items: ['Building the feature rows', 'Sending the figures to open pages'],
    });
    expect(one('unfinished', { board }).items).toEqual([
      'Forecast of BTC, ETH: no feature row at 2026-03-02 12:00',
    ]);
  });

  it('names the step without which there are no forecasts', () => {
    const board = aBoard({ missing: said.without_forecasts });
    expect(one('missing', { board }).items).toEqual(['Reddit: no credentials']);
    expect(one('failed', { board })).toMatchObject({
      title: 'A step of the last cycle failed',
      items: ['Issuing the forecasts'],
    });
    expect(one('unfinished', { board }).items).toEqual([
      'Feature row of BTC, ETH: none for 1 moment (no bar closes then)',
    ]);
  });

  it('names each missing source once, in plain words', () => {
    const missing = ['reddit: no credentials', 'cryptoslate: 503', 'reddit: no credentials'];
    const { title, items } = one('missing', { board: aBoard({ missing }) });
    expect(title).toBe('2 inputs are missing');
    expect(items).toEqual(['Reddit: no credentials', 'CryptoSlate: 503']);
  });

  it('believes the API that data is stale', () => {
    const { level, text } = one('stale', { board: aBoard({ stale: true }) });
    expect(level).toBe('alarm');
    expect(text).toContain('14:15 UTC, 3 min ago');
  });

  it('finds out by itself that a page left open has gone stale', () => {
    const now = Date.parse(AS_OF) + 31 * 60_000;
    expect(one('stale', { now }).text).toContain('31 min ago');
    expect(notices({ now: Date.parse(AS_OF) + 29 * 60_000 })).toEqual([]);
  });

  it('says that there is no model yet', () => {
    const board = aBoard({ coins: [aCoin({ forecasts: [] })] });
    expect(one('no-model', { board, models: [] }).title).toBe('No model has been trained yet');
  });

  it('names the horizons that lack one', () => {
    const models = fourModels().filter(({ horizon }) => horizon !== '24h');
    expect(one('no-model', { models }).title).toBe('No model for 24 hours yet');
  });

  it('does not claim that models are missing before it knows', () => {
    expect(notices({ models: undefined })).toEqual([]);
  });

  it('says when models were trained on data of another kind', () => {
    const { title } = one('trained-on', { models: fourModels({ data_label: 'simulated' }) });
    expect(title).toBe('Trained on simulated data, used on live data');
  });

  it('names a stand-in sentiment model', () => {
    const standIn = aModel({ kind: 'sentiment', horizon: null, data_label: null, stand_in: true });
    expect(one('stand-in', { models: [...fourModels(), standIn] }).level).toBe('note');
  });

  it('names the built-in one that reads where no sentiment model is registered', () => {
    const champions = ['sentiment: no champion yet'];
    expect(notices({ modelsMissing: champions })).toEqual([]);
    const modelsMissing = [...champions, 'sentiment: a small stand-in model scores meanwhile'];
    expect(one('stand-in', { modelsMissing }).level).toBe('note');
  });

  it('keeps the last figures and says so while the API is gone, before anything else', () => {
    const error = new PageError('The API does not answer.', 'The page tries again by itself.');
    const [first] = notices({ error, board: aBoard({ data_label: 'simulated' }) });
    expect(first).toMatchObject({ id: 'unreachable', level: 'alarm' });
    expect(first?.text).toContain('What you see is from 14:15 UTC');
  });

  it('says when figures come from the database', () => {
    const missing = ['redis: does not answer; read from postgres'];
    const found = notices({ board: aBoard({ read_from: 'postgres', missing }) });
    expect(found.map(({ id }) => id)).toEqual(['history-only']);
  });
});
