import type { Call } from '../api/types';

const FILL: Readonly<Record<Call, string>> = {
  up: 'bg-up',
  down: 'bg-down',
  abstain: 'bg-quiet',
};

/** From the middle, where a coin toss is, to `pUp`. The figure beside it says the same in words. */
export function Gauge({ pUp, call }: { pUp: number; call: Call }) {
  const end = Math.min(1, Math.max(0, pUp)) * 100;
  const left = Math.min(50, end);
  const width = Math.max(1.5, Math.abs(end - 50));
  return (
    <div className="relative h-1.5 rounded-full bg-line" aria-hidden="true">
      <div
        className={`absolute inset-y-0 rounded-full transition-all duration-500 ${FILL[call]}`}
        style={{ left: `${left}%`, width: `${width}%` }}
      />
      <div className="absolute -inset-y-1 left-1/2 w-px bg-quiet" />
    </div>
  );
}
