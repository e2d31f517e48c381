import { hashKey, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ForecastsAnswer, Model, ServerMessage } from '../api/types';
import { applyMessage } from './board';
import { withPrice, type Close } from './closes';
import { Connection, type ConnectionStatus } from './connection';
import { readMessage } from './messages';

/** Outcomes are the last step of a cycle: they are written after the message that ends it. */
const JUDGED_AFTER_MS = 15_000;
const TELLS: ReadonlySet<ServerMessage['type']> = new Set(['price', 'forecast', 'cycle']);

export const KEYS = {
  forecasts: ['forecasts'] as const,
  models: ['models'] as const,
  outcomes: ['outcomes'] as const,
  closes: (symbol: string) => ['closes', symbol] as const,
};

/** Keeps the cached answers up to date from the stream; without one the page polls. */
export function useStream(url: string | null): ConnectionStatus {
  const cache = useQueryClient();
  const [status, setStatus] = useState<ConnectionStatus>(url ? 'connecting' : 'polling');
  useEffect(() => {
    if (!url) return undefined;
    let judged: ReturnType<typeof setTimeout> | undefined;
    let ended: string | undefined;
    // The stream may speak before the first answer comes, which may be older than what it says.
    const early: ServerMessage[] = [];
    const toBoard = (message: ServerMessage) => {
      if (cache.getQueryData(KEYS.forecasts)) take(cache, message);
      else if (TELLS.has(message.type)) early.push(message);
    };
    const stopWatching = cache.getQueryCache().subscribe(({ type, query }) => {
      const came = type === 'updated' && query.queryHash === hashKey(KEYS.forecasts);
      if (early.length === 0 || !came || query.state.data === undefined) return;
      for (const message of early.splice(0)) take(cache, message);
    });
    // Each subscription is answered with the last cycle again; a replay may go back, so not only newer ones.
    const cycleEnded = (asOf: string) => {
      if (asOf === ended) return;
      ended = asOf;
      judged ??= setTimeout(() => {
        judged = undefined;
        refetch(cache, KEYS.outcomes);
      }, JUDGED_AFTER_MS);
    };
    const connection = new Connection({
      url,
      hello: { action: 'subscribe', symbols: [], horizons: [] },
      ping: { action: 'ping' },
      isWelcome: (data) => readMessage(data)?.type === 'subscribed',
      isForgotten: (data) => {
        const message = readMessage(data);
        return message?.type === 'error' && message.error.code === 'not_subscribed';
      },
      onStatus: setStatus,
      onMessage: (data) => {
        const message = readMessage(data);
        if (message) toBoard(message);
        if (message?.type === 'cycle') cycleEnded(message.as_of);
      },
    });
    connection.start();
    return () => {
      connection.stop();
      stopWatching();
      clearTimeout(judged);
    };
  }, [url, cache]);
  return status;
}

/** Fetches again; a fetch that is under way is let come, so that a burst of messages asks once. */
function refetch(cache: QueryClient, queryKey: readonly string[]): void {
  void cache.invalidateQueries({ queryKey }, { cancelRefetch: false });
}

function take(cache: QueryClient, message: ServerMessage): void {
  // What says nothing of the board must not touch it: each touch puts the next poll off.
  if (!TELLS.has(message.type)) return;
  cache.setQueryData<ForecastsAnswer>(KEYS.forecasts, (board) =>
    board ? applyMessage(board, message) : board,
  );
  if (message.type === 'price') {
    const key = KEYS.closes(message.price.symbol);
    const held = cache.getQueryData<Close[]>(key);
    const closes = held && withPrice(held, message.price);
    if (closes) cache.setQueryData(key, closes);
    else if (held) refetch(cache, key);
  }
  if (message.type === 'forecast') {
    const models = cache.getQueryData<Model[]>(KEYS.models);
    const known = models?.some(({ version }) => version === message.forecast.model_version);
    if (models && !known) refetch(cache, KEYS.models);
  }
}
