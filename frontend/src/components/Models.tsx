import { cardUrl } from '../api/client';
import type { Model } from '../api/types';
import { formatDate } from '../format/times';
import { HORIZON_WORDS } from '../words/horizons';
import { measuredInFull } from '../words/models';

/** What answers for the calls above: one line per model in service. */
export function Models({ models, apiUrl }: { models: readonly Model[]; apiUrl: string }) {
  if (models.length === 0) return null;
  return (
    <section aria-labelledby="models" className="space-y-3">
      <h2 id="models" className="text-sm font-semibold">
        Models in service
      </h2>
      <ul className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-card">
        {models.map((model) => (
          <li
            key={`${model.kind} ${model.horizon}`}
            className="grid gap-x-6 gap-y-1 px-4 py-3 text-sm sm:px-5 md:grid-cols-[7rem_17rem_1fr]"
          >
            <p className="font-medium">
              {model.horizon ? HORIZON_WORDS[model.horizon] : 'Sentiment'}
            </p>
            <div className="min-w-0">
              <p className="font-mono text-xs leading-5 break-all">{model.version}</p>
              {model.promoted_at && (
                <p className="text-xs text-quiet">
                  In service since {formatDate(model.promoted_at)}
                </p>
              )}
              {model.kind === 'prices' && model.horizon && (
                <a
                  className="text-xs font-medium text-accent hover:underline"
                  href={cardUrl(apiUrl, model.horizon)}
                  target="_blank"
                  rel="noopener"
                  aria-label={`Model card for ${HORIZON_WORDS[model.horizon]}, in a new tab`}
                >
                  Model card
                </a>
              )}
            </div>
            <p className="text-xs leading-5 text-quiet">
              {model.kind === 'prices' && <>{measuredInFull(model)} </>}
              {model.stand_in && 'A stand-in for the full model. '}
              {model.trained_on && `Trained on ${model.trained_on.replace(/\.$/, '')}.`}
            </p>
          </li>
        ))}
      </ul>
      <p className="max-w-4xl text-xs text-quiet">
        Measured out of sample, on time the model had not seen. Right half of the time is what a
        coin toss gets. Where a model is not sure enough it abstains.
      </p>
    </section>
  );
}
