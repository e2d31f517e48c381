import { reconnectDelay } from './backoff';

/** `polling`: the stream is out of reach for now; answers are fetched while attempts go on. */
export type ConnectionStatus = 'connecting' | 'live' | 'reconnecting' | 'polling';

/** After this many failed attempts in a row the page says that it polls. */
export const ATTEMPTS_BEFORE_POLLING = 3;
/** API Gateway closes a connection that is silent for 10 minutes. */
export const PING_EVERY_MS = 4 * 60_000;
/** A ping without any message of the stream within this time: nobody closed the connection, but it is dead. */
export const ANSWER_WITHIN_MS = 20_000;
/** An attempt that has not opened, or an opened one whose hello has no answer, has failed by then. */
export const OPEN_WITHIN_MS = 10_000;

export interface ConnectionOptions<Message> {
  url: string;
  /** Sent as JSON each time the connection opens. */
  hello: unknown;
  ping: unknown;
  /** The message, or null where it is none of the protocol: whoever else answers is not the stream. */
  read: (data: unknown) => Message | null;
  /** Whether a message says that the hello was taken; only then the connection is live. */
  isWelcome: (message: Message) => boolean;
  /** Whether a message says that the hello is not known any more, so that it must be said again. */
  isForgotten: (message: Message) => boolean;
  onMessage: (message: Message) => void;
  onStatus: (status: ConnectionStatus) => void;
  random?: () => number;
}

/** One WebSocket that is always there or on its way back. */
export class Connection<Message> {
  readonly #options: ConnectionOptions<Message>;
  #socket: WebSocket | null = null;
  #failures = 0;
  #live = false;
  #wasLive = false;
  #stopped = false;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #patience: ReturnType<typeof setTimeout> | undefined;
  #heartbeat: ReturnType<typeof setInterval> | undefined;

  constructor(options: ConnectionOptions<Message>) {
    this.#options = options;
  }

  start(): void {
    this.#stopped = false;
    this.#options.onStatus('connecting');
    window.addEventListener('online', this.#wake);
    document.addEventListener('visibilitychange', this.#wake);
    this.#open();
  }

  stop(): void {
    this.#stopped = true;
    window.removeEventListener('online', this.#wake);
    document.removeEventListener('visibilitychange', this.#wake);
    clearTimeout(this.#retry);
    this.#drop();
  }

  /** Tries at once when the network or the reader comes back; what seems to live has to prove it. */
  readonly #wake = (): void => {
    if (this.#stopped || document.visibilityState === 'hidden') return;
    if (this.#socket) {
      if (this.#live) this.#ping(this.#socket);
      return;
    }
    clearTimeout(this.#retry);
    this.#open();
  };

  #open(): void {
    let socket: WebSocket;
    try {
      socket = new WebSocket(this.#options.url);
    } catch {
      this.#failed();
      return;
    }
    this.#socket = socket;
    this.#patience = setTimeout(() => this.#lost(socket), OPEN_WITHIN_MS);
    socket.onopen = () => this.#greet(socket);
    socket.onmessage = (event: MessageEvent<unknown>) => this.#received(socket, event.data);
    socket.onclose = () => this.#lost(socket);
  }

  #greet(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#lost(socket), OPEN_WITHIN_MS);
    socket.send(JSON.stringify(this.#options.hello));
  }

  #welcomed(socket: WebSocket): void {
    clearInterval(this.#heartbeat);
    this.#heartbeat = setInterval(() => this.#ping(socket), PING_EVERY_MS);
    this.#live = this.#wasLive = true;
    this.#failures = 0;
    this.#options.onStatus('live');
  }

  #ping(socket: WebSocket): void {
    socket.send(JSON.stringify(this.#options.ping));
    clearTimeout(this.#patience);
    this.#patience = setTimeout(() => this.#lost(socket), ANSWER_WITHIN_MS);
  }

  #received(socket: WebSocket, data: unknown): void {
    if (socket !== this.#socket) return;
    const message = this.#options.read(parsed(data));
    if (message === null) return;
    if (this.#live) clearTimeout(this.#patience);
    if (this.#options.isWelcome(message)) {
      clearTimeout(this.#patience);
      this.#welcomed(socket);
    } else if (this.#live && this.#options.isForgotten(message)) this.#greet(socket);
    this.#options.onMessage(message);
  }

  #lost(socket: WebSocket): void {
    if (socket !== this.#socket) return;
    this.#drop();
    this.#failed();
  }

  #failed(): void {
    if (this.#stopped) return;
    this.#failures += 1;
    const polling = this.#failures >= ATTEMPTS_BEFORE_POLLING;
    if (polling) this.#options.onStatus('polling');
    else this.#options.onStatus(this.#wasLive ? 'reconnecting' : 'connecting');
    const delay = reconnectDelay(this.#failures, this.#options.random);
    this.#retry = setTimeout(() => this.#open(), delay);
  }

  #drop(): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#live = false;
    clearTimeout(this.#patience);
    clearInterval(this.#heartbeat);
    if (!socket) return;
    socket.onopen = socket.onmessage = socket.onclose = null;
    socket.close();
  }
}

/** Null where it is no JSON. */
function parsed(data: unknown): unknown {
  try {
    return typeof data === 'string' ? JSON.parse(data) : null;
  } catch {
    return null;
  }
}
