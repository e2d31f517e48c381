import { useMemo } from 'react';
import { makeApi } from './api/client';
import type { Config } from './api/config';
import { Board } from './components/Board';
import { Page } from './components/Page';
import { Fault, Skeleton } from './components/Panels';
import { useCloses, useForecasts, useModels, useOutcomes } from './live/useAnswers';
import { useNow } from './live/useNow';
import { useStream } from './live/useStream';

export function Dashboard({ config: { apiUrl, streamUrl } }: { config: Config }) {
  const api = useMemo(() => makeApi(apiUrl), [apiUrl]);
  const status = useStream(streamUrl);
  const now = useNow();
  const live = status === 'live';
  const { board, error, retry } = useForecasts(api, live);
  const { models, modelsFailed } = useModels(api);
  const { outcomes, outcomesFailed } = useOutcomes(api, live);
  const closes = useCloses(api, live);
  return (
    <Page status={error && !board ? 'unreachable' : status} board={board} apiUrl={apiUrl} now={now}>
      {board ? (
        <Board
          board={board}
          models={models && models.champions}
          modelsMissing={models?.missing ?? []}
          modelsFailed={modelsFailed}
          outcomes={outcomes}
          outcomesFailed={outcomesFailed}
          apiUrl={apiUrl}
          closes={closes}
          error={error}
          now={now}
        />
      ) : error ? (
        <Fault error={error} retry={retry} />
      ) : (
        <Skeleton />
      )}
    </Page>
  );
}
