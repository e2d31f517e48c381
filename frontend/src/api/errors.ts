/** An error in the words the reader sees: what is wrong, and what to do. */
export class PageError extends Error {
  readonly whatToDo: string;

  constructor(message: string, whatToDo: string) {
    super(message);
    this.name = 'PageError';
    this.whatToDo = whatToDo;
  }
}

export const AGAIN = 'The page tries again by itself.';

/** The API answered, but not with what was asked for; its own words come first. */
export function refused(status: number, body: unknown): PageError {
  const problem = (body as { error?: { message?: unknown; what_to_do?: unknown } } | undefined)
    ?.error;
  const message =
    typeof problem?.message === 'string' ? sentence(problem.message) : byStatus(status);
  const whatToDo = typeof problem?.what_to_do === 'string' ? sentence(problem.what_to_do) : AGAIN;
  return new PageError(message, whatToDo);
}

/** Nothing came back at all. */
export function unreachable(error: unknown): PageError {
  if (error instanceof PageError) return error;
  const slow = error instanceof DOMException && error.name === 'TimeoutError';
  if (slow) return new PageError('The API took longer than 10 seconds to answer.', AGAIN);
  if (navigator.onLine === false) {
    return new PageError('This device is offline.', 'The page goes on when the network is back.');
  }
  return new PageError(
    'The API does not answer.',
    `${AGAIN} If it stays so, see that it is running.`,
  );
}

function byStatus(status: number): string {
  if (status === 429) return 'The API was asked too often.';
  if (status === 401 || status === 403) return 'The API does not let this page in.';
  if (status === 404) return 'The API does not know what the page asked for.';
  return status >= 500 ? 'The API has a fault.' : 'The API refused what the page asked for.';
}

function sentence(text: string): string {
  const trimmed = text.trim();
  const begun = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
  return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}
