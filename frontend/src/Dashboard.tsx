import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query';
import { useMemo } from 'react';
import { makeApi } from './api/client';
import type { Config } from './api/config';
import { unreachable } from './api/errors';
import type { ForecastsAnswer } from './api/types';
import { Board } from './components/Board';
import { Page } from './components/Page';
import { Fault, Skeleton } from './components/Panels';
import { newerBoard } from './live/board';
import { closesOf } from './live/closes';
import { useNow } from './live/useNow';
import { KEYS, useStream } from './live/useStream';

const POLL_MS = 30_000;
/** Beside the stream, in case a message was lost. */
const POLL_WHILE_LIVE_MS = 10 * 60_000;
/**
 * What only Postgres knows is asked for less often than a cycle comes: the messages of a cycle put the
 * poll off, so an open page does not keep a database awake that sleeps between cycles.
 */
const POLL_HISTORY_WHILE_LIVE_MS = 20 * 60_000;

/** What failed is asked for again soon, however long the wait is otherwise. */
function soonAfter(status: string, otherwise: number): number {
  return status === 'error' ? Math.min(POLL_MS, otherwise) : otherwise;
}

/** Beside an interval, which rests in a hidden tab: a reader who comes back gets what was due meanwhile. */
function whereDue(intervalMs: number) {
  return ({ state }: { state: { dataUpdatedAt: number } }) =>
    Date.now() - state.dataUpdatedAt > intervalMs;
}

/** Undefined while it is on its way, null where it could not be fetched. */
function awaited<T>({ data, isError }: { data: T | undefined; isError: boolean }) {
  return data ?? (isError ? null : undefined);
}

export function Dashboard({ config }: { config: Config }) {
  const api = useMemo(() => makeApi(config.apiUrl), [config.apiUrl]);
  const cache = useQueryClient();
  const status = useStream(config.streamUrl);
  const now = useNow();
  const live = status === 'live';
  const refetchInterval = live ? POLL_WHILE_LIVE_MS : POLL_MS;
  const historyInterval = live ? POLL_HISTORY_WHILE_LIVE_MS : POLL_WHILE_LIVE_MS;

  const forecasts = useQuery({
    queryKey: KEYS.forecasts,
    queryFn: async () => {
      const polled = await api.forecasts();
      // Read after the answer has come: the stream goes on meanwhile.
      return newerBoard(cache.getQueryData<ForecastsAnswer>(KEYS.forecasts), polled);
    },
    refetchInterval: ({ state }) => soonAfter(state.status, refetchInterval),
  });
  const models = useQuery({
    queryKey: KEYS.models,
    queryFn: api.models,
    refetchInterval: ({ state }) => soonAfter(state.status, POLL_WHILE_LIVE_MS),
  });
  const outcomes = useQuery({
    queryKey: KEYS.outcomes,
    queryFn: api.outcomes,
    refetchInterval: ({ state }) => soonAfter(state.status, historyInterval),
    refetchOnWindowFocus: whereDue(historyInterval),
  });
  const board = forecasts.data;
  const closes = useQueries({
    queries: (board?.coins ?? []).map(({ symbol }) => ({
      queryKey: KEYS.closes(symbol),
      queryFn: async () => closesOf(await api.bars(symbol)),
      refetchInterval: ({ state }: { state: { status: string } }) =>
        soonAfter(state.status, historyInterval),
      refetchOnWindowFocus: whereDue(historyInterval),
    })),
    combine: (results) => results.map(awaited),
  });
  const error = forecasts.error ? unreachable(forecasts.error) : null;

  return (
    <Page
      status={error && !board ? 'unreachable' : status}
      board={board}
      apiUrl={config.apiUrl}
      now={now}
    >
      {board ? (
        <Board
          board={board}
          models={awaited(models)}
          modelsFailed={models.isError}
          outcomes={awaited(outcomes)}
          outcomesFailed={outcomes.isError}
          apiUrl={config.apiUrl}
          closes={closes}
          error={error}
          now={now}
        />
      ) : error ? (
        <Fault error={error} retry={() => void forecasts.refetch()} />
      ) : (
        <Skeleton />
      )}
    </Page>
  );
}
