import type { QueryClient } from '@tanstack/react-query';

export const KEYS = {
  forecasts: ['forecasts'] as const,
  models: ['models'] as const,
  outcomes: ['outcomes'] as const,
  /** Of every coin. */
  closes: ['closes'] as const,
};

/** Fetches again; a fetch that is under way is let come, so that a burst of messages asks once. */
export function refetch(cache: QueryClient, queryKey: readonly string[]): void {
  void cache.invalidateQueries({ queryKey }, { cancelRefetch: false });
}
