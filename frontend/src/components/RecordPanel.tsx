import type { HorizonRecord, OutcomesAnswer } from '../api/types';
import { isStale, momentInWords } from '../words/clock';
import { HORIZON_WORDS } from '../words/horizons';
import {
  brierInWords,
  callsInWords,
  overdueInWords,
  weightInWords,
  type Outcomes,
} from '../words/record';
import { AwaitedRow } from './Panels';

const ROW = 'grid gap-x-6 gap-y-1 px-4 py-3 text-sm sm:px-5 md:grid-cols-[7rem_1fr]';

interface Props {
  outcomes: Outcomes;
  /** Whether the last try to fetch them failed. */
  failed: boolean;
  now: number;
}

/** What came of the calls of the last seven days: one line per horizon. */
export function RecordPanel({ outcomes, failed, now }: Props) {
  return (
    <section aria-labelledby="record" className="space-y-3">
      <h2 id="record" className="text-sm font-semibold">
        What came of its calls, last seven days
      </h2>
      {outcomes === null ? (
        <p className="text-xs text-quiet">It could not be fetched; the page tries again.</p>
      ) : outcomes?.record.length === 0 ? (
        <p className="text-xs text-quiet">
          No outcome is known yet. The first is known a quarter of an hour after the first forecast.
        </p>
      ) : (
        <ul
          aria-busy={outcomes === undefined}
          className="divide-y divide-line overflow-hidden rounded-2xl border border-line bg-card"
        >
          {outcomes
            ? outcomes.record.map((record) => <Row key={record.horizon} record={record} />)
            : [0, 1, 2, 3].map((row) => <AwaitedRow key={row} shape={ROW} lines={['h-10']} />)}
        </ul>
      )}
      {outcomes && <Age outcomes={outcomes} failed={failed} now={now} />}
      <p className="max-w-4xl text-xs text-quiet">
        Every forecast of every coin whose outcome is known, whichever model made it, the wrong ones
        too. In the cells above, the newest on the right: a bar above the line was right, one below
        it wrong, a dash abstained.
      </p>
    </section>
  );
}

/** How old the record is, where it is older than it should be. */
function Age({ outcomes, failed, now }: Props & { outcomes: OutcomesAnswer }) {
  const { data_label: label, as_of: asOf, stale } = outcomes;
  const old = asOf && isStale(label, asOf, stale, now);
  if (!old && !failed) return null;
  return (
    <p className="text-xs text-alarm">
      {failed && 'It could not be fetched again; the page tries on. '}
      {asOf && `The newest outcome is of ${momentInWords(label, asOf, now)}.`}
    </p>
  );
}

function Row({ record }: { record: HorizonRecord }) {
  return (
    <li className={ROW}>
      <p className="font-medium">{HORIZON_WORDS[record.horizon]}</p>
      <div className="text-xs leading-5 text-quiet">
        <p className="text-ink">{callsInWords(record)}</p>
        <p>
          {weightInWords(record)} {brierInWords(record)} {overdueInWords(record)}
        </p>
      </div>
    </li>
  );
}
