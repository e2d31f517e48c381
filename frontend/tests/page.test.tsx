import { act, render, screen, waitFor, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';
import { App } from '../src/App';
import {
  AS_OF,
  aBoard,
  aCoin,
  aForecast,
  aModel,
  aPrice,
  fourModels,
  minutesAfter,
} from './factories';
import { KNOWN, answers, openPage, serve, sockets } from './network';

const TODAY = { as_of: new Date().toISOString(), target_at: new Date().toISOString() };

describe('the page', () => {
  it('shows its shape while it loads', () => {
    serve(aBoard());
    render(<App />);
    expect(screen.getByText('Loading the forecasts')).toBeInTheDocument();
  });

  it('tells price, source, call, probability, reasons and measured accuracy of a coin', async () => {
    serve(aBoard());
    const coin = within(await openPage());
    await coin.findByText(/right in 53.8%/);
    expect(coin.getByText('$64,000.00')).toBeVisible();
    expect(coin.getByText(/CoinGecko/)).toBeVisible();
    expect(coin.getByText('Up')).toBeVisible();
    expect(coin.getAllByText('62.0%')).toHaveLength(3);
    const reasons = within(coin.getByRole('list', { name: 'What weighed most' }));
    expect(reasons.getAllByRole('listitem').map((item) => item.textContent)).toEqual([
      'Price move, last hour pushes up+3.9 pp',
      'Mood of news and posts pushes down−2.0 pp',
      'Trading, last 4\u00a0h pushes up+1.0 pp',
    ]);
    expect(coin.getByText('One other').parentElement).toHaveTextContent('One other+0.2 pp');
    expect(coin.getByText('Base rate and calibration').parentElement).toHaveTextContent('+8.9');
    expect(coin.getByText(/^From 50%/)).toHaveTextContent(/^From 50% to 62.0%$/);
    expect(coin.getByText('Reaches its threshold, 55.0%.')).toBeVisible();
    expect(
      coin.getByText(/in its test right in 53.8% of its calls, calling 41.0% of the time/),
    ).toBeInTheDocument();
    expect(coin.getAllByText('No forecast yet.')).toHaveLength(3);
    expect(await coin.findByRole('img', { name: /from \$63,000.00 to \$64,000.00/ })).toBeVisible();
    expect(coin.getByText(/low \$63,000.00, high \$64,000.00/)).toBeVisible();
    expect(coin.getByText('Confidence, up')).toBeVisible();
  });

  it('says where a line ends that could not follow its price', async () => {
    const later = minutesAfter(120);
    serve(aBoard({ as_of: later, coins: [aCoin({ price: aPrice({ as_of: later }) })] }));
    const coin = within(await openPage());
    const said = await coin.findByText(/^The line ends at/);
    expect(within(said).getByRole('time')).toHaveAttribute('datetime', '2026-03-02T14:15:00.000Z');
  });

  it('says nothing of a line that ends with its price', async () => {
    serve(aBoard());
    const coin = within(await openPage());
    await coin.findByRole('img', { name: /from \$63,000.00/ });
    expect(coin.queryByText(/^The line ends at/)).toBeNull();
  });

  it.each([
    ['up', 'Up'],
    ['down', 'Down'],
    ['abstain', 'Abstain'],
  ] as const)('tells the call %s in a word, never by colour alone', async (call, word) => {
    serve(aBoard({ coins: [aCoin({ forecasts: [aForecast({ call })] })] }));
    expect(within(await openPage()).getByText(word)).toBeVisible();
  });

  it('does not lend a new version the accuracy of the old one', async () => {
    serve(aBoard(), fourModels({ version: 'v0' }));
    const coin = within(await openPage());
    expect(await coin.findByText(/measured accuracy not known/)).toBeInTheDocument();
    expect(coin.getByText(/How they add up is not known/)).toBeInTheDocument();
    expect(coin.queryByText(/right in 53.8%/)).not.toBeInTheDocument();
  });

  it('says that figures are on their way until an answer has come, and nothing else', async () => {
    serve(aBoard());
    let answer: (response: Response) => void = () => undefined;
    const models = answers['/v1/models'];
    answers['/v1/models'] = new Promise<Response>((resolve) => (answer = resolve));
    const coin = within(await openPage());
    expect(coin.getByText('its measured accuracy is on its way')).toBeInTheDocument();
    expect(coin.queryByText(/not known|threshold|enough to call/)).not.toBeInTheDocument();
    expect(screen.getByRole('region', { name: 'Models in service' })).toBeVisible();
    answer(Response.json(models));
    expect(await coin.findByText(/right in 53.8%/)).toBeInTheDocument();
    expect(coin.queryByText(/on its way/)).not.toBeInTheDocument();
  });

  it('says so where the models could not be fetched', async () => {
    serve(aBoard());
    delete answers['/v1/models'];
    const coin = within(await openPage());
    expect(await coin.findByText(/accuracy could not be fetched/)).toBeInTheDocument();
    expect(screen.getByText(/They could not be fetched; the page tries again/)).toBeVisible();
  });

  it('says why a cell abstains', async () => {
    const forecasts = [
      aForecast({ call: 'abstain', p_up: 0.521, confidence: 0.521 }),
      aForecast({ horizon: '24h', call: 'abstain', p_up: 0.51, confidence: 0.51 }),
    ];
    const flat = {
      shows_skill: false,
      abstain_below: 1,
      calibration: { slope: 0, intercept: 0.04 },
    };
    serve(aBoard({ coins: [aCoin({ forecasts })] }), [
      aModel(KNOWN),
      aModel({ horizon: '24h', ...flat }),
    ]);
    const coin = within(await openPage());
    expect(await coin.findByText('Below its threshold, 55.0%.')).toBeVisible();
    expect(coin.getByText('This model shows no skill yet, so it makes no call.')).toBeVisible();
    expect(coin.getByText(/Every forecast of this model is its base rate, 51.0%/)).toBeVisible();
    expect(coin.getAllByRole('list', { name: 'What weighed most' })).toHaveLength(1);
  });

  it('marks what is old where it stands', async () => {
    vi.spyOn(Date, 'now').mockReturnValue(Date.parse(AS_OF) + 40 * 60_000);
    serve(aBoard());
    const coin = within(await openPage());
    expect(coin.getByText(/Old:/)).toHaveTextContent('Old: 14:15 UTC, 40 min ago · CoinGecko');
    expect(coin.getByText(/^old/)).toHaveTextContent('old, from 14:15 UTC');
  });

  it.each([
    [-45, 1],
    [-30, 0],
  ])('marks a price in a replay that is over two cycles behind: %i min', async (minutes, marks) => {
    const price = aPrice({ as_of: minutesAfter(minutes) });
    serve(aBoard({ data_label: 'replay', coins: [aCoin({ price })] }));
    const coin = within(await openPage());
    expect(coin.queryAllByText(/Old:/)).toHaveLength(marks);
  });

  it('says that simulated data is simulated: above, in the header and below', async () => {
    serve(aBoard({ ...TODAY, data_label: 'simulated' }), fourModels({ data_label: 'simulated' }));
    await openPage();
    const region = screen.getByRole('region', { name: /What to know/ });
    expect(region).toHaveTextContent('Simulated data');
    expect(within(region).getByText('Simulated data.')).toHaveAttribute('aria-live', 'polite');
    expect(screen.getByRole('banner')).toHaveTextContent('Simulated data');
    expect(screen.getByRole('contentinfo')).toHaveTextContent('simulated, no real market');
  });

  it('says what a coin lacks only where the banner does not', async () => {
    const missing = ['reddit: no credentials'];
    serve(
      aBoard({
        missing,
        coins: [aCoin({ missing: [...missing, 'volume: none served it', '24h: no forecast yet'] })],
      }),
    );
    const coin = within(await openPage());
    expect(coin.getByText('Trading volume: none served it')).toBeVisible();
    expect(screen.getAllByText(/Reddit: no credentials/)).toHaveLength(1);
  });

  it('says in plain words that the API is gone, and tries again when asked', async () => {
    render(<App />);
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The API does not answer.');
    expect(screen.getByText('Not connected')).toBeVisible();
    serve(aBoard());
    await userEvent.click(screen.getByRole('button', { name: 'Try again now' }));
    expect(await screen.findByRole('article', { name: /Bitcoin/ })).toBeVisible();
  });

  it('says what to do where it has no configuration', async () => {
    answers['/config.json'] = new Response('', { status: 404 });
    render(<App />);
    const alert = await screen.findByRole('alert');
    expect(alert).toHaveTextContent('The page does not know where its API is.');
    expect(alert).toHaveTextContent('API_URL');
  });

  it.each([undefined, new Response('', { status: 503 })])(
    'goes on asking for its configuration where it is out of reach',
    async (answer) => {
      vi.useFakeTimers({ shouldAdvanceTime: true });
      serve(aBoard());
      const { '/config.json': config } = answers;
      answers['/config.json'] = answer;
      render(<App />);
      const alert = await screen.findByRole('alert');
      expect(alert).toHaveTextContent('cannot be reached');
      expect(alert).not.toHaveTextContent('API_URL');
      answers['/config.json'] = config;
      await act(() => vi.advanceTimersByTimeAsync(10_000));
      expect(await screen.findByRole('article', { name: /Bitcoin/ })).toBeVisible();
      vi.useRealTimers();
    },
  );

  it('asks for its configuration at once where the reader wants it', async () => {
    serve(aBoard());
    const { '/config.json': config } = answers;
    answers['/config.json'] = '<html>';
    render(<App />);
    const button = await screen.findByRole('button', { name: 'Try again now' });
    expect(screen.getByRole('alert')).toHaveTextContent('API_URL');
    answers['/config.json'] = config;
    await userEvent.click(button);
    expect(await screen.findByRole('article', { name: /Bitcoin/ })).toBeVisible();
  });

  it('has words for an API without coins', async () => {
    serve(aBoard({ coins: [], as_of: null }));
    render(<App />);
    expect(await screen.findByText('Nothing to show yet')).toBeVisible();
  });

  it('does not promise a first cycle where the stores do not answer', async () => {
    const missing = ['redis: it is empty', 'postgres: does not answer'];
    serve(aBoard({ coins: [], as_of: null, missing }));
    render(<App />);
    expect(await screen.findByText(/the database does not answer/)).toBeVisible();
    expect(screen.queryByText(/first cycle/)).toBeNull();
    expect(screen.queryByText(/inputs are missing/)).toBeNull();
  });

  it('follows the stream', async () => {
    serve(aBoard());
    const coin = within(await openPage());
    const socket = sockets.at(-1);
    socket?.onopen?.();
    socket?.onmessage?.({ data: '{"type":"subscribed"}' });
    expect(await screen.findByText('Connected')).toBeVisible();
    const price = aPrice({ price: 65_432, as_of: minutesAfter(15) });
    const forecast = aForecast({
      as_of: minutesAfter(15),
      p_up: 0.2,
      confidence: 0.8,
      call: 'down',
    });
    socket?.onmessage?.({ data: JSON.stringify({ type: 'price', price, data_label: 'live' }) });
    socket?.onmessage?.({ data: JSON.stringify({ type: 'forecast', forecast }) });
    await waitFor(() => expect(coin.getByText('$65,432.00')).toBeVisible());
    expect(coin.getByText('Down')).toBeVisible();
    expect(coin.getAllByText('20.0%')[0]).toBeVisible();
  });

  it('polls where there is no stream', async () => {
    answers['/config.json'] = { apiUrl: 'http://api.test', streamUrl: null };
    serve(aBoard());
    await openPage();
    expect(screen.getByText('Polling')).toBeVisible();
    expect(sockets).toHaveLength(0);
  });

  it('links each price model to its card, in a new tab', async () => {
    const sentiment = aModel({ kind: 'sentiment', horizon: null, version: 's1' });
    serve(aBoard(), [...fourModels(), sentiment]);
    await openPage();
    const links = await screen.findAllByRole('link', { name: /Model card/ });
    expect(links.map((link) => link.getAttribute('href'))).toEqual(
      ['15m', '1h', '4h', '24h'].map(
        (horizon) => `http://api.test/v1/models/${horizon}/card?version=v1`,
      ),
    );
    for (const link of links) {
      expect(link).toHaveAttribute('target', '_blank');
      expect(link).toHaveAttribute('rel', 'noopener');
    }
    expect(links[1]).toHaveAccessibleName('Model card for 1 hour, in a new tab');
  });

  it('links to the API’s documentation and says that it is not advice', async () => {
    serve(aBoard());
    await openPage();
    expect(screen.getByRole('link', { name: 'API docs' })).toHaveAttribute(
      'href',
      'http://api.test/docs',
    );
    expect(screen.getByText('Not financial advice.')).toBeVisible();
  });
});
