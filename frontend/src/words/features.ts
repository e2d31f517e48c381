/**
 * What each feature looks at, for readers who have never seen the model. The model card has the same
 * words (`shared/cryptocast/features/words.py`), and a test there holds the two equal.
 */
const WORDS: Readonly<Record<string, string>> = {
  return_15m: 'Price move, last 15 min',
  return_30m: 'Price move, last 30 min',
  return_1h: 'Price move, last hour',
  return_90m: 'Price move, last 90 min',
  return_3h: 'Price move, last 3 h',
  return_6h: 'Price move, last 6 h',
  return_8h: 'Price move, last 8 h',
  return_12h: 'Price move, last 12 h',
  return_24h: 'Price move, last 24 h',
  return_48h: 'Price move, last 48 h',
  return_7d: 'Price move, last 7 days',
  return_15m_lag1: 'The 15 min before that',
  return_15m_lag2: 'The 15 min before those',
  average_distance_1h: 'Distance from the 1 h average',
  average_distance_2h: 'Distance from the 2 h average',
  average_distance_4h: 'Distance from the 4 h average',
  average_distance_6h: 'Distance from the 6 h average',
  average_distance_24h: 'Distance from the day’s average',
  average_distance_4d: 'Distance from the 4-day average',
  rises_1h: 'More rises or more falls, last hour',
  rises_8h: 'More rises or more falls, last 8 h',
  rises_24h: 'More rises or more falls, last 24 h',
  range_position_1h: 'Place in the hour’s range',
  range_position_8h: 'Place in the 8 h range',
  range_position_24h: 'Place in the day’s range',
  range_position_7d: 'Place in the week’s range',
  close_location: 'Where the last bar closed',
  close_location_1h: 'Where the last 4 bars closed',
  wick: 'Which way the last bar was pushed back',
  wick_1h: 'Which way the last hour was pushed back',
  range_ratio: 'How wide the last bar was',
  range_ratio_1h: 'How wide the last hour’s bars were',
  volatility: 'How rough the day was',
  volatility_ratio_1h: 'How rough the last hour was',
  volatility_ratio_4h: 'How rough the last 4 h were',
  volatility_ratio_7d: 'A rougher day than the week’s',
  skewness_24h: 'Sharper rises or sharper falls',
  autocorrelation_8h: 'Moves that go on or turn, 8 h',
  autocorrelation_24h: 'Moves that go on or turn, 24 h',
  variance_ratio_4h: 'Trending or going in circles, 4 h',
  efficiency_2h: 'How straight the last 2 h went',
  efficiency_6h: 'How straight the last 6 h went',
  volume_score: 'Trading in the last bar',
  volume_ratio_1h: 'Trading, last hour',
  volume_ratio_4h: 'Trading, last 4 h',
  signed_volume_15m: 'Trading with the move, last 15 min',
  signed_volume_1h: 'Trading with the move, last hour',
  signed_volume_4h: 'Trading with the move, last 4 h',
  vwap_distance_4h: 'Distance from the price paid, 4 h',
  vwap_distance_24h: 'Distance from the price paid, 24 h',
  market_return_15m: 'Other coins, last 15 min',
  market_return_30m: 'Other coins, last 30 min',
  market_return_1h: 'Other coins, last hour',
  market_return_6h: 'Other coins, last 6 h',
  market_return_24h: 'Other coins, last 24 h',
  market_average_distance_2h: 'Other coins from their 2 h average',
  market_vwap_distance_4h: 'Other coins from the price paid',
  market_wick: 'Other coins pushed back, last bar',
  market_close_location_1h: 'Where other coins closed',
  market_efficiency_2h: 'How straight other coins went',
  market_range_position_8h: 'Other coins in their 8 h range',
  market_breadth_1h: 'How many other coins rose',
  lead_over_market_1h: 'Ahead of or behind other coins',
  leader_return_15m: 'The leading coin, last 15 min',
  leader_return_1h: 'The leading coin, last hour',
  leader_return_3h: 'The leading coin, last 3 h',
  leader_return_6h: 'The leading coin, last 6 h',
  leader_return_24h: 'The leading coin, last 24 h',
  lead_over_leader_3h: 'Ahead of or behind the leading coin, 3 h',
  lead_over_leader_24h: 'Ahead of or behind the leading coin, 24 h',
  sentiment_6h: 'Mood of news and posts',
  sentiment_momentum: 'Shift in that mood',
  sentiment_dispersion: 'Mixed news and posts',
  posts_ratio_3h: 'How much is being posted',
  news_count_6h: 'How much news there is',
  time_of_day: 'Time of day',
  weekday: 'Day of the week',
};

/** The two hands of the clock are one reason. */
const TIME_OF_DAY: ReadonlySet<string> = new Set(['hour', 'minute']);

/** Whether the page has words of its own for a feature. */
export function hasWords(feature: string): boolean {
  return feature in WORDS || TIME_OF_DAY.has(feature);
}

export interface Reason {
  name: string;
  words: string;
  /** In log-odds: above 0 it pushes up, below 0 down. */
  weight: number;
  /** Its size beside the largest of this forecast, from 0 to 1. */
  share: number;
}

/** All reasons of one forecast, the one that weighs most first; those that weigh nothing are left out. */
export function reasonsOf(contributions: Readonly<Record<string, number>>): Reason[] {
  const weights = new Map<string, number>();
  for (const [feature, weight] of Object.entries(contributions)) {
    const name = TIME_OF_DAY.has(feature) ? 'time_of_day' : feature;
    if (Number.isFinite(weight)) weights.set(name, (weights.get(name) ?? 0) + weight);
  }
  const sorted = [...weights]
    .filter(([name, weight]) => name !== 'bias' && Math.abs(weight) > 1e-6)
    .sort(([, a], [, b]) => Math.abs(b) - Math.abs(a));
  const largest = Math.abs(sorted[0]?.[1] ?? 1);
  return sorted.map(([name, weight]) => ({
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
