import { screen, within } from '@testing-library/svelte';
import { expect, it } from 'vitest';

import { problem } from '../fake-program.ts';
import { called } from '../home/fixture.ts';
import { extract, gap } from './fixture.ts';
import { endsSo, isForEverybody, press, words } from './open.ts';

const rowsOf = (name: string) =>
  within(screen.getByRole('table', { name })).getAllByRole('row').slice(1).map(words);

it('says in a sentence what was read, and names the files', async () => {
  await endsSo(extract());
  screen.getByRole('heading', {
    name: '200 people, 20 groups, 10 projects and 200 repositories. Everything was read.',
  });
  screen.getByText('acme: 436 requests, 2 of them made again, in 1 minute.');
  expect(rowsOf('The files')).toEqual([
    'entities.csv 431 9f86d081884c… Copy the SHA-256 of entities.csv',
    'entity_relations.csv 1 870 a086d081884c… Copy the SHA-256 of entity_relations.csv',
  ]);
  expect(screen.queryByText('What is missing')).toBeNull();
});

it('says what is missing, why and what to do, and asks for it again', async () => {
  const more = gap({ what: 'of_another_kind', count: 1, of: [], message: 'It broke.', hints: [] });
  const calls = await endsSo(extract({ complete: false, gaps: [gap(), more] }));
  screen.getByRole('heading', { name: /Not everything could be read\.$/ });
  expect(rowsOf('What is missing')).toEqual([
    'Permissions of groups in repositories payments-api, ledger and 40 more 42 ' +
      'Bitbucket asks for repository:admin. Make a new workspace access token with Repositories: Admin.',
    'of another kind 1 It broke.',
  ]);
  await isForEverybody();
  await press('Ask again for what is missing');
  expect(called(calls, 'extract').map(({ reading }) => reading)).toMatchObject([
    { afresh: false },
    { afresh: false },
  ]);
});

it('names what was taken away while it was read', async () => {
  await endsSo(extract({ vanished: ['old', 'tmp'] }));
  screen.getByText(/^Two things were taken away .* are not in the files: old and tmp\.$/);
});

it('a reading that stopped says why, shows no picture, and can be gone on with', async () => {
  const why = problem({ code: 'disk_full', message: 'The disk is full.' });
  const calls = await endsSo(
    extract({ files: [], complete: false, resumable: true, problems: [why] }),
  );
  screen.getByText('The disk is full.');
  screen.getByRole('button', { name: 'Go on' });
  expect(called(calls, 'access')).toHaveLength(0);
  await isForEverybody();
});

it('what read nothing is not offered to be gone on with', async () => {
  const why = problem({ field: 'out', message: 'It holds a reading of another workspace.' });
  await endsSo(extract({ files: [], complete: false, problems: [why] }));
  screen.getByText('It holds a reading of another workspace.');
  expect(screen.queryByRole('button', { name: 'Go on' })).toBeNull();
  await press('Change what is read');
  await screen.findByRole('button', { name: 'Start reading' });
});
