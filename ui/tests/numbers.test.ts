import { expect, it } from 'vitest';

import { bytesInWords, bytesOf, grouped } from '../src/numbers.ts';

it('groups by thousands, with a space that no line is broken at', () => {
  expect([0, 999, 1000, 1234567].map(grouped)).toEqual([
    '0',
    '999',
    '1\u00a0000',
    '1\u00a0234\u00a0567',
  ]);
});

it('says bytes in the unit that fits', () => {
  expect([0, 820, 1500, 12_345_678, 2e9].map(bytesInWords)).toEqual([
    '0 bytes',
    '820 bytes',
    '1.5 kB',
    '12.3 MB',
    '2 GB',
  ]);
});

it('says a part in the unit of the whole', () => {
  expect(bytesOf(12_345_678, 40_000_000)).toBe('12.3 of 40 MB');
  expect(bytesOf(0, 0)).toBe('0 of 0 bytes');
  expect(bytesOf(820, 123_456_789)).toBe('0 of 123 MB');
});
