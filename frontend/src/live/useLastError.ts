import { useState } from 'react';

/**
 * The error of the last try, until one succeeds. A query without data forgets it as soon as it tries
 * again, and a page that told it would take it back and tell it anew at every try.
 */
export function useLastError({ error, isPending }: { error: Error | null; isPending: boolean }) {
  const [last, setLast] = useState(error);
  const told = error ?? (isPending ? last : null);
  if (told !== last) setLast(told);
  return told;
}
