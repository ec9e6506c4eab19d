import { expect, it } from 'vitest';

import { hintParts } from '../../src/report/hints.ts';

it('makes a button of an address and leaves the sentence whole', () => {
  expect(hintParts('It stands at https://id.atlassian.com/manage-profile/email.')).toEqual([
    { text: 'It stands at ', url: null },
    { text: 'id.atlassian.com', url: 'https://id.atlassian.com/manage-profile/email' },
    { text: '.', url: null },
  ]);
  expect(hintParts('Read alone (https://docs.balkan.id/a/b).')[1]?.url).toBe(
    'https://docs.balkan.id/a/b',
  );
});

it('leaves advice without an address as it is', () => {
  expect(hintParts('Copy the token once more.')).toEqual([
    { text: 'Copy the token once more.', url: null },
  ]);
});
