import type { DataLabel } from '../api/types';

const LABELS: Readonly<Record<DataLabel, string>> = {
  live: 'Data: live, from public sources.',
  replay: 'Data: the past, replayed.',
  simulated: 'Data: simulated, no real market.',
};

export function Footer({
  apiUrl,
  label,
}: {
  apiUrl?: string | undefined;
  label?: DataLabel | undefined;
}) {
  return (
    <footer className="border-t border-line">
      <div className="mx-auto flex max-w-7xl flex-wrap items-center justify-between gap-x-6 gap-y-2 px-4 py-6 text-xs text-quiet sm:px-6">
        <p>
          <strong className="font-semibold text-ink">Not financial advice.</strong> Forecasts are
          probabilities and often wrong. {label && LABELS[label]}
        </p>
        {apiUrl && (
          <nav aria-label="More" className="flex gap-4">
            <a className="font-medium text-accent hover:underline" href={`${apiUrl}/docs`}>
              API docs
            </a>
            <a className="font-medium text-accent hover:underline" href={`${apiUrl}/v1/health`}>
              Health
            </a>
          </nav>
        )}
      </div>
    </footer>
  );
}
