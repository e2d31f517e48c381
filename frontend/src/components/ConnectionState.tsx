import type { ConnectionStatus } from '../live/connection';

/** `unreachable`: there is nothing to show, whatever the stream does. */
export type ShownStatus = ConnectionStatus | 'unreachable';

const STATES: Readonly<Record<ShownStatus, { words: string; more: string; dot: string }>> = {
  live: { words: 'Connected', more: 'New forecasts appear by themselves.', dot: 'bg-up' },
  connecting: { words: 'Connecting', more: 'Opening the stream.', dot: 'bg-caution animate-pulse' },
  reconnecting: {
    words: 'Reconnecting',
    more: 'The stream was lost; the page is fetching meanwhile.',
    dot: 'bg-caution animate-pulse',
  },
  polling: {
    words: 'Polling',
    more: 'The stream cannot be reached; the page fetches every 30 seconds.',
    dot: 'bg-quiet',
  },
  unreachable: {
    words: 'Not connected',
    more: 'The API cannot be reached; the page goes on trying.',
    dot: 'bg-down',
  },
};

export function ConnectionState({ status }: { status: ShownStatus }) {
  const { words, more, dot } = STATES[status];
  return (
    <p
      role="status"
      className="flex flex-wrap items-center gap-x-2 rounded-2xl border border-line bg-card px-3 py-1 text-xs font-medium"
    >
      <span className={`size-2 rounded-full ${dot}`} aria-hidden="true" />
      {words}
      <span className={status === 'live' ? 'sr-only' : 'font-normal text-quiet'}>{more}</span>
    </p>
  );
}
