import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import { called } from '../home/fixture.ts';
import { extract, progress } from './fixture.ts';
import { begin, isForEverybody, press, reading, words } from './open.ts';

const rows = () =>
  within(screen.getByRole('table', { name: 'How far each part is' }))
    .getAllByRole('row')
    .slice(1)
    .map(words);

const fact = (name: string) => words(screen.getByText(name, { selector: 'dt' }).nextElementSibling);

it('has every part from the beginning, and says how far each is', async () => {
  const run = reading();
  await begin({ extract: run.answer });
  await screen.findByRole('heading', { name: 'Reading acme' });
  expect(rows()).toHaveLength(6);
  expect(rows().every((row) => row.endsWith('Not started'))).toBe(true);
  expect(fact('Time to go')).toBe('Not known yet');
  run.tell({ event: 'progress', progress: progress() });
  await waitFor(() => {
    expect(rows()).toEqual([
      'Members 200 Read',
      'Groups 20 Read',
      'Projects 10 Read',
      'Repositories 2 000 Read',
      'Project permissions 10 Gaps 1 could not be read',
      'Repository permissions 120 of 2 000 Reading',
    ]);
  });
  expect(fact('Time to go')).toBe('3 hours 37 minutes');
  expect(fact('Requests')).toBe('300 of about 4 060');
  expect(fact('Left within the hour')).toBe('700 of 1 000');
  expect(fact('Under way')).toBe('8');
  expect(screen.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('7');
  await isForEverybody();
});

it('tells those who hear it of parts and waits, and not of every number', async () => {
  const run = reading();
  await begin({ extract: run.answer });
  run.tell({ event: 'progress', progress: progress() });
  const region = await screen.findByRole('region', { name: 'Progress' });
  const spoken = within(region).getByRole('status');
  await waitFor(() => {
    expect(words(spoken)).toBe('Reading acme. Project permissions: read.');
  });
  run.tell({ event: 'progress', progress: progress({ requests: 301, seconds_left: 12_000 }) });
  await screen.findByText('301 of about 4 061');
  expect(words(spoken)).toBe('Reading acme. Project permissions: read.');
});

it('says until when it waits and why, and that it then goes on', async () => {
  const run = reading();
  await begin({ extract: run.answer });
  const until = new Date(2026, 10, 25, 14, 32).toISOString();
  run.tell({ event: 'waiting', until, seconds: 1740, reason: 'The limit is reached.' });
  await screen.findByRole('heading', { name: 'Waiting until 14:32, 29 minutes' });
  screen.getByText('The limit is reached. It then goes on by itself.');
  run.tell({ event: 'progress', progress: progress() });
  await screen.findByRole('heading', { name: 'Reading acme' });
  run.tell({ event: 'writing' });
  await screen.findByRole('heading', { name: 'Everything is read' });
});

it('is stopped by the program alone, and gone on with as it was asked for', async () => {
  const run = reading();
  const calls = await begin({ extract: run.answer });
  await press('Stop reading');
  expect(called(calls, 'stop_reading')).toHaveLength(1);
  await screen.findByRole('heading', { name: 'Stopping' });
  run.end(extract({ files: [], complete: false, resumable: true }));
  await screen.findByText('Not finished');
  await press('Go on');
  run.tell({ event: 'started', resumed: true, began_at: '2026-11-24T09:30:00Z' });
  await screen.findByText(/^It goes on with the reading that was begun 24 November 2026/);
  const [first, second] = called(calls, 'extract').map(({ reading }) => reading);
  expect(second).toEqual(first);
});

it('goes on while another page is looked at, from which a button leads back', async () => {
  const run = reading();
  const calls = await begin({ extract: run.answer });
  run.tell({ event: 'progress', progress: progress() });
  await press('Back');
  await screen.findByRole('heading', { level: 1, name: 'Your set-ups' });
  expect(called(calls, 'stop_reading')).toHaveLength(0);
  await userEvent.click(screen.getByRole('button', { name: 'Reading acme · 7 %' }));
  await screen.findByRole('heading', { name: 'Reading acme' });
  run.end(extract());
  await screen.findByRole('region', { name: 'What was read' });
});

it('gives the focus to what now happens', async () => {
  const run = reading();
  await begin({ extract: run.answer });
  const heading = await screen.findByRole('heading', { name: 'Reading acme' });
  expect(document.activeElement).toBe(heading);
  run.end(extract());
  const verdict = await screen.findByRole('heading', { name: /Everything was read\.$/ });
  expect(document.activeElement).toBe(verdict);
});
