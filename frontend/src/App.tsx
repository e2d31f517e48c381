import { QueryClient, QueryClientProvider, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { loadConfig } from './api/config';
import { unreachable } from './api/errors';
import { Page } from './components/Page';
import { Fault, Skeleton } from './components/Panels';
import { Dashboard } from './Dashboard';

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

function Configured() {
  const config = useQuery({ queryKey: ['config'], queryFn: loadConfig, staleTime: Infinity });
  if (config.data) return <Dashboard config={config.data} />;
  return (
    <Page status={config.error ? 'unreachable' : 'connecting'} now={0}>
      {config.error ? (
        <Fault error={unreachable(config.error)} retry={() => void config.refetch()} />
      ) : (
        <Skeleton />
      )}
    </Page>
  );
}
