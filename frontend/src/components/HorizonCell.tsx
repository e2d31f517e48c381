import type { Call, Forecast, Horizon, PastCall } from '../api/types';
import { formatShare } from '../format/numbers';
import { formatTarget } from '../format/times';
import { followsClock, isStale } from '../words/clock';
import { confidenceIn, whyThisCall } from '../words/calls';
import { CALL_WORDS, HORIZON_WORDS } from '../words/horizons';
import { makerOf, measuredInWords, type Answer, type Models } from '../words/models';
import { Gauge } from './Gauge';
import { CallIcon } from './Icons';
import { Line } from './Panels';
import { PastCalls } from './PastCalls';
import { Reasons } from './Reasons';

const LOOKS: Readonly<Record<Call, string>> = {
  up: 'bg-up-soft text-up',
  down: 'bg-down-soft text-down',
  abstain: 'bg-inset text-quiet',
};

/**
 * The rows of a cell are rows of the grid that it stands in, so that those of neighbours line up whatever one
 * of them lacks. A row without content is there all the same.
 */
const ROWS = 'row-span-8 grid grid-cols-1 grid-rows-subgrid gap-y-0';

interface Props {
  horizon: Horizon;
  forecast: Forecast | undefined;
  models: Models;
  /** Newest first; undefined while they are on their way, null where they could not be fetched. */
  past: readonly PastCall[] | null | undefined;
  /** Whether the reasons and the model are shown on a narrow screen. */
  open: boolean;
  now: number;
}

export function HorizonCell({ horizon, forecast, models, past, open, now }: Props) {
  return (
    <li className={`${ROWS} min-w-0 bg-card p-3 sm:p-4`}>
      <h3
        data-row="head"
        className="flex flex-col text-xs text-quiet xl:flex-row xl:items-baseline xl:justify-between"
      >
        <span className="font-medium text-ink">{HORIZON_WORDS[horizon]}</span>
        {forecast && <Until forecast={forecast} now={now} />}
      </h3>
      {forecast ? (
        <Filled forecast={forecast} model={makerOf(forecast, models)} past={past} open={open} />
      ) : (
        <p className="mt-3 text-sm text-quiet">No forecast yet.</p>
      )}
    </li>
  );
}

function Until({ forecast, now }: { forecast: Forecast; now: number }) {
  const { as_of: asOf, target_at: target, data_label: label, stale } = forecast;
  if (isStale(label, asOf, stale, now)) {
    return (
      <span className="text-alarm">
        old, from <time dateTime={asOf}>{formatTarget(asOf, new Date(now).toISOString())}</time>
      </span>
    );
  }
  const ended = followsClock(label, target, now) && Date.parse(target) <= now;
  return (
    <span className={`whitespace-nowrap ${ended ? 'text-alarm' : ''}`}>
      {ended ? 'ended' : 'at'} <time dateTime={target}>{formatTarget(target, asOf)}</time>
    </span>
  );
}

interface FilledProps {
  forecast: Forecast;
  model: Answer;
  past: Props['past'];
  open: boolean;
}

function Filled({ forecast, model, past, open }: FilledProps) {
  const { model_version: version } = forecast;
  const { confidence, why } = whyThisCall(forecast, typeof model === 'object' ? model : undefined);
  const more = open ? '' : 'max-md:hidden';
  return (
    <>
      <Called forecast={forecast} told={confidence !== null} />
      <div data-row="confidence">
        {confidence !== null && <Sure forecast={forecast} confidence={confidence} />}
      </div>
      {model === 'loading' ? (
        <Line className="mt-2.5 h-8 md:h-4" />
      ) : (
        <p data-row="why" className="mt-2.5 min-h-8 text-xs leading-4 text-quiet md:min-h-4">
          {why}
        </p>
      )}
      <div data-row="past" className="mt-3">
        <PastCalls horizon={forecast.horizon} past={past} />
      </div>
      <Reasons forecast={forecast} model={model} className={more} />
      <p
        data-row="model"
        className={`${more} mt-3 border-t border-line pt-2 text-2xs break-words text-quiet`}
      >
        Model {model === 'other' || model === 'failed' ? version : digestOf(version)}
        <br />
        <Measured model={model} />
      </p>
    </>
  );
}

/** `20260921T061500Z-4f1c0a9b` → `4f1c0a9b`; the table of models has the whole name of those in service. */
function digestOf(version: string): string {
  return version.split('-').at(-1) ?? version;
}

interface CalledProps {
  forecast: Forecast;
  /** Whether the model knows anything: else its probability is not made much of. */
  told: boolean;
}

/** The call and the probability behind it. */
function Called({ forecast: { call, p_up: pUp }, told }: CalledProps) {
  return (
    <div data-row="call" className="mt-3 space-y-1.5">
      <p
        className={`inline-flex items-center gap-1.5 rounded-md px-1.5 py-1 text-xs font-semibold sm:px-2 sm:text-sm ${LOOKS[call]}`}
      >
        <CallIcon call={call} />
        {CALL_WORDS[call]}
      </p>
      <p className={told ? '' : 'text-quiet'}>
        <span className={`text-lg leading-6 ${told ? 'font-semibold' : ''}`}>
          {formatShare(pUp)}
        </span>{' '}
        <span className="text-xs text-quiet">chance up</span>
      </p>
    </div>
  );
}

/** How sure the forecast is: drawn, and as a figure. */
function Sure({ forecast, confidence }: { forecast: Forecast; confidence: string }) {
  return (
    <div className="mt-2.5 space-y-2.5">
      <Gauge pUp={forecast.p_up} call={forecast.call} />
      <p className="flex justify-between gap-2 text-xs text-quiet">
        <span>{confidenceIn(forecast)}</span>
        <span className="font-medium text-ink">{confidence}</span>
      </p>
    </div>
  );
}

function Measured({ model }: { model: Answer }) {
  if (model === 'loading') {
    return (
      <span className="inline-block h-3 w-32 max-w-full animate-pulse rounded bg-inset align-middle">
        <span className="sr-only">its measured accuracy is on its way</span>
      </span>
    );
  }
  if (model === 'failed') return 'its measured accuracy could not be fetched';
  if (model === 'other') return 'measured accuracy not known: another version serves now';
  return measuredInWords(model);
}
