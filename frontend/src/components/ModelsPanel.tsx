import { cardUrl } from '../api/client';
import type { Model } from '../api/types';
import { formatDate } from '../format/times';
import { HORIZON_WORDS } from '../words/horizons';
import { measuredInFull, type Models } from '../words/models';
import { AwaitedRow } from './Panels';

const ROW = 'grid gap-x-6 gap-y-1 px-4 py-3 text-sm sm:px-5 md:grid-cols-[7rem_17rem_1fr]';

interface Props {
  models: Models;
  /** Whether the last try to fetch them failed. */
  failed: boolean;
  apiUrl: string;
}

/** What answers for the calls above: one line per model in service. */
export function ModelsPanel({ models, failed, apiUrl }: Props) {
  if (models?.length === 0) return null;
  return (
    <section aria-labelledby="models" className="space-y-3">
      <h2 id="models" className="text-sm font-semibold">
        Models in service
      </h2>
      {models === null ? (
        <p className="text-xs text-quiet">They could not be fetched; the page tries again.</p>
      ) : (
        <ul
          aria-busy={models === undefined}
          className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-card"
        >
          {models
            ? models.map((model) => (
                <Row key={`${model.kind} ${model.horizon}`} model={model} apiUrl={apiUrl} />
              ))
            : [0, 1, 2, 3, 4].map((row) => (
                <AwaitedRow key={row} shape={ROW} lines={['h-16', 'h-16']} />
              ))}
        </ul>
      )}
      {models && failed && (
        <p className="text-xs text-alarm">
          They could not be fetched again, so another may be in service by now; the page tries on.
        </p>
      )}
      <p className="max-w-4xl text-xs text-quiet">
        Measured out of sample, on time the model had not seen. Right half of the time is what a
        coin toss gets. Where a model is not sure enough it abstains.
      </p>
    </section>
  );
}

function Row({ model, apiUrl }: { model: Model; apiUrl: string }) {
  return (
    <li className={ROW}>
      <p className="font-medium">{model.horizon ? HORIZON_WORDS[model.horizon] : 'Sentiment'}</p>
      <div className="min-w-0">
        <p className="font-mono text-xs leading-5 break-all">{model.version}</p>
        {model.promoted_at && (
          <p className="text-xs text-quiet">In service since {formatDate(model.promoted_at)}</p>
        )}
        {model.kind === 'prices' && model.horizon && (
          <a
            className="text-xs font-medium text-accent hover:underline"
            href={cardUrl(apiUrl, model.horizon, model.version)}
            target="_blank"
            rel="noopener"
            aria-label={`Model card for ${HORIZON_WORDS[model.horizon]}, in a new tab`}
          >
            Model card
          </a>
        )}
      </div>
      <div className="text-xs leading-5 text-quiet">
        <About model={model} />
        {model.abstain_rule && (
          <details>
            <summary className="w-fit cursor-pointer hover:underline">
              {model.shows_skill === false ? 'Why it abstains' : 'How its threshold was fixed'}
            </summary>
            <p className="first-letter:uppercase">{ended(model.abstain_rule)}</p>
          </details>
        )}
      </div>
    </li>
  );
}

function About({ model }: { model: Model }) {
  if (model.kind === 'prices') {
    return (
      <p>
        {measuredInFull(model)} Trained on {ended(model.trained_on)}
      </p>
    );
  }
  return (
    <>
      <p>{ended(model.title)}</p>
      <details>
        <summary className="w-fit cursor-pointer hover:underline">Its training texts</summary>
        <p className="first-letter:uppercase">{ended(model.trained_on)}</p>
      </details>
    </>
  );
}

/** With a full stop, and one only. */
function ended(sentence: string): string {
  return `${sentence.replace(/\.$/, '')}.`;
}
