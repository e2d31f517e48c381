import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { LONGEST_DELAY_MS, reconnectDelay } from '../src/live/backoff';
import {
  ANSWER_WITHIN_MS,
  Connection,
  OPEN_WITHIN_MS,
  PING_EVERY_MS,
  type ConnectionStatus,
} from '../src/live/connection';

const WELCOME = '{"type":"subscribed"}';
const FORGOTTEN = '{"type":"error"}';

/** The browser's WebSocket, opened and closed by the test. */
class Socket {
  static made: Socket[] = [];
  onopen: (() => void) | null = null;
  onclose: (() => void) | null = null;
  onmessage: ((event: { data: unknown }) => void) | null = null;
  readonly sent: unknown[] = [];
  closed = false;

  constructor(readonly url: string) {
    Socket.made.push(this);
  }

  static get last(): Socket {
    const socket = Socket.made.at(-1);
    if (!socket) throw new Error('no socket was opened');
    return socket;
  }

  send(text: string): void {
    this.sent.push(JSON.parse(text));
  }

  close(): void {
    this.closed = true;
  }

  open(): void {
    this.onopen?.();
    this.onmessage?.({ data: WELCOME });
  }
}

let statuses: ConnectionStatus[];
let received: unknown[];
let connection: Connection<object>;

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', Socket);
  Socket.made = [];
  statuses = [];
  received = [];
  connection = new Connection({
    url: 'ws://stream.test',
    hello: { action: 'subscribe' },
    ping: { action: 'ping' },
    isWelcome: (message) => JSON.stringify(message) === WELCOME,
    isForgotten: (message) => JSON.stringify(message) === FORGOTTEN,
    read: (data) => (typeof data === 'object' && data !== null && 'type' in data ? data : null),
    onMessage: (message) => received.push(message),
    onStatus: (status) => statuses.push(status),
    random: () => 1,
  });
  connection.start();
});

afterEach(() => connection.stop());

describe('reconnectDelay', () => {
  it('doubles up to a minute', () => {
    const delays = [1, 2, 3, 7, 50].map((attempt) => reconnectDelay(attempt, () => 1));
    expect(delays).toEqual([1_000, 2_000, 4_000, LONGEST_DELAY_MS, LONGEST_DELAY_MS]);
  });

  it('is spread over its upper half', () => {
    expect(reconnectDelay(4, () => 0)).toBe(4_000);
    expect(reconnectDelay(4, () => 0.5)).toBe(6_000);
  });
});

describe('Connection', () => {
  it('subscribes as soon as it is open', () => {
    Socket.last.open();
    expect(Socket.last.sent).toEqual([{ action: 'subscribe' }]);
    expect(statuses).toEqual(['connecting', 'live']);
  });

  it('is live only once its subscription was taken', () => {
    Socket.last.onopen?.();
    Socket.last.onmessage?.({ data: '{"type":"error"}' });
    expect(statuses).toEqual(['connecting']);
    vi.advanceTimersByTime(OPEN_WITHIN_MS);
    expect(Socket.last.closed).toBe(true);
    expect(statuses).not.toContain('live');
  });

  it('hands on messages and survives what is not JSON', () => {
    Socket.last.open();
    Socket.last.onmessage?.({ data: '{"type":"pong"}' });
    Socket.last.onmessage?.({ data: '<html>' });
    Socket.last.onmessage?.({ data: new Blob() });
    expect(received).toEqual([{ type: 'subscribed' }, { type: 'pong' }]);
  });

  it('comes back after a loss, and subscribes again', () => {
    Socket.last.open();
    Socket.last.onclose?.();
    expect(statuses.at(-1)).toBe('reconnecting');
    vi.advanceTimersByTime(999);
    expect(Socket.made).toHaveLength(1);
    vi.advanceTimersByTime(1);
    expect(Socket.made).toHaveLength(2);
    Socket.last.open();
    expect(Socket.last.sent).toEqual([{ action: 'subscribe' }]);
    expect(statuses.at(-1)).toBe('live');
  });

  it('subscribes again where the server forgot it, and has to be welcomed again', () => {
    const socket = Socket.last;
    socket.open();
    vi.advanceTimersByTime(PING_EVERY_MS);
    socket.onmessage?.({ data: FORGOTTEN });
    const [hello, ping] = [{ action: 'subscribe' }, { action: 'ping' }];
    expect(socket.sent).toEqual([hello, ping, hello]);
    socket.onmessage?.({ data: WELCOME });
    vi.advanceTimersByTime(OPEN_WITHIN_MS);
    expect(statuses.at(-1)).toBe('live');
    socket.onmessage?.({ data: FORGOTTEN });
    vi.advanceTimersByTime(OPEN_WITHIN_MS);
    expect(socket.closed).toBe(true);
    expect(statuses.at(-1)).toBe('reconnecting');
  });

  it('polls after three failures, and goes on trying', () => {
    Socket.last.onclose?.();
    vi.advanceTimersByTime(1_000);
    Socket.last.onclose?.();
    expect(statuses.at(-1)).toBe('connecting');
    vi.advanceTimersByTime(2_000);
    Socket.last.onclose?.();
    expect(statuses.at(-1)).toBe('polling');
    vi.advanceTimersByTime(4_000);
    expect(Socket.made).toHaveLength(4);
    Socket.last.open();
    expect(statuses.at(-1)).toBe('live');
  });

  it('starts counting anew after it was live', () => {
    Socket.last.onclose?.();
    vi.advanceTimersByTime(1_000);
    Socket.last.open();
    Socket.last.onclose?.();
    vi.advanceTimersByTime(1_000);
    expect(Socket.made).toHaveLength(3);
  });

  it('gives up an attempt that does not open', () => {
    const first = Socket.last;
    vi.advanceTimersByTime(OPEN_WITHIN_MS);
    expect(first.closed).toBe(true);
    vi.advanceTimersByTime(1_000);
    expect(Socket.made).toHaveLength(2);
  });

  it('notices a dead connection by its unanswered ping', () => {
    Socket.last.open();
    vi.advanceTimersByTime(PING_EVERY_MS);
    expect(Socket.last.sent.at(-1)).toEqual({ action: 'ping' });
    vi.advanceTimersByTime(ANSWER_WITHIN_MS);
    expect(statuses.at(-1)).toBe('reconnecting');
  });

  it.each([['<html>'], ['{"message":"Internal server error","connectionId":"c","requestId":"r"}']])(
    'takes %s for no answer to its ping',
    (data) => {
      Socket.last.open();
      vi.advanceTimersByTime(PING_EVERY_MS);
      Socket.last.onmessage?.({ data });
      vi.advanceTimersByTime(ANSWER_WITHIN_MS);
      expect(statuses.at(-1)).toBe('reconnecting');
    },
  );

  it('stays while its pings are answered', () => {
    Socket.last.open();
    for (let i = 0; i < 3; i += 1) {
      vi.advanceTimersByTime(PING_EVERY_MS);
      Socket.last.onmessage?.({ data: '{"type":"pong"}' });
    }
    vi.advanceTimersByTime(ANSWER_WITHIN_MS);
    expect(statuses.at(-1)).toBe('live');
    expect(Socket.made).toHaveLength(1);
  });

  it('tries at once when the network comes back', () => {
    Socket.last.onclose?.();
    window.dispatchEvent(new Event('online'));
    expect(Socket.made).toHaveLength(2);
    vi.advanceTimersByTime(5_000);
    expect(Socket.made).toHaveLength(2);
  });

  it('makes what seems to live prove it when the network comes back', () => {
    const socket = Socket.last;
    socket.open();
    const sent = socket.sent.length;
    window.dispatchEvent(new Event('online'));
    expect(socket.sent).toHaveLength(sent + 1);
    vi.advanceTimersByTime(ANSWER_WITHIN_MS);
    expect(statuses.at(-1)).toBe('reconnecting');
  });

  it('opens nothing after it was stopped', () => {
    Socket.last.onclose?.();
    connection.stop();
    vi.advanceTimersByTime(600_000);
    window.dispatchEvent(new Event('online'));
    expect(Socket.made).toHaveLength(1);
  });
});
