import type { Call, Horizon } from '../api/types';

export const HORIZON_WORDS: Readonly<Record<Horizon, string>> = {
  '15m': '15 minutes',
  '1h': '1 hour',
  '4h': '4 hours',
  '24h': '24 hours',
};

export const CALL_WORDS: Readonly<Record<Call, string>> = {
  up: 'Up',
  down: 'Down',
  abstain: 'Abstain',
};
