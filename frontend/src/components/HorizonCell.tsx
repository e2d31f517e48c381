import type { Call, Forecast, Horizon, Model } from '../api/types';
import { formatShare } from '../format/numbers';
import { formatTarget } from '../format/times';
import { isStale } from '../words/clock';
import { CALL_WORDS, HORIZON_WORDS } from '../words/horizons';
import { measuredInWords, shortVersion } from '../words/models';
import { Gauge } from './Gauge';
import { CallIcon } from './Icons';
import { Reasons } from './Reasons';

const LOOKS: Readonly<Record<Call, string>> = {
  up: 'bg-up-soft text-up',
  down: 'bg-down-soft text-down',
  abstain: 'bg-inset text-quiet',
};

interface Props {
  horizon: Horizon;
  forecast: Forecast | undefined;
  model: Model | undefined;
  /** Whether the reasons and the model are shown on a narrow screen. */
  open: boolean;
  now: number;
}

export function HorizonCell({ horizon, forecast, model, open, now }: Props) {
  return (
    <li className="flex min-w-0 flex-col gap-3 bg-card p-3 sm:p-4">
      <h3 className="flex items-baseline justify-between gap-2 text-xs text-quiet">
        <span className="font-medium text-ink">{HORIZON_WORDS[horizon]}</span>
        {forecast && <Until forecast={forecast} now={now} />}
      </h3>
      {forecast ? (
        <Filled forecast={forecast} model={model} open={open} />
      ) : (
        <p className="text-sm text-quiet">No forecast yet.</p>
      )}
    </li>
  );
}

function Until({ forecast, now }: { forecast: Forecast; now: number }) {
  const { as_of: asOf, target_at: target, data_label: label, stale } = forecast;
  if (isStale(label, asOf, stale, now)) {
    return (
      <span className="whitespace-nowrap text-alarm">
        old
        <span className="hidden sm:inline">
          , from <time dateTime={asOf}>{formatTarget(asOf, new Date(now).toISOString())}</time>
        </span>
      </span>
    );
  }
  return (
    <span className="hidden whitespace-nowrap sm:inline">
      by <time dateTime={target}>{formatTarget(target, asOf)}</time>
    </span>
  );
}

type FilledProps = Pick<Props, 'model' | 'open'> & { forecast: Forecast };

function Filled({ forecast, model, open }: FilledProps) {
  const { call, p_up: pUp, confidence, contributions, model_version: version } = forecast;
  return (
    <>
      <div className="space-y-2.5">
        <div className="flex flex-wrap items-center justify-between gap-x-2 gap-y-1.5">
          <p
            className={`inline-flex items-center gap-1.5 rounded-md px-1.5 py-1 text-xs font-semibold sm:px-2 sm:text-sm ${LOOKS[call]}`}
            title={call === 'abstain' ? 'Not sure enough to say up or down' : undefined}
          >
            <CallIcon call={call} />
            {CALL_WORDS[call]}
          </p>
          <p className="text-right">
            <span className="text-lg leading-6 font-semibold">{formatShare(pUp)}</span>{' '}
            <span className="text-xs text-quiet">up</span>
          </p>
        </div>
        <Gauge pUp={pUp} call={call} />
        <p className="flex justify-between gap-2 text-xs text-quiet">
          <span>Confidence</span>
          <span className="font-medium text-ink">{formatShare(confidence)}</span>
        </p>
      </div>
      <div className={`${open ? 'flex' : 'hidden'} flex-1 flex-col gap-3 md:flex`}>
        <Reasons contributions={contributions} />
        <p className="mt-auto border-t border-line pt-2 text-2xs break-words text-quiet">
          <span title={version}>Model {shortVersion(version)}</span>
          <br />
          {model?.version === version ? measuredInWords(model) : 'measured accuracy not known'}
        </p>
      </div>
    </>
  );
}
