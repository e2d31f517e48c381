import type { ConnectionStatus } from '../live/connection';

const STATES: Readonly<Record<ConnectionStatus, { words: string; more: string; dot: string }>> = {
  live: { words: 'Live', more: 'New forecasts appear by themselves.', dot: 'bg-up' },
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
};

export function ConnectionState({ status }: { status: ConnectionStatus }) {
  const { words, more, dot } = STATES[status];
  return (
    <p
      role="status"
      title={more}
      className="flex items-center gap-2 rounded-full border border-line bg-card px-3 py-1 text-xs font-medium"
    >
      <span className={`size-2 rounded-full ${dot}`} aria-hidden="true" />
      {words}
      <span className="sr-only">. {more}</span>
    </p>
  );
}
