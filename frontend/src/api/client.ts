import createClient, { type Client } from 'openapi-fetch';
import { refused, unreachable } from './errors';
import type { paths } from './schema';
import type { CoinCloses, ForecastsAnswer, Horizon, ModelsAnswer, OutcomesAnswer } from './types';

/** 24 hours of 15-minute bars, and the close that they begin at. */
export const SPARKLINE_CLOSES = 97;

/** What the page says that it shows. */
const PAST = { days: 7, limit: 24 };

const CARD = '/v1/models/{horizon}/card' satisfies keyof paths;

/** The page of the model card of one version: another may serve by the time that it is opened. */
export function cardUrl(apiUrl: string, horizon: Horizon, version: string): string {
  const query = new URLSearchParams({ version }).toString();
  return `${apiUrl}${CARD.replace('{horizon}', horizon)}?${query}`;
}

/** The calls the page makes; each throws `PageError`. */
export interface Api {
  forecasts(): Promise<ForecastsAnswer>;
  /** Of every coin, oldest first. */
  closes(): Promise<CoinCloses[]>;
  models(): Promise<ModelsAnswer>;
  /** Of the last seven days; of each coin and horizon the last 24 one by one. */
  outcomes(): Promise<OutcomesAnswer>;
}

export function makeApi(apiUrl: string): Api {
  const client: Client<paths> = createClient<paths>({ baseUrl: apiUrl });
  return {
    forecasts: () => answered(client.GET('/v1/forecasts', options())),
    closes: async () => {
      const params = { query: { limit: SPARKLINE_CLOSES } };
      return (await answered(client.GET('/v1/closes', { ...options(), params }))).coins;
    },
    models: () => answered(client.GET('/v1/models', options())),
    outcomes: () => answered(client.GET('/v1/outcomes', { ...options(), params: { query: PAST } })),
  };
}

function options(): { signal: AbortSignal } {
  return { signal: AbortSignal.timeout(10_000) };
}

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

async function answered<T>(request: Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await request;
  } catch (error) {
    throw unreachable(error);
  }
  if (answer.data === undefined) throw refused(answer.response.status, answer.error);
  return answer.data;
}
