import { QueryClient } from '@tanstack/react-query';
import { act, render, screen, within } from '@testing-library/react';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { App } from '../src/App';
import { NOW, aBoard, aCoin, aForecast, aPrice, minutesAfter } from './factories';
import {
  after,
  answers,
  counted,
  openLive,
  openPage,
  say,
  serve,
  serveCloses,
  sockets,
} from './network';

const DAYS = 24 * 60;

function sayPrice(minutes: number, price = 64_000): void {
  say({
    type: 'price',
    data_label: 'replay',
    price: aPrice({ price, as_of: minutesAfter(minutes) }),
  });
}

function sayCycle(minutes: number): void {
  say({ type: 'cycle', data_label: 'replay', as_of: minutesAfter(minutes), missing: [] });
}

beforeEach(() => {
  vi.useFakeTimers({ shouldAdvanceTime: true, now: NOW });
  serve(aBoard({ data_label: 'replay' }));
});
afterEach(() => vi.useRealTimers());

describe('fast cycles', () => {
  it('do not put off the poll beside the stream', async () => {
    await openLive();
    const polls = counted('/v1/forecasts', aBoard());
    for (let cycle = 1; cycle <= 130; cycle++) {
      sayPrice(15 * cycle);
      await after(15_000);
    }
    expect(polls.asked).toBeGreaterThanOrEqual(3);
    expect(polls.asked).toBeLessThanOrEqual(4);
  });

  it('of a replay that began anew bring the page to it, its lines too', async () => {
    const coin = await openLive();
    const as_of = minutesAfter(-100 * DAYS);
    const price = aPrice({ price: 1_234, as_of });
    const again = aBoard({ data_label: 'replay', as_of, coins: [aCoin({ price, forecasts: [] })] });
    const polls = counted('/v1/forecasts', again);
    serveCloses({
      BTC: [
        [minutesAfter(-100 * DAYS - 15), 1_200],
        [as_of, 1_234],
      ],
    });
    for (let cycle = 0; cycle < 3; cycle++) {
      sayPrice(15 * cycle - 100 * DAYS, 1_234 + cycle);
      sayCycle(15 * cycle - 100 * DAYS);
      await after(15_000);
    }
    expect(coin.getByText('$1,236.00')).toBeVisible();
    expect(coin.getByRole('img', { name: /from \$1,200.00 to \$1,236.00/ })).toBeVisible();
    expect(polls.asked).toBe(1);
  });
});

it('a coin without prices for days, told at each subscription, asks for nothing anew', async () => {
  const behind = aPrice({ as_of: minutesAfter(-2 * DAYS) });
  const ether = { symbol: 'ETH', name: 'Ethereum', price: { ...behind, symbol: 'ETH' } };
  serve(aBoard({ coins: [aCoin(), aCoin({ ...ether, forecasts: [] })] }));
  await openLive();
  const polls = counted('/v1/forecasts', answers['/v1/forecasts']);
  const closes = counted('/v1/closes', answers['/v1/closes']);
  for (let i = 0; i < 4; i++) {
    say({ type: 'price', data_label: 'live', price: ether.price });
    sayCycle(0);
    await after(15_000);
  }
  expect([polls.asked, closes.asked]).toEqual([0, 0]);
});

it('a price that is told again does not put off the poll of the lines', async () => {
  await openLive();
  const closes = counted('/v1/closes', answers['/v1/closes']);
  for (let i = 0; i < 45 * 4; i++) {
    sayPrice(0);
    await after(15_000);
  }
  expect(closes.asked).toBe(2);
});

it('of what the stream says before the first answer the newest of each figure is kept', async () => {
  let answer: (response: Response) => void = () => undefined;
  answers['/v1/forecasts'] = new Promise<Response>((come) => (answer = come));
  const opened = openPage();
  await after(100);
  act(() => sockets.at(-1)?.onopen?.());
  say({ type: 'subscribed' });
  for (let cycle = 1; cycle <= 200; cycle++) {
    sayPrice(15 * cycle, 64_000 + cycle);
    say({
      type: 'forecast',
      forecast: aForecast({ as_of: minutesAfter(15 * cycle), call: 'down' }),
    });
  }
  sayPrice(15 * 199, 1);
  const write = vi.spyOn(QueryClient.prototype, 'setQueryData');
  answer(Response.json(aBoard()));
  const coin = within(await opened);
  expect(await coin.findByText('$64,200.00')).toBeVisible();
  expect(coin.getByText('Down')).toBeVisible();
  expect(write.mock.calls.length).toBeLessThanOrEqual(4);
});

describe('while the API is away', () => {
  const steadily = async (expectation: () => void) => {
    for (let i = 0; i < 130; i++) {
      expectation();
      await after(500);
    }
  };

  it('the page says so once, and the button keeps its focus', async () => {
    for (const path of Object.keys(answers)) {
      if (path.startsWith('/v1/')) answers[path] = undefined;
    }
    render(<App />);
    const alert = await screen.findByRole('alert');
    const button = within(alert).getByRole('button', { name: 'Try again now' });
    button.focus();
    await steadily(() => {
      expect(screen.getByRole('alert')).toBe(alert);
      expect(button).toHaveFocus();
      expect(screen.getByText('Not connected')).toBeVisible();
    });
    serve(aBoard());
    await after(31_000);
    expect(screen.queryByRole('alert')).toBeNull();
    expect(screen.getByRole('article', { name: /Bitcoin/ })).toBeVisible();
  });

  it('for a part of the page, that part says so until it has come', async () => {
    const paths = ['/v1/models', '/v1/outcomes', '/v1/closes'];
    const held = paths.map((path) => answers[path]);
    for (const path of paths) answers[path] = undefined;
    await openPage();
    const said = [
      await screen.findByText(/They could not be fetched; the page tries again/),
      await screen.findByText(/It could not be fetched; the page tries again/),
      await screen.findByText(/The history could not be fetched/),
    ];
    await steadily(() => {
      for (const one of said) expect(one).toBeInTheDocument();
    });
    paths.forEach((path, i) => (answers[path] = held[i]));
    await after(31_000);
    for (const one of said) expect(one).not.toBeInTheDocument();
  });

  it('its configuration too, however often the reader asks', async () => {
    answers['/config.json'] = undefined;
    render(<App />);
    const alert = await screen.findByRole('alert');
    const button = within(alert).getByRole('button', { name: 'Try again now' });
    answers['/config.json'] = new Promise(() => undefined);
    act(() => button.click());
    await after(500);
    expect(screen.getByRole('alert')).toBe(alert);
  });
});
