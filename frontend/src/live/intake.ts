import { hashKey, replaceEqualDeep, type QueryClient } from '@tanstack/react-query';
import type { ForecastsAnswer, ModelsAnswer, Price, ServerMessage } from '../api/types';
import { applyMessage, isFarBehind, isOlder } from './board';
import { withPrice, type Closes } from './closes';
import { KEYS, refetch } from './keys';
import { momentOf } from './messages';

/** Outcomes are the last step of a cycle: they are written after the message that ends it. */
const JUDGED_AFTER_MS = 15_000;
/** What the API has read of its store it keeps for ten seconds, and so does the browser. */
const KEPT_MS = 11_000;

/** Puts what the stream says into the cached answers. */
export class Intake {
  readonly #cache: QueryClient;
  readonly #stopWatching: () => void;
  /** The stream may speak before the first answer comes, which may be older than what it says. */
  readonly #early = new Map<string, ServerMessage>();
  #judged: ReturnType<typeof setTimeout> | undefined;
  #anew: ReturnType<typeof setTimeout> | undefined;
  #ended: string | undefined;

  constructor(cache: QueryClient) {
    this.#cache = cache;
    this.#stopWatching = cache.getQueryCache().subscribe(({ type, query }) => {
      const came = type === 'updated' && query.queryHash === hashKey(KEYS.forecasts);
      if (came && query.state.data !== undefined) this.#release();
    });
  }

  receive(message: ServerMessage): void {
    const asOf = momentOf(message);
    if (asOf === null) return;
    if (this.#cache.getQueryData(KEYS.forecasts)) this.#take(message, asOf);
    else this.#keep(message, asOf);
    if (message.type === 'cycle') this.#cycleEnded(asOf);
  }

  stop(): void {
    this.#stopWatching();
    clearTimeout(this.#judged);
    clearTimeout(this.#anew);
  }

  /** Only the newest of each figure: the first answer may be long in coming. */
  #keep(message: ServerMessage, asOf: string): void {
    const figure = figureOf(message);
    const held = this.#early.get(figure);
    const newest = held && momentOf(held);
    if (isOlder(asOf, newest) && !isFarBehind(asOf, newest)) return;
    // Set anew, so that they stay in the order in which they came.
    this.#early.delete(figure);
    this.#early.set(figure, message);
  }

  #release(): void {
    const held = [...this.#early.values()];
    this.#early.clear();
    for (const message of held) this.#take(message, momentOf(message) ?? '');
  }

  #take(message: ServerMessage, asOf: string): void {
    const board = this.#cache.getQueryData<ForecastsAnswer>(KEYS.forecasts);
    if (!board) return;
    // Not of a figure: that of a coin without prices stays behind, and each subscription brings it again.
    if (message.type === 'cycle' && isFarBehind(asOf, board.as_of)) this.#startedAgain();
    this.#write(KEYS.forecasts, board, applyMessage(board, message));
    if (message.type === 'price') this.#takeClose(message.price);
    if (message.type === 'forecast') {
      const models = this.#cache.getQueryData<ModelsAnswer>(KEYS.models);
      const { model_version: maker } = message.forecast;
      const known = models?.champions.some(({ version }) => version === maker);
      if (models && !known) refetch(this.#cache, KEYS.models);
    }
  }

  #takeClose(price: Price): void {
    const held = this.#cache.getQueryData<Closes>(KEYS.closes);
    const ofCoin = held?.[price.symbol];
    if (!held || !ofCoin) return;
    const closes = withPrice(ofCoin, price);
    if (closes) this.#write(KEYS.closes, held, { ...held, [price.symbol]: closes });
    else refetch(this.#cache, KEYS.closes);
  }

  /** Only what is new: each write puts the query's next poll off. */
  #write<T>(key: readonly string[], held: T, next: T): void {
    const changed = replaceEqualDeep(held, next);
    if (changed !== held) this.#cache.setQueryData(key, changed);
  }

  /** A replay that began anew: what is older than the board is left alone, so the board must be fetched. */
  #startedAgain(): void {
    this.#anew ??= setTimeout(() => {
      this.#anew = undefined;
      refetch(this.#cache, KEYS.forecasts);
      refetch(this.#cache, KEYS.closes);
    }, KEPT_MS);
  }

  /** Each subscription is answered with the last cycle again; a replay may go back, so not only newer ones. */
  #cycleEnded(asOf: string): void {
    if (asOf === this.#ended) return;
    this.#ended = asOf;
    this.#judged ??= setTimeout(() => {
      this.#judged = undefined;
      refetch(this.#cache, KEYS.outcomes);
    }, JUDGED_AFTER_MS);
  }
}

function figureOf(message: ServerMessage): string {
  if (message.type === 'price') return `price ${message.price.symbol}`;
  if (message.type !== 'forecast') return message.type;
  return `forecast ${message.forecast.symbol} ${message.forecast.horizon}`;
}
