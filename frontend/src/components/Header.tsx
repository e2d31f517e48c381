import type { DataLabel } from '../api/types';
import { momentInWords } from '../words/clock';
import { ConnectionState, type ShownStatus } from './ConnectionState';
import { Mark } from './Icons';

const LABELS: Readonly<Record<DataLabel, string>> = {
  live: 'Live data',
  replay: 'Replayed data',
  simulated: 'Simulated data',
};

interface Props {
  status: ShownStatus;
  label?: DataLabel | undefined;
  asOf?: string | null | undefined;
  now: number;
}

export function Header({ status, label, asOf, now }: Props) {
  return (
    <header className="border-b border-line bg-card">
      <div className="mx-auto flex max-w-7xl flex-wrap items-center gap-x-4 gap-y-3 px-4 py-3 sm:px-6">
        <div className="mr-auto flex items-center gap-3">
          <Mark />
          <div>
            <h1 className="text-lg leading-6 font-semibold tracking-tight">Cryptocast</h1>
            <p className="hidden text-xs text-quiet sm:block">
              Where coins go next, how sure that is, and why
            </p>
          </div>
        </div>
        {label && asOf && (
          <p className="order-last w-full text-xs text-quiet lg:order-none lg:w-auto">
            Newest figures{' '}
            <time dateTime={asOf} className="font-medium text-ink">
              {momentInWords(label, asOf, now)}
            </time>
          </p>
        )}
        {label && (
          <p
            className={`hidden rounded-full border px-3 py-1 text-xs font-medium sm:block ${
              label === 'live'
                ? 'border-line bg-card text-ink'
                : 'border-caution-line bg-caution-soft text-caution'
            }`}
          >
            {LABELS[label]}
          </p>
        )}
        <ConnectionState status={status} />
      </div>
    </header>
  );
}
