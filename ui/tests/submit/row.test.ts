import { expect, it } from 'vitest';

import { cellLines } from '../../src/steps/submit/row.ts';

it('shows each value that the cell of secrets carries on a line of its own', () => {
  const cell = JSON.stringify([
    { name: 'Bitbucket Access Token', key: 'token', type: 'secret', value: '•••• 1111' },
    { name: 'Workspace', key: 'workspace', type: 'public', value: 'acme' },
  ]);
  expect(cellLines(cell)).toEqual([
    'Bitbucket Access Token (token): •••• 1111',
    'Workspace (workspace): acme',
  ]);
});

it('shows anything else as it is sent', () => {
  expect(cellLines('')).toEqual(['–']);
  expect(cellLines('{"scim":false}')).toEqual(['{"scim":false}']);
  expect(cellLines('[not json')).toEqual(['[not json']);
  expect(cellLines('[{"name":"a"}]')).toEqual(['[{"name":"a"}]']);
});
