import { HORIZONS, type Forecast, type Price, type ServerMessage } from '../api/types';

/** The message if it is one the page can use, else null: what it does not know it leaves alone. */
export function readMessage(value: unknown): ServerMessage | null {
  if (!isObject(value)) return null;
  const usable = CHECKS.get(value['type'])?.(value) ?? false;
  return usable ? (value as ServerMessage) : null;
}

/** The moment that a message of figures or of a cycle speaks for; null where it tells of neither. */
export function momentOf(message: ServerMessage): string | null {
  if (message.type === 'price') return message.price.as_of;
  if (message.type === 'forecast') return message.forecast.as_of;
  return message.type === 'cycle' ? message.as_of : null;
}

const CHECKS = new Map<unknown, (value: Record<string, unknown>) => boolean>([
  ['price', ({ price }) => isPrice(price)],
  ['forecast', ({ forecast }) => isForecast(forecast)],
  ['cycle', ({ as_of: asOf }) => isMoment(asOf)],
  ['subscribed', () => true],
  ['unsubscribed', () => true],
  ['pong', () => true],
  ['error', ({ error }) => isObject(error)],
]);

function isPrice(value: unknown): value is Price {
  return (
    isObject(value) &&
    typeof value['symbol'] === 'string' &&
    Number.isFinite(value['price']) &&
    isMoment(value['as_of'])
  );
}

function isForecast(value: unknown): value is Forecast {
  return (
    isObject(value) &&
    typeof value['symbol'] === 'string' &&
    HORIZONS.some((horizon) => horizon === value['horizon']) &&
    isMoment(value['as_of']) &&
    Number.isFinite(value['p_up']) &&
    isObject(value['contributions'])
  );
}

function isMoment(value: unknown): value is string {
  return typeof value === 'string' && !Number.isNaN(Date.parse(value));
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
