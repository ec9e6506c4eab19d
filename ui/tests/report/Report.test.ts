import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import type { CheckEventJson, CheckJson } from '../../src/ipc/index.ts';
import { guide } from '../fake-program.ts';
import { openPage } from '../open-page.ts';
import { evidence, ids, problem, report, result, twoPermissionsMissing } from './fixture.ts';

/** A Bitbucket that answers when the test says so. */
function bitbucket() {
  const runs: {
    tell: (event: CheckEventJson) => void;
    end: (report: CheckJson) => void;
  }[] = [];
  return {
    check: ({ events }: { events: { onmessage: (event: CheckEventJson) => void } }) =>
      new Promise<CheckJson>((resolve) => {
        runs.push({ tell: events.onmessage, end: resolve });
        events.onmessage({ event: 'started', checks: [...ids] });
      }),
    run: (number: number) => {
      const run = runs[number];
      if (run === undefined) throw new Error(`Run ${String(number)} has not begun.`);
      return run;
    },
    runs,
  };
}

const id = 'workspace_token/project_permissions';

function cell(check: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-check="${check}"]`);
  if (found === null) throw new Error(`There is no cell of ${check}.`);
  return found;
}

it('checks on entering, and shows every row before its answer', async () => {
  const { check, run, runs } = bitbucket();
  await openPage('report', { check });
  expect(runs).toHaveLength(1);
  await waitFor(() => {
    expect(document.querySelectorAll('[data-check]')).toHaveLength(ids.length);
  });
  expect(cell(id).dataset['outcome']).toBe('waiting');
  run(0).tell({ event: 'settled', check: result(id), problem: null });
  await waitFor(() => {
    expect(cell(id).dataset['outcome']).toBe('granted');
  });
  expect(screen.queryByText(/^Ready:/)).toBeNull();
  run(0).end(report());
  await screen.findByRole('heading', { name: 'Ready: BalkanID will be able to read acme.' });
});

it('keeps the old answers until the new ones come, and says what changed', async () => {
  const { check, run } = bitbucket();
  await openPage('report', { check });
  run(0).end(twoPermissionsMissing());
  await screen.findByRole('heading', { name: /^Two permissions are missing/ });

  await userEvent.click(screen.getByRole('button', { name: 'Check again' }));
  expect(cell(id).dataset).toMatchObject({ outcome: 'missing', fresh: 'false' });
  run(1).tell({ event: 'settled', check: result(id), problem: null });
  await waitFor(() => {
    expect(cell(id).dataset).toMatchObject({ outcome: 'granted', fresh: 'true' });
  });
  within(cell(id)).getByText(/was Missing/);
  expect(cell('account/groups').dataset['fresh']).toBe('false');

  run(1).end(report());
  await screen.findByText(/2 answers changed since the check before/);
  expect(screen.queryByRole('heading', { name: 'To mend' })).toBeNull();
});

it('drops what a run tells after the page was left', async () => {
  const { check, run, runs } = bitbucket();
  const calls = await openPage('report', { check });
  await userEvent.click(screen.getByRole('button', { name: 'Back' }));
  await screen.findByRole('heading', { level: 1, name: 'Title of account' });
  expect(calls.filter(({ command }) => command === 'cancel')).toHaveLength(1);
  run(0).tell({ event: 'settled', check: result(id, 'missing'), problem: null });
  run(0).end(twoPermissionsMissing());

  // What came too late is no report, so entering the page asks anew.
  await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
  await screen.findByRole('heading', { level: 1, name: 'Title of report' });
  expect(runs).toHaveLength(2);
  expect(cell(id).dataset['outcome']).toBe('waiting');
  run(1).end(report());
  await screen.findByRole('heading', { name: /^Ready:/ });
  expect(cell(id).dataset['outcome']).toBe('granted');
});

it('does not ask Bitbucket again for a report that is there', async () => {
  const { check, run, runs } = bitbucket();
  await openPage('report', { check });
  run(0).end(report());
  await screen.findByRole('heading', { name: /^Ready:/ });
  await userEvent.click(screen.getByRole('button', { name: 'Back' }));
  await screen.findByRole('heading', { level: 1, name: 'Title of account' });
  await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
  await screen.findByRole('heading', { name: /^Ready:/ });
  expect(runs).toHaveLength(1);
});

it('asks again where the run before was stopped', async () => {
  const { check, run, runs } = bitbucket();
  const calls = await openPage('report', { check });
  await userEvent.click(screen.getByRole('button', { name: 'Cancel' }));
  expect(calls.filter(({ command }) => command === 'cancel')).toHaveLength(1);
  const stopped = problem({ code: 'cancelled', title: 'Stopped before the answer' });
  run(0).end(report([result('account/groups', 'unknown')], [stopped], 'undetermined'));
  await screen.findByRole('heading', { name: /^Could not tell: stopped before the answer/ });
  await userEvent.click(screen.getByRole('button', { name: 'Back' }));
  await userEvent.click(await screen.findByRole('button', { name: 'Continue' }));
  await screen.findByRole('heading', { level: 1, name: 'Title of report' });
  expect(runs).toHaveLength(2);
});

it('tells for how long the rate limit is waited out', async () => {
  const { check, run } = bitbucket();
  await openPage('report', { check });
  run(0).tell({ event: 'waiting', seconds: 12 });
  expect(await screen.findAllByText(/Waiting 12 seconds\./)).not.toHaveLength(0);
});

it('shows the evidence of an answer one press away', async () => {
  const { check, run } = bitbucket();
  await openPage('report', { check });
  const members = 'account/members';
  run(0).end(
    report([result(members, 'granted', { evidence: evidence({ items: 10, total: 214 }) })]),
  );
  const answer = await screen.findByRole('button', {
    name: /Granted.*evidence of Members, Account/,
  });
  expect(screen.queryByText('GET /2.0/workspaces/acme/members')).toBeNull();
  await userEvent.click(answer);
  expect(answer.getAttribute('aria-expanded')).toBe('true');
  screen.getByText('GET /2.0/workspaces/acme/members');
  screen.getByText('Status 200 · 10 items on the first page · 214 in all');
});

it('says on which page to mend, what to tick there, and where to paste the new token', async () => {
  const { check, run } = bitbucket();
  const boxes = 'Account: Read\nProjects: Read\nProjects: Admin\nRepositories: Admin';
  const url = 'https://bitbucket.org/acme/workspace/settings/access-tokens';
  const calls = await openPage('report', {
    check,
    copy_text: () => null,
    open_link: () => null,
    guide: ({ step }) => ({
      ...guide(step),
      instructions: [
        { text: 'Open it.', link: { label: 'Open Access tokens', url }, copy: null },
        { text: 'Tick these.', link: null, copy: boxes },
      ],
    }),
  });
  run(0).end(twoPermissionsMissing());
  await screen.findByRole('heading', { name: 'Bitbucket › acme › Access tokens' });
  const mend = document.querySelector<HTMLElement>('[data-place="workspace_access_tokens"]');
  if (mend === null) throw new Error('There is nothing to mend.');
  // A token cannot be changed afterwards, so all boxes are named and the missing ones marked.
  const listed = within(mend)
    .getAllByRole('listitem')
    .map((item) => item.textContent);
  expect(listed).toEqual([
    expect.stringMatching(/^\s*Account: Read\s*$/),
    expect.stringMatching(/^\s*Projects: Read\s*$/),
    expect.stringMatching(/Projects: Admin\s*missing so far/),
    expect.stringMatching(/Repositories: Admin\s*missing so far/),
  ]);
  await userEvent.click(await within(mend).findByRole('button', { name: 'Open Access tokens' }));
  expect(calls.find(({ command }) => command === 'open_link')?.called['url']).toBe(url);
  await userEvent.click(within(mend).getByRole('button', { name: 'Copy the list' }));
  expect(calls.find(({ command }) => command === 'copy_text')?.called['text']).toBe(boxes);
  await userEvent.click(within(mend).getByRole('button', { name: 'Paste new token' }));
  await screen.findByRole('heading', { level: 1, name: 'Title of workspace_token' });
});

it('lets one go on when not ready, and says what that means', async () => {
  const { check, run } = bitbucket();
  await openPage('report', { check });
  run(0).end(twoPermissionsMissing());
  await screen.findByText(/BalkanID will not be able to read everything in acme/);
  await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
  await screen.findByRole('heading', { level: 1, name: 'Title of balkanid' });
});

it('says why a check could not be made at all', async () => {
  // Met by both credentials, and told once.
  const locked = problem({ title: 'The keychain is locked', message: 'It is locked.' });
  await openPage('report', {
    check: () => {
      throw [locked, { ...locked }];
    },
  });
  await screen.findByText('It is locked.');
  expect(screen.queryByText(/^Ready/)).toBeNull();
});
