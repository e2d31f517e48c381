import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';

const css = readFileSync('src/index.css', 'utf8');
const [light = {}, dark = {}] = [...css.matchAll(/:root \{([^}]*)\}/g)].map(([, body = '']) =>
  Object.fromEntries([...body.matchAll(/--([a-z-]+): (#[0-9a-f]{6})/g)].map(([, k, v]) => [k, v])),
) as Record<string, string>[];

const PAIRS = [
  ...['ink', 'quiet', 'accent', 'up', 'down', 'caution', 'alarm'].map((text) => [text, 'card']),
  ...['ink', 'quiet', 'accent'].map((text) => [text, 'page']),
  ['quiet', 'inset'],
  ['ink', 'inset'],
  ['up', 'up-soft'],
  ['down', 'down-soft'],
  ['caution', 'caution-soft'],
  ['ink', 'caution-soft'],
  ['alarm', 'alarm-soft'],
  ['ink', 'alarm-soft'],
] as [string, string][];

/** WCAG 2: relative luminance of `#rrggbb`. */
function luminance(colour: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5].map((at) => {
    const part = parseInt(colour.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}

function contrast(a: string, b: string): number {
  const [low = 0, high = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
}

describe.each([
  ['light', light],
  ['dark', dark],
])('%s', (_, colours) => {
  it.each(PAIRS)('%s can be read on %s', (text, ground) => {
    expect(contrast(colours[text] ?? '', colours[ground] ?? '')).toBeGreaterThanOrEqual(4.5);
  });
});
