import { QueryClient, QueryClientProvider, useQuery, useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { loadConfig } from './api/config';
import { unreachable } from './api/errors';
import { Page } from './components/Page';
import { Fault, Skeleton } from './components/Panels';
import { Dashboard } from './Dashboard';
import { useLastError } from './live/useLastError';

export function App() {
  const [cache] = useState(
    () =>
      new QueryClient({
        // Offline too: a fetch that is held back says nothing, one that fails is told.
        defaultOptions: { queries: { retry: 1, staleTime: 10_000, networkMode: 'always' } },
      }),
  );
  return (
    <QueryClientProvider client={cache}>
      <Configured />
    </QueryClientProvider>
  );
}

const CONFIG = ['config'];

function Configured() {
  const cache = useQueryClient();
  // Without it there is no page, so it is asked for until it comes.
  const {
    data: config,
    failureReason,
    isPending,
  } = useQuery({
    queryKey: CONFIG,
    queryFn: loadConfig,
    staleTime: Infinity,
    retry: true,
    retryDelay: 10_000,
  });
  const failure = useLastError({ error: failureReason, isPending });
  if (config) return <Dashboard config={config} />;
  return (
    <Page status={failure ? 'unreachable' : 'connecting'} now={0}>
      {failure ? (
        <Fault
          error={unreachable(failure)}
          retry={() => void cache.resetQueries({ queryKey: CONFIG })}
        />
      ) : (
        <Skeleton />
      )}
    </Page>
  );
}
