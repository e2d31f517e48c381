import { describe, expect, it } from 'vitest';
import { applyMessage, newerBoard } from '../src/live/board';
import { closesOf, withPrice } from '../src/live/closes';
import { AS_OF, aBoard, aCoin, aForecast, aPrice, minutesAfter, someCloses } from './factories';

describe('applyMessage', () => {
  it('takes a newer price and moves the board forward', () => {
    const price = aPrice({ price: 65_000, as_of: minutesAfter(15) });
    const board = applyMessage(aBoard(), { type: 'price', price, data_label: 'live' });
    expect(board.coins[0]?.price?.price).toBe(65_000);
    expect(board.as_of).toBe(minutesAfter(15));
  });

  it('leaves a newer price alone when an old one comes late', () => {
    const board = aBoard();
    const price = aPrice({ price: 1, as_of: minutesAfter(-15) });
    expect(applyMessage(board, { type: 'price', price, data_label: 'live' })).toEqual(board);
  });

  it('replaces the forecast of the same horizon only', () => {
    const before = aBoard({
      coins: [aCoin({ forecasts: [aForecast({ horizon: '24h' }), aForecast({ horizon: '1h' })] })],
    });
    const forecast = aForecast({ as_of: minutesAfter(15), call: 'down', p_up: 0.3 });
    const [coin] = applyMessage(before, { type: 'forecast', forecast }).coins;
    expect(coin?.forecasts.map((f) => [f.horizon, f.call])).toEqual([
      ['1h', 'down'],
      ['24h', 'up'],
    ]);
  });

  it('applied twice is the same as applied once', () => {
    const message = { type: 'forecast', forecast: aForecast({ as_of: minutesAfter(15) }) } as const;
    const once = applyMessage(aBoard(), message);
    expect(applyMessage(once, message)).toEqual(once);
  });

  it('no longer says that a horizon has no forecast once it has one', () => {
    const missing = ['24h: no forecast yet', 'reddit: no credentials'];
    const forecasts = [aForecast({ missing: ['reddit: no credentials'] })];
    const board = applyMessage(aBoard({ coins: [aCoin({ missing, forecasts })] }), {
      type: 'forecast',
      forecast: aForecast({ horizon: '24h' }),
    });
    expect(board.coins[0]?.missing).toEqual(['reddit: no credentials']);
  });

  it('says what the forecasts it holds lack, and nothing that older ones lacked', () => {
    const missing = ['price: none yet', '24h: no forecast yet', 'volume: none'];
    const held = [aForecast({ missing: ['volume: none'] }), aForecast({ horizon: '4h' })];
    const before = aBoard({ coins: [aCoin({ missing, forecasts: held })] });
    const lacking = (given: string[]) => {
      const forecast = aForecast({ as_of: minutesAfter(15), missing: given });
      return applyMessage(before, { type: 'forecast', forecast }).coins[0]?.missing;
    };
    expect(lacking([])).toEqual(['price: none yet', '24h: no forecast yet']);
    expect(lacking(['news: none'])).toEqual([
      'price: none yet',
      '24h: no forecast yet',
      'news: none',
    ]);
  });

  it('takes what a cycle says was missing; figures alone make the board newer', () => {
    const board = applyMessage(aBoard({ stale: true }), {
      type: 'cycle',
      as_of: minutesAfter(15),
      finished_at: null,
      data_label: 'simulated',
      missing: ['reddit: no credentials'],
    });
    expect(board).toMatchObject({
      as_of: AS_OF,
      data_label: 'simulated',
      missing: ['reddit: no credentials'],
      stale: true,
    });
    const price = aPrice({ as_of: minutesAfter(15) });
    expect(applyMessage(board, { type: 'price', price, data_label: 'live' }).stale).toBe(false);
  });

  it('stays old where the server says again what it said before', () => {
    const board = aBoard({ stale: true, data_label: 'replay' });
    const again = { type: 'price', price: aPrice(), data_label: 'replay' } as const;
    expect(applyMessage(board, again).stale).toBe(true);
  });

  it('ignores coins that are not on the board', () => {
    const board = applyMessage(aBoard(), {
      type: 'price',
      price: aPrice({ symbol: 'XRP' }),
      data_label: 'live',
    });
    expect(board.coins.map((coin) => coin.symbol)).toEqual(['BTC']);
  });
});

describe('newerBoard', () => {
  it('keeps what the stream brought while a poll was under way', () => {
    const forecast = aForecast({ as_of: minutesAfter(15), call: 'down', p_up: 0.2 });
    const held = applyMessage(aBoard(), { type: 'forecast', forecast });
    expect(newerBoard(held, aBoard({ stale: true }))).toEqual(held);
  });

  it('keeps a newer forecast beside a newer price that a poll brought', () => {
    const price = aPrice({ price: 65_000, as_of: minutesAfter(30) });
    const late = aForecast({ as_of: minutesAfter(15), call: 'down' });
    const held = aBoard({ as_of: minutesAfter(15), coins: [aCoin({ forecasts: [late] })] });
    const polled = aBoard({ as_of: minutesAfter(30), coins: [aCoin({ price })] });
    const [coin] = newerBoard(held, polled).coins;
    expect(coin?.price).toEqual(price);
    expect(coin?.forecasts).toEqual([late]);
  });

  it('takes from a poll of the same moment what it says', () => {
    const polled = aBoard({ stale: true, missing: ['reddit: no credentials'] });
    expect(newerBoard(aBoard(), polled)).toEqual(polled);
  });

  it('follows a replay that was started again', () => {
    const again = aBoard({ as_of: '2021-10-12T00:00:00Z', data_label: 'replay' });
    expect(newerBoard(aBoard({ data_label: 'replay' }), again)).toBe(again);
  });

  it('takes the first answer', () => {
    const first = aBoard({ as_of: null });
    expect(newerBoard(undefined, first)).toBe(first);
  });
});

describe('closes', () => {
  const last = [
    [minutesAfter(-15), 1],
    [AS_OF, 2],
  ] as const;
  const closes = closesOf(someCloses({ BTC: last }))['BTC'] ?? [];

  it('are of the last 24 hours of each coin, oldest first', () => {
    const days = [[minutesAfter(-15 - 60 * 24), 9], [minutesAfter(-60 * 24), 3], ...last] as const;
    const behind = [[minutesAfter(-60 * 48), 7]] as const;
    const byCoin = closesOf(someCloses({ BTC: [...days].reverse(), ETH: behind, SOL: [] }));
    expect(byCoin['BTC']?.map(({ usd }) => usd)).toEqual([3, 1, 2]);
    expect(byCoin['ETH']?.map(({ usd }) => usd)).toEqual([7]);
    expect(byCoin['SOL']).toEqual([]);
  });

  it('grow by the next price', () => {
    const grown = withPrice(closes, aPrice({ price: 3, as_of: minutesAfter(15) }));
    expect(grown?.map(({ usd }) => usd)).toEqual([1, 2, 3]);
  });

  it('do not take the same price twice', () => {
    expect(withPrice(closes, aPrice({ price: 3 }))).toEqual(closes);
  });

  it('must be fetched again after a gap', () => {
    expect(withPrice(closes, aPrice({ as_of: minutesAfter(120) }))).toBeNull();
  });
});
