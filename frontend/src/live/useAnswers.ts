import { focusManager, useQuery, useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import type { Api } from '../api/client';
import { unreachable } from '../api/errors';
import type { ForecastsAnswer } from '../api/types';
import { newerBoard } from './board';
import { closesOf, type Closes } from './closes';
import { KEYS, refetch } from './keys';
import { useLastError } from './useLastError';

const POLL_MS = 30_000;
/** Beside the stream, in case a message was lost. */
const POLL_WHILE_LIVE_MS = 10 * 60_000;
/**
 * What only Postgres knows is asked for less often than a cycle comes: the messages of a cycle put the
 * poll off, so an open page does not keep a database awake that sleeps between cycles.
 */
const POLL_HISTORY_WHILE_LIVE_MS = 20 * 60_000;

/** What failed is asked for again soon, however long the wait is otherwise. */
function soonAfter<T>(status: string, otherwise: T): T | number {
  return status === 'error' ? POLL_MS : otherwise;
}

/** Beside an interval, which rests in a hidden tab: a reader who comes back gets what was due meanwhile. */
function whereDue(intervalMs: number) {
  return ({ state }: { state: { dataUpdatedAt: number } }) =>
    Date.now() - state.dataUpdatedAt > intervalMs;
}

/** Undefined while it is on its way for the first time, null where it could not be fetched. */
function awaited<T>({ data, errorUpdateCount }: { data: T | undefined; errorUpdateCount: number }) {
  return data ?? (errorUpdateCount > 0 ? null : undefined);
}

/** The board, and the error of the last try. */
export function useForecasts(api: Api, live: boolean) {
  const cache = useQueryClient();
  const query = useQuery({
    queryKey: KEYS.forecasts,
    queryFn: async () => {
      const polled = await api.forecasts();
      // Read after the answer has come: the stream goes on meanwhile.
      return newerBoard(cache.getQueryData<ForecastsAnswer>(KEYS.forecasts), polled);
    },
    refetchInterval: ({ state }) => soonAfter(state.status, live ? false : POLL_MS),
  });
  // Apart from the query's own interval, which every figure from the stream starts anew.
  useEffect(() => {
    const timer = setInterval(() => {
      if (focusManager.isFocused()) refetch(cache, KEYS.forecasts);
    }, POLL_WHILE_LIVE_MS);
    return () => clearInterval(timer);
  }, [cache]);
  const error = useLastError(query);
  return {
    board: query.data,
    error: error && unreachable(error),
    retry: () => void query.refetch(),
  };
}

export function useModels(api: Api) {
  const query = useQuery({
    queryKey: KEYS.models,
    queryFn: api.models,
    refetchInterval: ({ state }) => soonAfter(state.status, POLL_WHILE_LIVE_MS),
  });
  return { models: awaited(query), modelsFailed: query.isError };
}

export function useOutcomes(api: Api, live: boolean) {
  const query = useQuery({
    queryKey: KEYS.outcomes,
    queryFn: api.outcomes,
    ...historyPolls(live),
  });
  return { outcomes: awaited(query), outcomesFailed: query.isError };
}

/** Of every coin, by its symbol. */
export function useCloses(api: Api, live: boolean): Closes | null | undefined {
  const query = useQuery({
    queryKey: KEYS.closes,
    queryFn: async () => closesOf(await api.closes()),
    ...historyPolls(live),
  });
  return awaited(query);
}

function historyPolls(live: boolean) {
  const intervalMs = live ? POLL_HISTORY_WHILE_LIVE_MS : POLL_WHILE_LIVE_MS;
  return {
    refetchInterval: ({ state }: { state: { status: string } }) =>
      soonAfter(state.status, intervalMs),
    refetchOnWindowFocus: whereDue(intervalMs),
  };
}
