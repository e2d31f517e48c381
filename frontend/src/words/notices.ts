import type { PageError } from '../api/errors';
import { HORIZONS, type ForecastsAnswer } from '../api/types';
import { formatDate, formatMoment } from '../format/times';
import { isStale, momentInWords } from './clock';
import { failedSteps, isInput, shortOf } from './cycle';
import { HORIZON_WORDS } from './horizons';
import type { Models } from './models';
import { missingInWords } from './sources';

export interface Notice {
  id:
    | 'unreachable'
    | 'stale'
    | 'simulated'
    | 'replay'
    | 'failed'
    | 'missing'
    | 'unfinished'
    | 'no-model'
    | 'trained-on'
    | 'stand-in'
    | 'history-only';
  level: 'alarm' | 'caution' | 'note';
  title: string;
  text: string;
  items?: string[];
}

export interface Facts {
  board: ForecastsAnswer;
  models: Models;
  /** What `GET /v1/models` lacked, in its own words. */
  modelsMissing: readonly string[];
  error: PageError | null;
  now: number;
}

/** Everything a reader must know before believing a figure, the gravest first. */
export function noticesOf(facts: Facts): Notice[] {
  const found = [
    unreachable(facts),
    stale(facts),
    origin(facts),
    noModel(facts),
    failed(facts),
    missing(facts),
    unfinished(facts),
    trainedOn(facts),
    historyOnly(facts),
    standIn(facts),
  ];
  return found.filter((notice) => notice !== null);
}

function unreachable({ board, error, now }: Facts): Notice | null {
  if (!error) return null;
  const last = board.as_of ? ` What you see is from ${formatMoment(board.as_of, now)}.` : '';
  return {
    id: 'unreachable',
    level: 'alarm',
    title: error.message,
    text: `${error.whatToDo}${last}`,
  };
}

function stale({ board, now }: Facts): Notice | null {
  if (!isStale(board.data_label, board.as_of, board.stale, now)) return null;
  const when = momentInWords(board.data_label, board.as_of ?? '', now);
  const text = `The newest figures are from ${when}. A new cycle is due every 15 minutes, so take the calls below as past.`;
  return { id: 'stale', level: 'alarm', title: 'These figures are old', text };
}

function origin({ board, now }: Facts): Notice | null {
  if (board.data_label === 'simulated') {
    const text =
      'Prices, news and posts come from a random generator. Nothing on this page says anything about a real market.';
    return { id: 'simulated', level: 'caution', title: 'Simulated data', text };
  }
  if (board.data_label === 'replay') {
    const since = board.data_since ? ` from ${formatDate(board.data_since)} on` : '';
    const at = board.as_of ? ` The replay has reached ${formatMoment(board.as_of, now)}.` : '';
    const text = `This is the past${since}, played back as it was known then. It is not the market of today.${at}`;
    return { id: 'replay', level: 'caution', title: 'Replayed data', text };
  }
  return null;
}

function noModel({ board, models }: Facts): Notice | null {
  if (!models) return null;
  const held = new Set(
    models.filter(({ kind }) => kind === 'prices').map(({ horizon }) => horizon),
  );
  const forecast = new Set(board.coins.flatMap((coin) => coin.forecasts.map((f) => f.horizon)));
  const absent = HORIZONS.filter((horizon) => !held.has(horizon) && !forecast.has(horizon));
  if (absent.length === 0) return null;
  if (absent.length === HORIZONS.length) {
    const text =
      'There are prices, but no forecasts. The first appear in the cycle after the first training, usually within minutes of a fresh start.';
    return { id: 'no-model', level: 'note', title: 'No model has been trained yet', text };
  }
  const names = absent.map((horizon) => HORIZON_WORDS[horizon]).join(', ');
  const text = 'The other horizons are not affected. It appears here once one has been trained.';
  return { id: 'no-model', level: 'note', title: `No model for ${names} yet`, text };
}

function failed({ board }: Facts): Notice | null {
  const items = failedSteps(board.missing ?? []);
  if (items.length === 0) return null;
  const steps = items.length === 1 ? 'A step' : `${items.length} steps`;
  const text = 'What these make is absent or from an earlier cycle:';
  return {
    id: 'failed',
    level: 'caution',
    title: `${steps} of the last cycle failed`,
    text,
    items,
  };
}

function missing({ board }: Facts): Notice | null {
  const items = [...new Set((board.missing ?? []).filter(isInput).map(missingInWords))];
  if (items.length === 0) return null;
  const title = items.length === 1 ? 'One input is missing' : `${items.length} inputs are missing`;
  const text = 'The last cycle ran without, and so did its forecasts:';
  return { id: 'missing', level: 'caution', title, text, items };
}

/** Horizons without a model have a notice of their own. */
function unfinished({ board }: Facts): Notice | null {
  const items = shortOf((board.missing ?? []).filter((item) => !item.includes('has no champion')));
  if (items.length === 0) return null;
  const text = 'What could not be made or shown:';
  return { id: 'unfinished', level: 'caution', title: 'The last cycle fell short', text, items };
}

function trainedOn({ board, models }: Facts): Notice | null {
  const others = (models ?? []).filter(
    ({ kind, data_label: label }) => kind === 'prices' && label && label !== board.data_label,
  );
  if (others.length === 0) return null;
  const labels = [...new Set(others.map((model) => model.data_label))].join(' and ');
  const title = `Trained on ${labels} data, used on ${board.data_label} data`;
  const text = `The models below have not seen data of this kind, so their measured accuracy does not carry over.`;
  return { id: 'trained-on', level: 'caution', title, text };
}

function historyOnly({ board }: Facts): Notice | null {
  if (board.read_from !== 'postgres') return null;
  const text =
    'Figures are read from the database instead; they are right, but may come a little later.';
  return { id: 'history-only', level: 'note', title: 'The fast store does not answer', text };
}

/** What the API says where no sentiment model is registered and the built-in one reads. */
const STAND_IN = 'sentiment: a small stand-in model';

function standIn({ models, modelsMissing }: Facts): Notice | null {
  const serves = models?.some(({ kind, stand_in: itIs }) => kind === 'sentiment' && itIs);
  if (!serves && !modelsMissing.some((item) => item.startsWith(STAND_IN))) return null;
  const text = 'It keeps the place of the full sentiment model and understands much less.';
  return {
    id: 'stand-in',
    level: 'note',
    title: 'News and posts are read by a small stand-in model',
    text,
  };
}
