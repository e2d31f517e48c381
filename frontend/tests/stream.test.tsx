import { act, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  AS_OF,
  NOW,
  aBoard,
  aCoin,
  aForecast,
  fourModels,
  minutesAfter,
  someOutcomes,
} from './factories';
import { after, answers, counted, openLive, openPage, say, serve, sockets } from './network';

describe('beside the stream', () => {
  beforeEach(() => {
    vi.useFakeTimers({ shouldAdvanceTime: true, now: NOW });
    serve(aBoard());
  });
  afterEach(() => vi.useRealTimers());

  it('the page polls every ten minutes, whatever pongs come', async () => {
    await openLive();
    const polls = counted('/v1/forecasts', aBoard());
    for (let minute = 0; minute < 60; minute += 2) {
      say({ type: 'pong' });
      await after(120_000);
    }
    expect(polls.asked).toBeGreaterThanOrEqual(5);
    expect(polls.asked).toBeLessThanOrEqual(7);
  });

  it('a poll that the stream overtook does not put the board back', async () => {
    const coin = await openLive();
    const polls = counted('/v1/forecasts', aBoard(), 5_000);
    while (polls.asked === 0) {
      say({ type: 'pong' });
      await after(1_000);
    }
    say({ type: 'forecast', forecast: aForecast({ as_of: minutesAfter(15), call: 'down' }) });
    expect(await coin.findByText('Down')).toBeVisible();
    await after(10_000);
    expect(coin.getByText('Down')).toBeVisible();
  });

  it('what it says before the first answer is not lost where that is older', async () => {
    counted('/v1/forecasts', aBoard(), 3_000);
    const opened = openPage();
    await after(100);
    act(() => sockets.at(-1)?.onopen?.());
    say({ type: 'subscribed' });
    say({ type: 'forecast', forecast: aForecast({ as_of: minutesAfter(15), call: 'down' }) });
    await after(5_000);
    expect(await within(await opened).findByText('Down')).toBeVisible();
  });

  it('a burst of forecasts of a new version asks for the models once', async () => {
    await openLive();
    const models = counted('/v1/models', { data_label: 'live', champions: fourModels() }, 300);
    for (let i = 0; i < 20; i++) {
      const as_of = minutesAfter(15);
      say({
        type: 'forecast',
        forecast: aForecast({ symbol: `C${i}`, model_version: 'v2', as_of }),
      });
    }
    await after(1_000);
    expect(models.asked).toBe(1);
  });

  it('subscribes again once a ping is answered by "not subscribed"', async () => {
    await openLive();
    const send = vi.fn();
    Object.assign(sockets.at(-1) ?? {}, { send });
    say({ type: 'error', error: { code: 'bad_message' } });
    say({ type: 'error' });
    expect(send).not.toHaveBeenCalled();
    say({ type: 'error', error: { code: 'not_subscribed' } });
    expect(send).toHaveBeenCalledWith(expect.stringContaining('"subscribe"'));
  });

  it('outcomes come through however fast the cycles are', async () => {
    await openLive();
    const [record] = someOutcomes().record;
    const next = someOutcomes({ record: record ? [{ ...record, right: 999 }] : [] });
    const outcomes = counted('/v1/outcomes', next, 2_000);
    for (let i = 1; i <= 40; i++) {
      const cycle = { as_of: minutesAfter(15 * i), finished_at: null, missing: [] };
      say({ type: 'cycle', data_label: 'live', ...cycle });
      await after(1_500);
    }
    expect(screen.getByText(/999 of/)).toBeVisible();
    expect(outcomes.asked).toBeLessThanOrEqual(4);
  });

  it('a cycle that is told again asks for no outcomes, an older one of a new replay does', async () => {
    await openLive();
    const outcomes = counted('/v1/outcomes', someOutcomes());
    const cycle = (as_of: string) =>
      say({ type: 'cycle', data_label: 'replay', as_of, finished_at: null, missing: [] });
    for (let i = 0; i < 3; i++) {
      cycle(minutesAfter(15));
      await after(30_000);
    }
    expect(outcomes.asked).toBe(1);
    cycle(minutesAfter(-600));
    await after(30_000);
    expect(outcomes.asked).toBe(2);
  });

  it('a reader who comes back gets the outcomes and closes that were due meanwhile', async () => {
    answers['/config.json'] = { apiUrl: 'http://api.test', streamUrl: null };
    await openPage();
    const seen = vi.spyOn(document, 'visibilityState', 'get');
    const turn = (to: DocumentVisibilityState) => {
      seen.mockReturnValue(to);
      act(() => void window.dispatchEvent(new Event('visibilitychange')));
    };
    turn('hidden');
    const due = ['/v1/outcomes', '/v1/closes'].map((path) => counted(path, answers[path]));
    await after(3 * 3_600_000);
    expect(due.map(({ asked }) => asked)).toEqual([0, 0]);
    turn('visible');
    await after(1_000);
    expect(due.map(({ asked }) => asked)).toEqual([1, 1]);
    turn('hidden');
    turn('visible');
    await after(60_000);
    expect(due.map(({ asked }) => asked)).toEqual([1, 1]);
    seen.mockRestore();
  });

  it('says how old the record is where it cannot be fetched again', async () => {
    await openLive();
    expect(await screen.findByText(/714 of 1,306/)).toBeVisible();
    answers['/v1/outcomes'] = Response.json({ error: {} }, { status: 503 });
    await after(45 * 60_000);
    const said = screen.getByText(/It could not be fetched again/);
    expect(said).toHaveTextContent(/The newest outcome is of 14:15 UTC, \d+ min ago/);
  });

  it('says that the models shown are from before where they cannot be fetched again', async () => {
    await openLive();
    expect(await screen.findByText('Models in service')).toBeVisible();
    expect(screen.queryByText(/They could not be fetched again/)).toBeNull();
    answers['/v1/models'] = Response.json({ error: {} }, { status: 503 });
    await after(45 * 60_000);
    expect(screen.getByText(/They could not be fetched again/)).toBeVisible();
  });

  it('says that a forecast has ended as soon as it has', async () => {
    const forecast = aForecast({ horizon: '15m', target_at: minutesAfter(15) });
    answers['/v1/forecasts'] = aBoard({ coins: [aCoin({ forecasts: [forecast] })] });
    const coin = await openLive();
    expect(coin.getByText('14:30 UTC').parentElement).toHaveTextContent('at 14:30 UTC');
    await after(13 * 60_000);
    expect(coin.getByText(/^ended/)).toHaveTextContent('ended 14:30 UTC');
  });

  it('reads out what is wrong once, not at every minute that it lasts', async () => {
    answers['/v1/forecasts'] = aBoard({ stale: true, as_of: AS_OF });
    await openLive();
    const region = within(screen.getByRole('region', { name: /What to know/ }));
    const spoken = region.getByText('These figures are old.');
    const seen = new Set<string | null>();
    for (let minute = 0; minute < 5; minute++) {
      seen.add(spoken.textContent);
      await after(60_000);
    }
    expect(spoken).toHaveAttribute('aria-live', 'polite');
    expect(seen.size).toBe(1);
  });

  it('offline is told, and nothing is claimed to be fetched', async () => {
    await openLive();
    vi.spyOn(navigator, 'onLine', 'get').mockReturnValue(false);
    for (const path of Object.keys(answers)) answers[path] = undefined;
    act(() => void window.dispatchEvent(new Event('offline')));
    await after(11 * 60_000);
    expect(screen.getByText(/This device is offline/, { selector: 'strong' })).toBeVisible();
  });
});
