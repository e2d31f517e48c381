import type { PageError } from '../api/errors';
import type { ForecastsAnswer } from '../api/types';
import type { Closes } from '../live/closes';
import type { Models } from '../words/models';
import type { Outcomes } from '../words/record';
import { noticesOf } from '../words/notices';
import { missingInWords } from '../words/sources';
import { CoinCard } from './CoinCard';
import { ModelsPanel } from './ModelsPanel';
import { Notices } from './Notices';
import { Empty } from './Panels';
import { HowReasonsAddUp } from './Reasons';
import { RecordPanel } from './RecordPanel';

interface Props {
  board: ForecastsAnswer;
  models: Models;
  modelsMissing: readonly string[];
  /** Whether the last try to fetch them failed. */
  modelsFailed: boolean;
  outcomes: Outcomes;
  /** Whether the last try to fetch them failed. */
  outcomesFailed: boolean;
  apiUrl: string;
  /** Undefined while they are on their way, null where they could not be fetched. */
  closes: Closes | null | undefined;
  error: PageError | null;
  now: number;
}

export function Board(props: Props) {
  const { board, models, outcomes, apiUrl, closes, now } = props;
  const notices = noticesOf(props);
  const said = new Set((board.missing ?? []).map(missingInWords));
  const blank = board.coins.every(({ price, forecasts }) => !price && forecasts.length === 0);
  return (
    <div className="space-y-5">
      <Notices notices={notices} />
      {blank ? (
        <Empty storesAnswer={!board.missing?.includes('postgres: does not answer')} />
      ) : (
        <section aria-label="Coins and their forecasts" className="space-y-3">
          <ul className="space-y-4">
            {board.coins.map((coin) => (
              <CoinCard
                key={coin.symbol}
                coin={coin}
                label={board.data_label}
                models={models}
                outcomes={outcomes}
                closes={closes && (closes[coin.symbol] ?? [])}
                said={said}
                newest={board.as_of}
                now={now}
              />
            ))}
          </ul>
          <HowReasonsAddUp />
        </section>
      )}
      {!blank && <RecordPanel outcomes={outcomes} failed={props.outcomesFailed} now={now} />}
      {!blank && <ModelsPanel models={models} failed={props.modelsFailed} apiUrl={apiUrl} />}
    </div>
  );
}
