import { describe, expect, it } from 'vitest';
import {
  formatChange,
  formatPoints,
  formatPrice,
  formatShare,
  plural,
} from '../src/format/numbers';
import { formatAge, formatMoment, formatSpan, formatTarget } from '../src/format/times';
import { AS_OF, NOW } from './factories';

describe('formatPrice', () => {
  it.each([
    [64_213.5, '$64,213.50'],
    [1, '$1.00'],
    [0.8731, '$0.8731'],
    [0.06215, '$0.06215'],
    [0.00001234, '$0.00001234'],
  ])('shows %d as %s', (usd, text) => expect(formatPrice(usd)).toBe(text));

  it('shows no number where there is none', () => {
    expect(formatPrice(Number.NaN)).toBe('–');
  });
});

describe('formatShare', () => {
  it.each([
    [0.5, '50.0%'],
    [0.5742, '57.4%'],
    [1, '100.0%'],
    [0, '0.0%'],
  ])('shows %d as %s', (share, text) => expect(formatShare(share)).toBe(text));

  it('never rounds to a certainty that is not there', () => {
    expect(formatShare(0.9998)).toBe('>99.9%');
    expect(formatShare(0.0002)).toBe('<0.1%');
  });
});

describe('formatPoints', () => {
  it.each([
    [1.24, '+1.2'],
    [-0.31, '−0.3'],
    [-0.04, '0.0'],
  ])('shows %d as %s', (points, text) => expect(formatPoints(points)).toBe(text));
});

describe('formatChange', () => {
  it.each([
    [0.0229, '+2.29%'],
    [-0.0316, '−3.16%'],
    [-0.00001, '0.00%'],
  ])('shows %d as %s', (change, text) => expect(formatChange(change)).toBe(text));
});

describe('times', () => {
  it.each([
    [-30, 'just now'],
    [4, 'just now'],
    [40, '40 s ago'],
    [200, '3 min ago'],
    [7_300, '2 h ago'],
    [5 * 86_400, '5 days ago'],
    [Number.NaN, 'at an unknown time'],
  ])('tells an age of %d s as %s', (seconds, text) => expect(formatAge(seconds)).toBe(text));

  it('rounds spans down', () => expect(formatSpan(119)).toBe('1 min'));

  it('names the day only where it is another one', () => {
    expect(formatMoment(AS_OF, NOW)).toBe('14:15 UTC');
    expect(formatMoment('2022-03-31T09:00:00Z', NOW)).toBe('31 Mar 2022, 09:00 UTC');
    expect(formatMoment('rubbish', NOW)).toBe('an unknown time');
  });

  it('names the target by its clock time', () => {
    expect(formatTarget('2026-03-02T15:15:00Z', AS_OF)).toBe('15:15 UTC');
    expect(formatTarget('2026-03-03T14:15:00Z', AS_OF)).toBe('3 Mar, 14:15 UTC');
  });

  it('counts in words', () => {
    expect(plural(1, 'call')).toBe('1 call');
    expect(plural(1_563.5, 'call')).toBe('1,564 calls');
  });
});
