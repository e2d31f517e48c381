/** What each feature looks at, for readers who have never seen the model. */
const WORDS: Readonly<Record<string, string>> = {
  return_15m: 'Price move, last 15 min',
  return_15m_before: 'The 15 min before that',
  return_1h: 'Price move, last hour',
  return_3h: 'Price move, last 3 h',
  return_4h: 'Price move, last 4 h',
  return_6h: 'Price move, last 6 h',
  return_24h: 'Price move, last 24 h',
  average_distance_2h: 'Distance from the 2 h average',
  average_distance_24h: 'Distance from the day’s average',
  rises_8h: 'More rises or more falls, last 8 h',
  close_location: 'Where the last bar closed',
  range_ratio: 'How wide the last bar was',
  volatility_ratio: 'How rough the day was',
  market_return_30m: 'Other coins, last 30 min',
  range_position_24h: 'Place in the day’s range',
  volume_ratio_24h: 'Trading volume',
  market_return_1h: 'Other coins, last hour',
  sentiment_6h: 'Mood of news and posts',
  sentiment_momentum: 'Shift in that mood',
  sentiment_dispersion_6h: 'Mixed news and posts',
  posts_ratio_3h: 'How much is being posted',
  news_count_6h: 'How much news there is',
  time_of_day: 'Time of day',
  hour: 'Time of day',
};

/** The two halves of the clock are one reason. */
const TIME_OF_DAY: ReadonlySet<string> = new Set(['hour_sin', 'hour_cos']);

export interface Reason {
  name: string;
  words: string;
  /** In log-odds: above 0 it pushes up, below 0 down. */
  weight: number;
  /** Its size beside the largest of this forecast, from 0 to 1. */
  share: number;
}

/** The reasons of one forecast that weigh most, largest first; those that weigh nothing are left out. */
export function topReasons(contributions: Readonly<Record<string, number>>, count = 3): Reason[] {
  const weights = new Map<string, number>();
  for (const [feature, weight] of Object.entries(contributions)) {
    const name = TIME_OF_DAY.has(feature) ? 'time_of_day' : feature;
    if (Number.isFinite(weight)) weights.set(name, (weights.get(name) ?? 0) + weight);
  }
  const sorted = [...weights]
    .filter(([name, weight]) => name !== 'bias' && Math.abs(weight) > 1e-6)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  const largest = Math.abs(sorted[0]?.[1] ?? 1);
  return sorted.slice(0, count).map(([name, weight]) => ({
    name,
    words: inWords(name),
    weight,
    share: Math.abs(weight) / largest,
  }));
}

function inWords(name: string): string {
  const plain = name.replaceAll('_', ' ');
  return WORDS[name] ?? plain.charAt(0).toUpperCase() + plain.slice(1);
}
