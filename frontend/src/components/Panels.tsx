import type { PageError } from '../api/errors';
import { WarningIcon } from './Icons';

/** In place of the coins when nothing can be shown: what is wrong, what to do. */
export function Fault({ error, retry }: { error: PageError; retry: () => void }) {
  return (
    <section
      role="alert"
      className="mx-auto max-w-xl space-y-3 rounded-2xl border border-alarm-line bg-card p-6"
    >
      <h2 className="flex items-center gap-2 text-base font-semibold text-alarm">
        <WarningIcon />
        {error.message}
      </h2>
      <p className="text-sm text-quiet">{error.whatToDo}</p>
      <button
        type="button"
        onClick={retry}
        className="rounded-lg border border-line bg-inset px-4 py-2 text-sm font-medium hover:border-quiet"
      >
        Try again now
      </button>
    </section>
  );
}

/** The API answers, and has nothing: before the first cycle, or because its stores have not. */
export function Empty({ storesAnswer }: { storesAnswer: boolean }) {
  return (
    <section className="mx-auto max-w-xl rounded-2xl border border-line bg-card p-6 text-center">
      <h2 className="text-base font-semibold">Nothing to show yet</h2>
      <p className="mt-2 text-sm text-quiet">
        {storesAnswer
          ? 'The first prices come with the first cycle, within 15 minutes of a start. '
          : 'The fast store is empty and the database does not answer, so what there is cannot be read now. '}
        This page shows prices as soon as they are there.
      </p>
    </section>
  );
}

/** One line of text that is on its way; `className` gives its height. */
export function Line({ className }: { className: string }) {
  return <div className={`animate-pulse rounded bg-inset ${className}`} aria-hidden="true" />;
}

/** A row of a list that is on its way: laid out by `shape`, a name and then `lines` of these heights. */
export function AwaitedRow({ shape, lines }: { shape: string; lines: readonly string[] }) {
  return (
    <li className={shape}>
      <Line className="h-5 w-20" />
      {lines.map((height, i) => (
        <Line key={i} className={height} />
      ))}
    </li>
  );
}

/** The shape of what is coming, about as high as it will be. */
export function Skeleton() {
  return (
    <div role="status" className="space-y-4 pt-5">
      <span className="sr-only">Loading the forecasts</span>
      {[0, 1, 2, 3, 4].map((row) => (
        <div
          key={row}
          aria-hidden="true"
          className="grid h-184 gap-4 rounded-2xl border border-line bg-card p-5 md:h-220 lg:h-132 lg:grid-cols-[16rem_1fr]"
        >
          <div className="space-y-3">
            <Line className="h-4 w-24" />
            <Line className="h-8 w-40" />
            <Line className="h-16 lg:h-24" />
          </div>
          <div className="grid grid-cols-2 gap-4 md:grid-cols-4">
            {[0, 1, 2, 3].map((cell) => (
              <Line key={cell} className="h-full" />
            ))}
          </div>
        </div>
      ))}
    </div>
  );
}
