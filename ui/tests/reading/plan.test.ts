import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import { emptyDraft, problem, progress } from '../fake-program.ts';
import { called } from '../home/fixture.ts';
import { openPage } from '../open-page.ts';
import { openBalkanId } from '../steps/fixture.ts';
import { access, estimate, extract, place } from './fixture.ts';
import { isForEverybody, openReading, press, reading, words } from './open.ts';

const asked = (calls: Awaited<ReturnType<typeof openReading>>) =>
  called(calls, 'extract').map(({ profile, reading }) => ({ profile, reading }));

it('offers a folder, and reads into it what is chosen', async () => {
  const calls = await openReading({ extract: reading().answer });
  expect(called(calls, 'reading_place').map(({ profile, folder }) => [profile, folder])).toEqual([
    ['acme', null],
  ]);
  const folder = await screen.findByRole<HTMLInputElement>('textbox', { name: /^Folder/ });
  await waitFor(() => {
    expect(folder.value).toBe('/home/ada/Documents/acme');
  });
  expect(screen.getByRole('radio', { name: /^Every grant/ })).toHaveProperty('checked', true);
  await userEvent.click(screen.getByRole('radio', { name: /^Effective/ }));
  await userEvent.click(screen.getByRole('checkbox', { name: /second copy/ }));
  await userEvent.clear(folder);
  await userEvent.type(folder, '/tmp/mine');
  await isForEverybody();
  await press('Start reading');
  expect(asked(calls)).toEqual([
    {
      profile: 'acme',
      reading: { folder: '/tmp/mine', mode: 'effective', spreadsheet_safe: true, afresh: false },
    },
  ]);
});

it('goes on with what the folder holds, unless it is to begin anew', async () => {
  const held = place({ state: 'unfinished', began_at: '2026-11-24T09:30:00Z' });
  const run = reading();
  const calls = await openReading({ reading_place: () => held, extract: run.answer });
  await screen.findByText(
    /^A reading of acme was begun 24 November 2026, .* is not finished\. What it has read/,
  );
  await isForEverybody();
  await press('Go on');
  run.end(extract({ files: [], complete: false, resumable: true }));
  await press('Change what is read');
  await press('Begin anew');
  expect(called(calls, 'extract').map(({ reading }) => reading)).toMatchObject([
    { afresh: false },
    { afresh: true },
  ]);
});

it('shows what another folder holds before it is decided on', async () => {
  const calls = await openReading({
    reading_place: ({ folder }) =>
      place(folder === null ? {} : { folder: '/old', state: 'unfinished' }),
  });
  await screen.findByRole('button', { name: 'Start reading' });
  const folder = screen.getByRole('textbox', { name: /^Folder/ });
  await userEvent.clear(folder);
  await userEvent.type(folder, '/old{Enter}');
  await screen.findByRole('button', { name: 'Go on' });
  expect(called(calls, 'extract')).toHaveLength(0);
});

it('shows what a folder holds without reading anew', async () => {
  const calls = await openReading({ reading_place: () => place({ state: 'done' }) });
  await press('Show what was read');
  await screen.findByText(/^acme, read .*: 200 people, 20 groups, 10 projects and 200 repos/);
  expect(called(calls, 'access').map(({ folder }) => folder)).toEqual(['/home/ada/Documents/acme']);
  expect(called(calls, 'extract')).toHaveLength(0);
});

it('says beside the folder what is wrong with it, and elsewhere what is wrong elsewhere', async () => {
  const found = [
    problem({ field: 'out', message: 'There is no room.' }),
    problem({ code: 'value_missing', message: 'No token is there.' }),
  ];
  await openReading({
    reading_place: () => {
      throw found;
    },
  });
  await screen.findByText('No token is there.');
  const field = screen.getByRole('textbox', { name: /^Folder/ });
  const about = document.getElementById(
    field.getAttribute('aria-describedby')?.split(' ')[1] ?? '',
  );
  expect(words(about)).toBe('There is no room.');
  expect(screen.getByRole('button', { name: 'Start reading' })).toHaveProperty('disabled', true);
});

it('estimates when asked, and forgets what is of another choice', async () => {
  const calls = await openReading();
  expect(called(calls, 'estimate')).toHaveLength(0);
  await press('Estimate');
  await screen.findByText(
    'About 436 requests and 2 301 rows: 26 minutes at 1 000 requests an hour.',
  );
  screen.getByText(/reckoned from 8 projects and repositories\.$/);
  screen.getByText('How many members each group has is not known before they are read.');
  await isForEverybody();
  await userEvent.click(screen.getByRole('radio', { name: /^Effective/ }));
  expect(screen.queryByText(/^About 436/)).toBeNull();
  screen.getByRole('button', { name: 'Estimate' });
});

it('says what stood in the way of an estimate, and no numbers that are none', async () => {
  const none = estimate({ requests: 0, problems: [problem({ message: 'The token is refused.' })] });
  await openReading({ estimate: () => none });
  await press('Estimate');
  await screen.findByText('The token is refused.');
  expect(screen.queryByText(/^About/)).toBeNull();
});

it('a folder for an upload is read into, and stands on its page afterwards', async () => {
  const calls = await openBalkanId(
    { extraction: 'manual_upload', files: '/csv' },
    ['workspace_token'],
    {
      reading_place: ({ folder }) => place({ folder: String(folder) }),
      extract: ({ reading }) => extract({ folder: (reading as { folder: string }).folder }),
      access: () => access(),
    },
  );
  await press('Read the workspace into this folder');
  await press('Start reading');
  await press('Use this folder');
  await screen.findByRole('heading', { level: 1, name: 'Title of balkanid' });
  expect(screen.getByLabelText(/^Folder with the CSV files/)).toHaveProperty('value', '/csv');
  expect(called(calls, 'extract').map(({ profile }) => profile)).toEqual([null]);
});

it('asks for a token where the set-up has none', async () => {
  const calls = await openBalkanId({ extraction: 'automated_upload' }, [], {
    reading_place: () => place(),
  });
  await press('Read the workspace');
  await userEvent.click(await screen.findByLabelText('Workspace access token'));
  await userEvent.paste('ATCTT3xFfGN0practice4444');
  await waitFor(() => {
    expect(called(calls, 'hold_secret').map(({ slot }) => slot)).toEqual(['workspace_token']);
  });
  // What the folder holds is asked anew, now that it can be.
  await waitFor(() => {
    expect(called(calls, 'reading_place')).toHaveLength(2);
  });
});

it('the last page leads to it, and Back leads there again', async () => {
  const draft = { ...emptyDraft, workspace: 'acme' };
  const at = () => progress({ draft, current: 'done', workspace: 'acme' });
  await openPage('done', {
    suggested_path: () => '/tmp/acme',
    resume: at,
    reading_place: () => place(),
  });
  await press('What will BalkanID see?');
  await screen.findByRole('heading', { level: 1, name: 'Read the workspace' });
  await press('Back');
  await screen.findByRole('heading', { level: 1, name: 'Title of done' });
});
