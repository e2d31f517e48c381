import { screen, within } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';
import { aBoard, aCoin, aForecast, aModel, aPrice, fourModels } from './factories';
import { KNOWN, answers, openPage, serve } from './network';

describe('a coin', () => {
  it.each([
    [0.01, '+1.01%', 'text-up'],
    [-0.01, '−1.00%', 'text-down'],
    [0.00004, '0.00%', 'text-quiet'],
    [0, '0.00%', 'text-quiet'],
    [-0.00004, '0.00%', 'text-quiet'],
  ])('has a change of %d in the colour of the figure shown', async (change, words, look) => {
    serve(aBoard({ coins: [aCoin({ price: aPrice({ change_24h: change }) })] }));
    const coin = within(await openPage());
    const said = coin.getByText((_, element) => element?.textContent === `${words}24 h`);
    expect(said).toHaveClass(look);
  });

  it('tells nothing to the mouse alone', async () => {
    const version = '20260921T061500Z-4f1c0a9b';
    serve(
      aBoard({ coins: [aCoin({ forecasts: [aForecast({ model_version: version })] })] }),
      fourModels({ ...KNOWN, version }),
    );
    const article = await openPage();
    await within(article).findByText('Base rate and calibration');
    expect(document.querySelectorAll('[title]')).toHaveLength(0);
    expect(within(article).getByText(/Model 4f1c0a9b/)).toBeInTheDocument();
    expect(await screen.findAllByText(version)).not.toHaveLength(0);
  });

  it('has its sum explained to whoever asks, by keyboard too', async () => {
    serve(aBoard());
    await openPage();
    const summary = screen.getByText('How the reasons of a forecast add up');
    expect(screen.getByText(/measured in log-odds, before calibration/)).not.toBeVisible();
    await userEvent.click(summary);
    expect(summary.tagName).toBe('SUMMARY');
    expect(screen.getByText(/measured in log-odds, before calibration/)).toBeVisible();
    expect(screen.getByText(/“Base rate and calibration” is where the model leans/)).toBeVisible();
  });

  it('keeps the end of its sum on one line', async () => {
    const contributions = { return_1h: 0.01, sentiment_6h: -0.005 };
    const forecast = aForecast({ p_up: 0.5042, contributions });
    serve(aBoard({ coins: [aCoin({ forecasts: [forecast] })] }));
    const end = await within(await openPage()).findByText(/^From 50%/);
    expect(end).toHaveTextContent(/^From 50% to 50.4%$/);
    expect(end).toHaveClass('whitespace-nowrap');
  });
});

describe('the sentiment model', () => {
  const sentiment = (title: string) =>
    aModel({ kind: 'sentiment', horizon: null, title, trained_on: 'public headlines' });

  it.each([true, false])('is told by its title, then its data; stand-in: %s', async (standIn) => {
    const title = 'MiniLM-L6 and word pairs, trained on finance and crypto texts. Not CryptoBERT.';
    serve(aBoard(), [...fourModels(), { ...sentiment(title), stand_in: standIn }]);
    await openPage();
    expect(await screen.findByText(title)).toBeVisible();
    expect(screen.getByText('public headlines.')).not.toBeVisible();
    await userEvent.click(screen.getByText('Its training texts'));
    expect(screen.getByText('public headlines.')).toBeVisible();
  });

  it('is said to be a stand-in where none is registered', async () => {
    serve(aBoard());
    const missing = [
      'sentiment: no champion yet',
      'sentiment: a small stand-in model scores meanwhile',
    ];
    answers['/v1/models'] = { data_label: 'live', champions: fourModels(), missing };
    await openPage();
    const region = within(screen.getByRole('region', { name: /What to know/ }));
    expect(
      await region.findByText('News and posts are read by a small stand-in model'),
    ).toBeVisible();
  });
});
