/** Prices in USD: cents from one dollar up, more digits below it, so that a small coin still moves. */
export function formatPrice(usd: number): string {
  if (!Number.isFinite(usd)) return '–';
  const digits = usd >= 1 ? 2 : Math.min(8, 3 - Math.floor(Math.log10(Math.max(usd, 1e-8))));
  return new Intl.NumberFormat('en-US', {
    style: 'currency',
    currency: 'USD',
    minimumFractionDigits: digits,
    maximumFractionDigits: digits,
  }).format(usd);
}

/**
 * Every share and every point of accuracy on the page has one decimal. More would claim what no sample here
 * can tell, and figures beside each other can be compared.
 */
const DECIMALS = 1;
const SMALLEST = 10 ** -DECIMALS;

/** Per cent or percentage points, as they are shown. */
export function rounded(percent: number): number {
  return Number(percent.toFixed(DECIMALS));
}

/** A share from 0 to 1 as a percentage, never rounded up to a certainty it does not have. */
export function formatShare(share: number): string {
  if (!Number.isFinite(share)) return '–';
  const percent = share * 100;
  if (percent > 100 - SMALLEST / 2 && percent < 100) return `>${formatSize(100 - SMALLEST)}%`;
  if (percent < SMALLEST / 2 && percent > 0) return `<${formatSize(SMALLEST)}%`;
  return `${formatSize(percent)}%`;
}

/** The size of some percentage points, without their sign: "1.2". */
export function formatSize(points: number): string {
  return Math.abs(points).toFixed(DECIMALS);
}

/** Percentage points with their sign and a true minus: "+1.2", "−0.3", "0.0". */
export function formatPoints(points: number): string {
  const size = formatSize(points);
  if (Number(size) === 0) return size;
  return points > 0 ? `+${size}` : `−${size}`;
}

/** A relative change with its sign; a true minus, so that columns of figures align. */
export function formatChange(change: number): string {
  if (!Number.isFinite(change)) return '–';
  const size = `${Math.abs(change * 100).toFixed(2)}%`;
  if (size === '0.00%') return size;
  return change > 0 ? `+${size}` : `−${size}`;
}

/** 12 345 → "12,345". */
export function formatCount(count: number): string {
  return new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 }).format(count);
}

/** "1 coin", "2 coins". */
export function plural(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** A number is not parted from its unit at the end of a line: "last 24 h". */
export function unbroken(words: string): string {
  return words.replace(/(\d) (h|d|min|days?)\b/g, '$1\u00a0$2');
}
