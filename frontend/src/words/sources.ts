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

/** `reddit: no credentials` → "Reddit: no credentials"; `news` → "News: missing". */
export function missingInWords(item: string): string {
  const [, name = item, reason] = /^([^:]+):\s*(.+)$/.exec(item.trim()) ?? [];
  return `${sourceName(name)}: ${reason ?? 'missing'}`;
}
