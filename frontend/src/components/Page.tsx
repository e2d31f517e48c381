import type { ReactNode } from 'react';
import type { ForecastsAnswer } from '../api/types';
import type { ShownStatus } from './ConnectionState';
import { Footer } from './Footer';
import { Header } from './Header';

interface Props {
  status: ShownStatus;
  board?: ForecastsAnswer | undefined;
  apiUrl?: string | undefined;
  now: number;
  children: ReactNode;
}

export function Page({ status, board, apiUrl, now, children }: Props) {
  return (
    <div className="flex min-h-dvh flex-col">
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:absolute focus:m-2 focus:rounded focus:bg-card focus:p-2"
      >
        Skip to the forecasts
      </a>
      <Header status={status} label={board?.data_label} asOf={board?.as_of} now={now} />
      <main
        id="content"
        tabIndex={-1}
        className="mx-auto w-full max-w-7xl flex-1 px-4 py-5 sm:px-6"
      >
        {children}
      </main>
      <Footer apiUrl={apiUrl} label={board?.data_label} />
    </div>
  );
}
