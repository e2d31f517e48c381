import type { Notice } from '../words/notices';
import { NoteIcon, WarningIcon } from './Icons';

const LOOKS: Readonly<Record<Notice['level'], string>> = {
  alarm: 'border-alarm-line bg-alarm-soft text-alarm',
  caution: 'border-caution-line bg-caution-soft text-caution',
  note: 'border-line bg-card text-quiet',
};

/** What a reader must know before believing a figure. The titles are read out when they change. */
export function Notices({ notices }: { notices: readonly Notice[] }) {
  return (
    <section aria-label="What to know about these figures">
      <p className="sr-only" aria-live="polite">
        {notices.map(({ title }) => `${title.replace(/\.$/, '')}.`).join(' ')}
      </p>
      {notices.length > 0 && (
        <ul className="space-y-2">
          {notices.map(({ id, level, title, text, items }) => (
            <li key={id} className={`flex gap-3 rounded-xl border px-4 py-3 ${LOOKS[level]}`}>
              <span className="mt-0.5">{level === 'note' ? <NoteIcon /> : <WarningIcon />}</span>
              <div className="min-w-0 text-sm leading-5">
                <strong className="mr-2 font-semibold">{title}</strong>
                <span className="text-ink">{text}</span>
                {items && <Items items={items} />}
              </div>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Items({ items }: { items: readonly string[] }) {
  return (
    <ul className="mt-1 flex flex-wrap gap-x-5 gap-y-0.5 text-ink">
      {items.map((item) => (
        <li key={item} className="break-words before:mr-2 before:content-['•']">
          {item}
        </li>
      ))}
    </ul>
  );
}
