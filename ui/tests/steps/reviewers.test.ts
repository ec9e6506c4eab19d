import { expect, it } from 'vitest';

import { moved, placeAt, placeWords } from '../../src/steps/balkanid/reviewers.ts';

it('puts one in another place, and leaves the order of the others', () => {
  expect(moved(['a', 'b', 'c'], 'c', 0)).toEqual(['c', 'a', 'b']);
  expect(moved(['a', 'b', 'c'], 'a', 1)).toEqual(['b', 'a', 'c']);
  expect(moved(['a', 'b', 'c'], 'b', 1)).toEqual(['a', 'b', 'c']);
});

it('goes no further than an end, and moves nobody who is not there', () => {
  expect(moved(['a', 'b'], 'a', -1)).toEqual(['a', 'b']);
  expect(moved(['a', 'b'], 'a', 9)).toEqual(['b', 'a']);
  expect(moved(['a', 'b'], 'c', 0)).toEqual(['a', 'b']);
});

it('reads the place off the middles of the others', () => {
  expect(placeAt(5, [20, 60])).toBe(0);
  expect(placeAt(30, [20, 60])).toBe(1);
  expect(placeAt(99, [20, 60])).toBe(2);
  expect(placeAt(99, [])).toBe(0);
});

it('says where someone now is', () => {
  expect(placeWords(['b', 'a', 'c'], 'b', 'Risk Manager')).toBe('Risk Manager is now 1 of 3.');
  expect(placeWords(['a'], 'b', 'Risk Manager')).toBe('Risk Manager is removed.');
});
