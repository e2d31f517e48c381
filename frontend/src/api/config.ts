import { AGAIN, PageError } from './errors';

/** Where the API and the stream are; known only when the page runs. */
export interface Config {
  apiUrl: string;
  /** Null where there is no stream: the page then polls. */
  streamUrl: string | null;
}

const WHAT_TO_DO =
  'On Vercel set API_URL and STREAM_URL and deploy again; on a laptop start everything with “make up”.';

/** Reads /config.json; throws `PageError` where it is out of reach, absent or unusable. */
export async function loadConfig(): Promise<Config> {
  let answer: Response;
  let text: string;
  try {
    answer = await fetch('/config.json', { signal: AbortSignal.timeout(10_000) });
    text = await answer.text();
  } catch {
    throw outOfReach();
  }
  if (answer.status === 404) {
    throw new PageError('The page does not know where its API is.', WHAT_TO_DO);
  }
  if (!answer.ok) throw outOfReach();
  return readConfig(parsed(text));
}

function outOfReach(): PageError {
  return new PageError('The server that this page comes from cannot be reached.', AGAIN);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

export function readConfig(value: unknown): Config {
  const given = typeof value === 'object' && value !== null ? value : {};
  const { apiUrl, streamUrl } = given as Record<string, unknown>;
  if (typeof apiUrl !== 'string' || !isAddress(apiUrl, ['http:', 'https:'])) {
    throw new PageError('The page was given no usable address of its API.', WHAT_TO_DO);
  }
  const usable = typeof streamUrl === 'string' && isAddress(streamUrl, ['ws:', 'wss:']);
  return { apiUrl: apiUrl.replace(/\/+$/, ''), streamUrl: usable ? streamUrl : null };
}

function isAddress(text: string, protocols: readonly string[]): boolean {
  return URL.canParse(text) && protocols.includes(new URL(text).protocol);
}
