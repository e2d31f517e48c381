import type { Horizon, PastCall } from '../api/types';
import { pastInWords } from '../words/record';
import { Line } from './Panels';

const SHOWN = 24;
const STEP = 6;
const BAR = 4;
const HEIGHT = 16;

interface Props {
  horizon: Horizon;
  /** Newest first; undefined while they are on their way, null where they could not be fetched. */
  past: readonly PastCall[] | null | undefined;
}

/** What came of the last forecasts: up from the line is right, down is wrong, a dot abstained. */
export function PastCalls({ horizon, past }: Props) {
  if (past === null) return null;
  if (past === undefined) return <Line className="h-9" />;
  const shown = past.slice(0, SHOWN).reverse();
  return (
    <div className="space-y-1">
      <svg
        viewBox={`0 0 ${SHOWN * STEP} ${HEIGHT}`}
        className="h-4 w-full"
        preserveAspectRatio="none"
        aria-hidden="true"
      >
        <path d={`M0 ${HEIGHT / 2}H${SHOWN * STEP}`} className="stroke-line" />
        {shown.map((one, i) => (
          <Mark key={one.as_of} one={one} x={(SHOWN - shown.length + i) * STEP + 1} />
        ))}
      </svg>
      <p className="text-2xs text-quiet">{pastInWords(shown, horizon)}</p>
    </div>
  );
}

function Mark({ one: { correct }, x }: { one: PastCall; x: number }) {
  const middle = HEIGHT / 2;
  if (typeof correct !== 'boolean') {
    return <rect x={x} y={middle - 1} width={BAR} height={2} className="fill-quiet" />;
  }
  return (
    <rect
      x={x}
      y={correct ? 0 : middle}
      width={BAR}
      height={middle}
      className={correct ? 'fill-accent' : 'fill-caution'}
    />
  );
}
