import { act, render, screen, within } from '@testing-library/react';
import { beforeEach, vi } from 'vitest';
import type { ForecastsAnswer, Model } from '../src/api/types';
import { App } from '../src/App';
import { AS_OF, fourModels, minutesAfter, someCloses, someOutcomes } from './factories';

/** The network: what each path answers, or an error. */
export let answers: Record<string, unknown>;
export let sockets: { onopen?: () => void; onmessage?: (event: { data: string }) => void }[];

beforeEach(() => {
  sockets = [];
  answers = { '/config.json': { apiUrl: 'http://api.test', streamUrl: 'ws://stream.test' } };
  vi.stubGlobal('fetch', (input: Request | string) => {
    const path = new URL(typeof input === 'string' ? input : input.url, 'http://page.test')
      .pathname;
    const answer = answers[path];
    if (answer === undefined) return Promise.reject(new TypeError('Failed to fetch'));
    if (answer instanceof Promise) return answer as Promise<Response>;
    if (answer instanceof Response) return Promise.resolve(answer.clone());
    return Promise.resolve(Response.json(answer));
  });
  vi.stubGlobal(
    'WebSocket',
    class {
      send = () => undefined;
      close = () => undefined;
      constructor() {
        sockets.push(this as never);
      }
    },
  );
});

/** Of contributions of 0.16 they make 62%, so the bias is 0.002. */
export const KNOWN = { calibration: { slope: 0.8, intercept: 0.36 }, abstain_below: 0.55 };

export function serve(board: ForecastsAnswer, models: Model[] = fourModels(KNOWN)): void {
  answers['/v1/forecasts'] = board;
  answers['/v1/models'] = { data_label: 'live', champions: models };
  answers['/v1/outcomes'] = someOutcomes();
  serveCloses({
    BTC: [
      [minutesAfter(-15), 63_000],
      [AS_OF, 64_000],
    ],
  });
}

export function serveCloses(coins: Parameters<typeof someCloses>[0]): void {
  answers['/v1/closes'] = { data_label: 'live', interval_s: 900, coins: someCloses(coins) };
}

export async function openPage(): Promise<HTMLElement> {
  render(<App />);
  return screen.findByRole('article', { name: /Bitcoin/ });
}

/** What the stream says to the page. */
export const say = (message: unknown) =>
  act(() => sockets.at(-1)?.onmessage?.({ data: JSON.stringify(message) }));

/** Under fake timers. */
export const after = (ms: number) => act(() => vi.advanceTimersByTimeAsync(ms));

/** Counts how often a path is asked for from here on, answering after `ms`. */
export function counted(path: string, answer: unknown, ms = 0): { asked: number } {
  const count = { asked: 0 };
  Object.defineProperty(answers, path, {
    get: () => {
      count.asked += 1;
      return new Promise((come) => setTimeout(() => come(Response.json(answer)), ms));
    },
  });
  return count;
}

/** The first coin of a page that follows the stream. */
export async function openLive(): Promise<ReturnType<typeof within>> {
  const coin = within(await openPage());
  act(() => sockets.at(-1)?.onopen?.());
  say({ type: 'subscribed' });
  await screen.findByText('Connected');
  return coin;
}
