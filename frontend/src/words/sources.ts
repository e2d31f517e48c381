const NAMES: Readonly<Record<string, string>> = {
  coingecko: 'CoinGecko',
  cryptocompare: 'CryptoCompare',
  coinbase: 'Coinbase',
  binance: 'Binance',
  coindesk: 'CoinDesk',
  cryptoslate: 'CryptoSlate',
  reddit: 'Reddit',
  news: 'News',
  posts: 'Posts',
  social: 'Posts',
  volume: 'Trading volume',
  bars: 'Prices',
  price: 'Price',
  market: 'The other coins',
  sentiment: 'Sentiment',
};

/** `coingecko` → "CoinGecko"; an unknown name with a capital. */
export function sourceName(name: string): string {
  return NAMES[name.toLowerCase()] ?? name.charAt(0).toUpperCase() + name.slice(1);
}

/** What the page shows in its own place: a horizon's cell, the price. */
export function isSaidInPlace(item: string): boolean {
  return /^(15m|1h|4h|24h|price): (no forecast|none) yet$/.test(item);
}

/** A feature row names what it has none of; it is no fault of a source. */
const NONE_OF: Readonly<Record<string, string>> = {
  news: 'No news of it in 24 h',
  posts: 'No posts of it in 24 h',
};

/** `reddit: no credentials` → "Reddit: no credentials"; `volume` → "Trading volume: missing". */
export function missingInWords(item: string): string {
  const none = NONE_OF[item];
  if (none) return none;
  const [, name = item, reason] = /^([^:]+):\s*(.+)$/.exec(item.trim()) ?? [];
  return `${sourceName(name)}: ${reason ?? 'missing'}`;
}
