import { useId, useState } from 'react';
import { HORIZONS, type Coin, type DataLabel } from '../api/types';
import { formatChange, formatPrice } from '../format/numbers';
import type { Close } from '../live/closes';
import { isBehind, isStale, momentInWords } from '../words/clock';
import type { Models } from '../words/models';
import { lastOf, type Outcomes } from '../words/record';
import { isSaidInPlace, missingInWords, sourceName } from '../words/sources';
import { HorizonCell } from './HorizonCell';
import { ChevronIcon } from './Icons';
import { Sparkline } from './Sparkline';

/** Whose protocol served a price, and that it is not that vendor's figure of today. */
const OF_LABEL: Readonly<Record<DataLabel, string>> = {
  live: '',
  replay: ' (replayed)',
  simulated: ' (simulated)',
};

interface Props {
  coin: Coin;
  label: DataLabel;
  models: Models;
  outcomes: Outcomes;
  /** Undefined while they are on their way, null where they could not be fetched. */
  closes: readonly Close[] | null | undefined;
  /** What the banner already says is not said again by every coin. */
  said: ReadonlySet<string>;
  /** The newest moment that any coin speaks for. */
  newest: string | null | undefined;
  now: number;
}

export function CoinCard({ models, outcomes, ...present }: Props) {
  const { coin, now } = present;
  const [open, setOpen] = useState(false);
  const id = useId();
  return (
    <li>
      <article
        aria-labelledby={id}
        className="overflow-hidden rounded-2xl border border-line bg-card shadow-xs lg:grid lg:grid-cols-[17rem_1fr]"
      >
        <Present id={id} {...present} />
        <div className="border-t border-line lg:border-t-0 lg:border-l">
          <Horizons coin={coin} models={models} outcomes={outcomes} open={open} now={now} />
        </div>
        <button
          type="button"
          aria-expanded={open}
          onClick={() => setOpen(!open)}
          className="flex w-full items-center justify-center gap-2 border-t border-line py-3 text-xs font-medium text-accent md:hidden"
        >
          {open ? 'Hide reasons and models' : 'Show reasons and models'}
          <span className="sr-only"> of {coin.name}</span>
          <ChevronIcon open={open} />
        </button>
      </article>
    </li>
  );
}

type HorizonsProps = Pick<Props, 'coin' | 'models' | 'outcomes' | 'now'> & { open: boolean };

function Horizons({ coin, models, outcomes, open, now }: HorizonsProps) {
  return (
    <ul
      aria-label={`Forecasts for ${coin.name}`}
      className={`grid h-full gap-px bg-line md:grid-cols-4 md:grid-rows-[repeat(6,auto)_1fr_auto] ${open ? 'grid-cols-1' : 'grid-cols-2'}`}
    >
      {HORIZONS.map((horizon) => (
        <HorizonCell
          key={horizon}
          horizon={horizon}
          forecast={coin.forecasts.find((forecast) => forecast.horizon === horizon)}
          models={models}
          past={lastOf(outcomes, coin.symbol, horizon)}
          open={open}
          now={now}
        />
      ))}
    </ul>
  );
}

interface PresentProps extends Omit<Props, 'models' | 'outcomes'> {
  id: string;
}

function Present({ id, coin, label, closes, said, newest, now }: PresentProps) {
  const { price } = coin;
  const own = (coin.missing ?? [])
    .filter((item) => !isSaidInPlace(item))
    .map(missingInWords)
    .filter((item) => !said.has(item));
  const old = price && (isStale(label, price.as_of, false, now) || isBehind(price.as_of, newest));
  return (
    <div className="flex min-w-0 flex-col gap-3 p-4 sm:p-5">
      <div className="flex items-baseline justify-between gap-3">
        <h2 id={id} className="flex min-w-0 items-baseline gap-2">
          <span className="text-base font-semibold">{coin.symbol}</span>
          <span className="truncate text-sm text-quiet">{coin.name}</span>
        </h2>
        {typeof price?.change_24h === 'number' && <Change logReturn={price.change_24h} />}
      </div>
      {price ? (
        <div>
          <p className="text-2xl leading-8 font-semibold tracking-tight">
            {formatPrice(price.price)}
          </p>
          <p className={`text-xs ${old ? 'font-medium text-alarm' : 'text-quiet'}`}>
            {old && 'Old: '}
            <time dateTime={price.as_of}>{momentInWords(label, price.as_of, now)}</time>
            {price.source && ` · ${sourceName(price.source)}${OF_LABEL[label]}`}
          </p>
        </div>
      ) : (
        <p className="text-sm text-quiet">No price yet.</p>
      )}
      <History closes={closes} name={coin.name} />
      <LineEnds closes={closes} label={label} priced={price?.as_of} now={now} />
      {own.length > 0 && <p className="text-xs text-caution">{own.join(' · ')}</p>}
    </div>
  );
}

function History({ closes, name }: Pick<Props, 'closes'> & { name: string }) {
  if (closes) return <Sparkline closes={closes} name={name} />;
  if (closes === null)
    return (
      <p className="flex h-16 items-center text-xs text-quiet lg:h-24">
        The history could not be fetched; the page tries again.
      </p>
    );
  return <div className="h-16 animate-pulse rounded bg-inset lg:h-24" aria-hidden="true" />;
}

interface LineEndsProps extends Pick<Props, 'closes' | 'label' | 'now'> {
  priced: string | undefined;
}

/** A line that could not be fetched again ends before its price. */
function LineEnds({ closes, label, priced, now }: LineEndsProps) {
  const last = closes?.at(-1);
  if (!last) return null;
  const at = new Date(last.at).toISOString();
  if (!isBehind(at, priced)) return null;
  return (
    <p className="text-xs text-caution">
      The line ends at <time dateTime={at}>{momentInWords(label, at, now)}</time>.
    </p>
  );
}

function Change({ logReturn }: { logReturn: number }) {
  const shown = formatChange(Math.expm1(logReturn));
  // By the figure that is shown: one that rounds to 0.00% went nowhere.
  const look = shown.startsWith('+')
    ? 'text-up'
    : shown.startsWith('−')
      ? 'text-down'
      : 'text-quiet';
  return (
    <p className={`shrink-0 text-sm font-medium ${look}`}>
      {shown}
      <span className="ml-1 text-xs font-normal text-quiet">24 h</span>
    </p>
  );
}
