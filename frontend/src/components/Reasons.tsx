import type { Forecast } from '../api/types';
import { formatPoints, formatShare, unbroken } from '../format/numbers';
import type { Reason } from '../words/features';
import { baseRate, type Answer } from '../words/models';
import { sumOf, toldReasons, type Sum } from '../words/sum';
import { CallIcon } from './Icons';
import { Line } from './Panels';

interface Props {
  forecast: Forecast;
  model: Answer;
  /** Of both rows: whether they are shown. */
  className: string;
}

/** What weighed most in one forecast, in plain words, and how it adds up: two rows of its cell. */
export function Reasons({ forecast, model, className }: Props) {
  const { told, others } = toldReasons(forecast.contributions);
  const known = typeof model === 'object' ? model : undefined;
  const rate = known ? baseRate(known) : null;
  if (rate !== null) {
    return (
      <p data-row="reasons" className={`${className} row-span-2 mt-3 text-xs leading-4 text-quiet`}>
        Every forecast of this model is its base rate, {formatShare(rate)}: how often the price rose
        in the time it was calibrated on. Its features did not tell rises from falls.
      </p>
    );
  }
  const sum = known?.calibration ? sumOf(forecast, known.calibration) : null;
  return (
    <>
      <div data-row="reasons" className={`${className} mt-3 text-xs leading-4`}>
        <Told told={told} sum={sum} />
      </div>
      <div data-row="rest" className={`${className} mt-1 space-y-1 text-xs leading-4`}>
        {sum ? (
          <Rest sum={sum} />
        ) : model === 'loading' ? (
          <Awaited rows={others ? 3 : 2} />
        ) : (
          <p className="border-t border-line pt-1 text-quiet">
            {others &&
              `${others.count} others lean ${others.weight > 0 ? 'up' : 'down'} together. `}
            How they add up is not known.
          </p>
        )}
      </div>
    </>
  );
}

function Told({ told, sum }: { told: readonly Reason[]; sum: Sum | null }) {
  if (told.length === 0) return <p className="text-quiet">No feature weighed in.</p>;
  return (
    <ol className="space-y-1" aria-label="What weighed most">
      {told.map((reason, i) => (
        <One key={reason.name} reason={reason} shown={sum?.reasons[i]?.points} />
      ))}
    </ol>
  );
}

interface OneProps {
  reason: Reason;
  /** Percentage points; undefined where only the weight is known. */
  shown: number | undefined;
}

function One({ reason, shown }: OneProps) {
  const up = reason.weight > 0;
  return (
    <li className="flex items-start gap-1.5">
      <span className={`mt-0.5 ${up ? 'text-up' : 'text-down'}`}>
        <CallIcon call={up ? 'up' : 'down'} className="size-3" />
      </span>
      <span className="min-w-0 flex-1 text-ink">
        {unbroken(reason.words)}
        <span className="sr-only">{up ? ' pushes up' : ' pushes down'}</span>
      </span>
      {shown !== undefined ? (
        <Points points={shown} />
      ) : (
        <span className="mt-1.5 h-1 w-8 shrink-0 rounded-full bg-line" aria-hidden="true">
          <span
            className={`block h-full rounded-full ${up ? 'bg-up' : 'bg-down'}`}
            style={{ width: `${Math.max(8, reason.share * 100)}%` }}
          />
        </span>
      )}
    </li>
  );
}

/** The other reasons, the start, and what all of it comes to. */
function Rest({ sum: { others, start, end } }: { sum: Sum }) {
  return (
    <>
      {others && (
        <p className="flex gap-1.5 pl-4.5 text-quiet">
          <span className="min-w-0 flex-1">
            {others.count === 1 ? 'One other' : `${others.count} others together`}
          </span>
          <Points points={others.points} />
        </p>
      )}
      <p className="flex gap-1.5 pl-4.5 text-quiet">
        <span className="min-w-0 flex-1">Base rate and calibration</span>
        <Points points={start.points} />
      </p>
      <p className="flex justify-between gap-1.5 border-t border-line pt-1 pl-4.5 whitespace-nowrap text-quiet">
        From 50% to <span className="font-medium text-ink">{formatShare(end / 100)}</span>
      </p>
    </>
  );
}

function Points({ points }: { points: number }) {
  const look = points > 0 ? 'text-up' : points < 0 ? 'text-down' : 'text-quiet';
  return <span className={`shrink-0 font-medium ${look}`}>{formatPoints(points)} pp</span>;
}

/** As high as `Rest`. */
function Awaited({ rows }: { rows: number }) {
  return Array.from({ length: rows }, (_, row) => (
    <Line key={row} className={row < rows - 1 ? 'h-4' : 'h-5.25'} />
  ));
}

/** Once for the whole page, in place of a word at every figure. */
export function HowReasonsAddUp() {
  return (
    <details className="max-w-4xl text-xs leading-5 text-quiet">
      <summary className="w-fit cursor-pointer hover:underline">
        How the reasons of a forecast add up
      </summary>
      <p>
        What a feature weighs is measured in log-odds, before calibration. It is shown as its share
        of the way from 50% to the chance that the price rises, in percentage points (pp). “Base
        rate and calibration” is where the model leans before it looks at any feature.
      </p>
    </details>
  );
}
