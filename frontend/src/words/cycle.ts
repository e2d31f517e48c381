import { HORIZON_WORDS } from './horizons';
import { missingInWords } from './sources';

/**
 * How the words of a cycle begin that tell of no input. The API tells them apart by the same
 * (`shared/cryptocast/missing.py`), and a test there holds the two equal.
 */
const NO_INPUTS = ['online store: ', 'forecast ', 'feature row ', 'step '] as const;

const STEPS: Readonly<Record<string, string>> = {
  build_features: 'Building the feature rows',
  forecast: 'Issuing the forecasts',
  publish: 'Sending the figures to open pages',
};

/** Whether `item` names something that the forecasts ran without. */
export function isInput(item: string): boolean {
  return !NO_INPUTS.some((beginning) => item.startsWith(beginning)) && !isOfAStore(item);
}

/** A store that is no help now: told by its own notice, or in place of the coins. */
function isOfAStore(item: string): boolean {
  return /^(redis|postgres): /.test(item);
}

/** `step forecast: failed` → "Issuing the forecasts". */
export function failedSteps(words: readonly string[]): string[] {
  const names = words.map((item) => /^step ([^:]+):/.exec(item)?.[1]);
  return names.filter((name) => name !== undefined).map((name) => STEPS[name] ?? capital(name));
}

/** What a cycle could not make or show, those with the same reason together. */
export function shortOf(words: readonly string[]): string[] {
  const names = new Map<string, string[]>();
  for (const item of words) {
    const [, made = '', name = '', reason = ''] =
      /^(forecast|feature row) ([^:]+): (.+)$/.exec(item) ?? [];
    const horizon = Object.entries(HORIZON_WORDS).find(([one]) => one === name)?.[1];
    const line = `${capital(made)} ${horizon ? 'for' : 'of'} …: ${plain(reason)}`;
    if (made) names.set(line, [...(names.get(line) ?? []), horizon ?? name]);
  }
  const lines = [...names].map(([line, those]) => line.replace('…', () => those.join(', ')));
  return [
    ...lines,
    ...words.filter((item) => item.startsWith('online store: ')).map(missingInWords),
  ];
}

/** `none for 2 as_of (no bar closes at as_of)` → "none for 2 moments (no bar closes then)". */
function plain(reason: string): string {
  const counted = reason.replace(/(\d+) as_of\b/g, (_, n) =>
    n === '1' ? '1 moment' : `${n} moments`,
  );
  return counted.replaceAll('at as_of', 'then');
}

function capital(name: string): string {
  return name.charAt(0).toUpperCase() + name.slice(1).replaceAll('_', ' ');
}
