const MINUTE = 60;
const HOUR = 3_600;
const DAY = 86_400;

const CLOCK = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  hour: '2-digit',
  minute: '2-digit',
});
const DATE = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  day: 'numeric',
  month: 'short',
  year: 'numeric',
});

/** Seconds from `iso` to `now` (milliseconds since the epoch); negative where `iso` lies ahead. */
export function ageSeconds(iso: string, now: number): number {
  return (now - Date.parse(iso)) / 1_000;
}

/** "just now", "40 s ago", "3 min ago", "2 h ago", "5 days ago". */
export function formatAge(seconds: number): string {
  if (!Number.isFinite(seconds)) return 'at an unknown time';
  if (seconds < 10) return 'just now';
  return `${formatSpan(seconds)} ago`;
}

/** "40 s", "3 min", "2 h", "5 days"; rounded down, as ages are. */
export function formatSpan(seconds: number): string {
  if (seconds < MINUTE) return `${Math.floor(seconds)} s`;
  if (seconds < HOUR) return `${Math.floor(seconds / MINUTE)} min`;
  if (seconds < 2 * DAY) return `${Math.floor(seconds / HOUR)} h`;
  return `${Math.floor(seconds / DAY)} days`;
}

/** "14:15 UTC", with the date in front where it is not the day of `now`. */
export function formatMoment(iso: string, now: number): string {
  const moment = new Date(iso);
  if (Number.isNaN(moment.getTime())) return 'an unknown time';
  const clock = `${CLOCK.format(moment)} UTC`;
  return DATE.format(moment) === DATE.format(now) ? clock : `${DATE.format(moment)}, ${clock}`;
}

/** "14:15 UTC", or "24 Nov, 14:15 UTC" where it is not the day of `from`. */
export function formatTarget(iso: string, from: string): string {
  const moment = new Date(iso);
  const day = DATE.format(moment);
  const clock = `${CLOCK.format(moment)} UTC`;
  return day === DATE.format(new Date(from)) ? clock : `${day.replace(/ \d+$/, '')}, ${clock}`;
}

/** "31 Mar 2022". */
export function formatDate(iso: string): string {
  const moment = new Date(iso);
  return Number.isNaN(moment.getTime()) ? 'an unknown day' : DATE.format(moment);
}
