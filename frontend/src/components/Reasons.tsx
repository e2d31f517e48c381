import { topReasons } from '../words/features';
import { CallIcon } from './Icons';

/** What weighed most in one forecast, in plain words. */
export function Reasons({ contributions }: { contributions: Readonly<Record<string, number>> }) {
  const reasons = topReasons(contributions);
  if (reasons.length === 0) return <p className="text-xs text-quiet">Nothing weighed in.</p>;
  return (
    <ol className="space-y-1" aria-label="What weighed most">
      {reasons.map(({ name, words, weight, share }) => (
        <li key={name} className="flex items-start gap-1.5 text-xs leading-4">
          <span className={`mt-0.5 ${weight > 0 ? 'text-up' : 'text-down'}`}>
            <CallIcon call={weight > 0 ? 'up' : 'down'} className="size-3" />
          </span>
          <span className="min-w-0 flex-1 text-ink" title={`${weight.toFixed(3)} log-odds`}>
            {words}
            <span className="sr-only">{weight > 0 ? ' pushes up' : ' pushes down'}</span>
          </span>
          <span className="mt-1.5 h-1 w-8 shrink-0 rounded-full bg-line" aria-hidden="true">
            <span
              className={`block h-full rounded-full ${weight > 0 ? 'bg-up' : 'bg-down'}`}
              style={{ width: `${Math.max(8, share * 100)}%` }}
            />
          </span>
        </li>
      ))}
    </ol>
  );
}
