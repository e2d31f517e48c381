import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import type { ServerMessage } from '../api/types';
import { Connection, type ConnectionStatus } from './connection';
import { Intake } from './intake';
import { readMessage } from './messages';

const PROTOCOL = {
  hello: { action: 'subscribe', symbols: [], horizons: [] },
  ping: { action: 'ping' },
  read: readMessage,
  isWelcome: (message: ServerMessage) => message.type === 'subscribed',
  isForgotten: (message: ServerMessage) =>
    message.type === 'error' && message.error.code === 'not_subscribed',
};

/** Keeps the cached answers up to date from the stream; without one the page polls. */
export function useStream(url: string | null): ConnectionStatus {
  const cache = useQueryClient();
  const [status, setStatus] = useState<ConnectionStatus>(url ? 'connecting' : 'polling');
  useEffect(() => {
    if (!url) return undefined;
    const intake = new Intake(cache);
    const connection = new Connection({
      ...PROTOCOL,
      url,
      onStatus: setStatus,
      onMessage: (message) => intake.receive(message),
    });
    connection.start();
    return () => {
      connection.stop();
      intake.stop();
    };
  }, [url, cache]);
  return status;
}
