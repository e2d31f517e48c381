import { formatPrice, unbroken } from '../format/numbers';
import type { Close } from '../live/closes';

const WIDTH = 240;
const HEIGHT = 56;
const INSET = 4;

/** The closes of the last 24 hours. A line that says in words what it shows. */
export function Sparkline({ closes, name }: { closes: readonly Close[]; name: string }) {
  const first = closes[0];
  const last = closes.at(-1);
  if (!first || !last || closes.length < 2) {
    return (
      <p className="flex h-16 items-center text-xs text-quiet lg:h-24">
        No bars of the last 24 h yet.
      </p>
    );
  }
  const prices = closes.map(({ usd }) => usd);
  const [low, high] = [Math.min(...prices), Math.max(...prices)];
  const points = closes.map(({ at, usd }) => {
    const x = ((at - first.at) / (last.at - first.at || 1)) * (WIDTH - INSET);
    const y = HEIGHT - INSET - ((usd - low) / (high - low || 1)) * (HEIGHT - 2 * INSET);
    return `${x.toFixed(1)} ${y.toFixed(1)}`;
  });
  const label = `${name}, last 24 hours: from ${formatPrice(first.usd)} to ${formatPrice(last.usd)}, low ${formatPrice(low)}, high ${formatPrice(high)}`;
  return (
    <div className="space-y-1">
      <Line points={points} label={label} />
      <p className="text-2xs text-quiet" aria-hidden="true">
        {unbroken('24 h')}: low {formatPrice(low)}, high {formatPrice(high)}
      </p>
    </div>
  );
}

/** `points` from left to right, the last with a dot. */
function Line({ points, label }: { points: readonly string[]; label: string }) {
  const line = `M${points.join('L')}`;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      className="h-16 w-full overflow-visible text-accent lg:h-24"
      preserveAspectRatio="none"
      role="img"
      aria-label={label}
    >
      <path d={`${line}V${HEIGHT}H0Z`} fill="currentColor" opacity="0.09" />
      <path
        d={line}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
        strokeLinejoin="round"
        strokeLinecap="round"
        vectorEffect="non-scaling-stroke"
      />
      <path
        d={`M${points.at(-1)}h0.01`}
        stroke="currentColor"
        strokeWidth="6"
        strokeLinecap="round"
        vectorEffect="non-scaling-stroke"
      />
    </svg>
  );
}
