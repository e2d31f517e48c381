import { screen, within } from '@testing-library/react';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import {
  brierInWords,
  callsInWords,
  lastOf,
  overdueInWords,
  pastInWords,
  weightInWords,
} from '../src/words/record';
import { NOW, aBoard, aRecord, minutesAfter, pastCalls, someOutcomes } from './factories';
import { answers, openPage, serve, sockets } from './network';

describe('the last calls of a cell', () => {
  it('are those of the coin and the horizon', () => {
    const outcomes = someOutcomes();
    expect(lastOf(outcomes, 'BTC', '1h')).toHaveLength(4);
    expect(lastOf(outcomes, 'BTC', '4h')).toEqual([]);
    expect(lastOf(outcomes, 'ETH', '1h')).toEqual([]);
  });

  it('are on their way, or could not be fetched, as the answer is', () => {
    expect(lastOf(undefined, 'BTC', '1h')).toBeUndefined();
    expect(lastOf(null, 'BTC', '1h')).toBeNull();
  });

  it.each([
    ['', 'No outcome known yet'],
    ['r', 'Last call: right'],
    ['w', 'Last call: wrong'],
    ['.', 'Last one: abstained'],
    ['rw.r', 'Last 4: 2 of 3 calls right'],
    ['....', 'Last 4: abstained'],
  ])('%s in words', (came, words) => {
    expect(pastInWords(pastCalls(came), '15m')).toBe(words);
  });

  it('say that they overlap beyond 15 minutes', () => {
    expect(pastInWords(pastCalls('rr'), '24h')).toBe('Last 2, overlapping: 2 of 2 calls right');
  });
});

describe('the record of a horizon', () => {
  it('tells calls, accuracy and its interval together', () => {
    expect(callsInWords(aRecord())).toBe(
      '714 of 1,306 calls right: 54.7% (95% interval 45.7% to 63.4%).',
    );
    const none = { calls: 0, right: 0, accuracy: null, accuracy_lower95: null };
    expect(callsInWords(aRecord(none))).toBe('It abstained every time.');
    expect(callsInWords(aRecord({ ...none, forecasts: 0 }))).toBe('No outcome is known.');
  });

  it('says how little overlapping calls tell', () => {
    expect(weightInWords(aRecord())).toBe(
      'At least as much evidence as 118 calls that did not overlap.',
    );
    expect(weightInWords(aRecord({ calls: 0 }))).toBe('');
    const young = aRecord({ calls: 4, right: 3, accuracy: 0.75, independent_calls: 1.3 });
    const few = 'too few that do not overlap to tell anything.';
    expect(callsInWords(young)).toBe(`3 of 4 calls right: ${few}`);
    const overlapping = aRecord({ calls: 2_000, right: 1_100, independent_calls: 4 });
    expect(callsInWords(overlapping)).toBe(`1,100 of 2,000 calls right: ${few}`);
    expect(weightInWords(young)).toBe('');
  });

  it('sets its Brier score beside a coin toss', () => {
    expect(brierInWords(aRecord())).toBe(
      'Brier score of all 3,350 forecasts (168 that did not overlap) 0.2481; saying 50% every time gets 0.2500.',
    );
    expect(brierInWords(aRecord({ forecasts: 10, independent_forecasts: 0.5 }))).toBe(
      'Brier score of all 10 forecasts (1 that did not overlap) 0.2481; saying 50% every time gets 0.2500, but these are too few to tell the two apart.',
    );
  });
});

describe('forecasts without the outcome that is due', () => {
  it.each([
    [0, ''],
    [1, '1 more forecast should be known by now and is not.'],
    [3, '3 more forecasts should be known by now and are not.'],
  ])('%i in words', (overdue, words) => {
    expect(overdueInWords(aRecord({ overdue }))).toBe(words);
  });

  it('are told on the page', async () => {
    serve(aBoard());
    answers['/v1/outcomes'] = someOutcomes({ record: [aRecord({ overdue: 2 })] });
    await openPage();
    expect(await screen.findByText(/2 more forecasts should be known by now/)).toBeVisible();
  });
});

describe('the page', () => {
  beforeEach(() => {
    vi.spyOn(Date, 'now').mockReturnValue(NOW);
  });

  it('says what came of past calls, in each cell and for each horizon', async () => {
    serve(aBoard());
    const coin = within(await openPage());
    expect(await coin.findByText('Last 4, overlapping: 2 of 3 calls right')).toBeVisible();
    const record = within(screen.getByRole('region', { name: /What came of its calls/ }));
    expect(await record.findByText(/714 of 1,306 calls right: 54.7%/)).toBeVisible();
    expect(record.getAllByRole('listitem')).toHaveLength(1);
    expect(record.queryByText(/newest outcome/)).not.toBeInTheDocument();
  });

  it('says so where nothing is known of past calls yet', async () => {
    serve(aBoard());
    answers['/v1/outcomes'] = someOutcomes({ record: [], coins: [] });
    const coin = within(await openPage());
    expect(await coin.findByText('No outcome known yet')).toBeVisible();
    expect(screen.getByText(/No outcome is known yet/)).toBeVisible();
  });

  it('says so where past calls could not be fetched, and shows the forecasts all the same', async () => {
    serve(aBoard());
    delete answers['/v1/outcomes'];
    const coin = within(await openPage());
    expect(await screen.findByText(/It could not be fetched/)).toBeVisible();
    expect(coin.queryByText(/outcome|calls right/)).not.toBeInTheDocument();
    expect(coin.getByText('Up')).toBeVisible();
  });

  it('asks for past calls anew when a cycle has ended', async () => {
    vi.useFakeTimers({ shouldAdvanceTime: true });
    serve(aBoard());
    const coin = within(await openPage());
    expect(await coin.findByText('Last 4, overlapping: 2 of 3 calls right')).toBeVisible();
    const outcomes = pastCalls('wwww');
    answers['/v1/outcomes'] = someOutcomes({
      coins: [{ symbol: 'BTC', horizon: '1h', outcomes }],
    });
    const socket = sockets.at(-1);
    socket?.onopen?.();
    socket?.onmessage?.({ data: '{"type":"subscribed"}' });
    const cycle = { type: 'cycle', as_of: minutesAfter(15), finished_at: minutesAfter(16) };
    const rest = { data_label: 'live', missing: [] };
    socket?.onmessage?.({ data: JSON.stringify({ ...cycle, ...rest }) });
    await vi.advanceTimersByTimeAsync(15_000);
    expect(await coin.findByText('Last 4, overlapping: 0 of 4 calls right')).toBeVisible();
    vi.useRealTimers();
  });

  it('says so where no outcome has come for long', async () => {
    serve(aBoard());
    answers['/v1/outcomes'] = someOutcomes({ stale: true });
    await openPage();
    expect(await screen.findByText(/The newest outcome is of .*14:15 UTC/)).toBeVisible();
  });
});
