import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import App from '../src/App.svelte';
import type { StepJson } from '../src/ipc/index.ts';
import { emptyDraft, fakeProgram, home, keychain, problem, progress } from './fake-program.ts';

async function heading(name: string) {
  return screen.findByRole('heading', { level: 1, name });
}

it('each page gives its heading the focus, and Back leads to the page before', async () => {
  fakeProgram();
  render(App);
  await userEvent.click(await screen.findByRole('button', { name: 'Begin' }));
  expect(document.activeElement).toBe(await heading('Title of service_account'));
  await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
  expect(document.activeElement).toBe(await heading('Title of workspace'));
  await userEvent.click(screen.getByRole('button', { name: 'Back' }));
  expect(document.activeElement).toBe(await heading('Title of service_account'));
});

it('the list of steps says each state in words', async () => {
  const states: StepJson['state'][] = ['completed', 'problem', 'not_started', 'cannot_start'];
  const steps = progress().steps.map((step, index) => ({
    ...step,
    state: states[index % states.length] ?? 'not_started',
  }));
  fakeProgram({ begin: () => progress({ steps }) });
  render(App);
  await userEvent.click(await screen.findByRole('button', { name: 'Begin' }));
  await heading('Title of service_account');
  const opener = screen.getByRole('button', { name: 'Steps' });
  await userEvent.click(opener);
  const items = within(screen.getByRole('list', { name: 'Steps' })).getAllByRole('listitem');
  const words = ['Completed', 'There is a problem', 'Not started', 'Cannot start yet'];
  expect(items.map((item) => item.textContent)).toEqual(
    steps.map(({ title, number }, index) =>
      expect.stringMatching(
        new RegExp(`^${String(number)}\\s*${title}\\s*${words[index % 4] ?? ''}\\s*$`),
      ),
    ),
  );
  // A step that cannot start is no way to go.
  expect(within(items[3] as HTMLElement).queryByRole('button')).toBeNull();
  await userEvent.keyboard('{Escape}');
  expect(screen.queryByRole('list', { name: 'Steps' })).toBeNull();
  expect(document.activeElement).toBe(opener);
});

it('a step that is not needed stands in the list, is not counted, and is no way to go', async () => {
  const draft = { ...emptyDraft, extraction: 'automated_upload' as const };
  fakeProgram({
    home: () => home({ unfinished: progress({ draft, current: 'balkanid' }) }),
    resume: () => progress({ draft, current: 'balkanid' }),
  });
  render(App);
  await userEvent.click(await screen.findByRole('button', { name: /^Go on,\s*step 2 of 4$/ }));
  await heading('Title of balkanid');
  screen.getByText('Step 2 of 4');
  await userEvent.click(screen.getByRole('button', { name: 'Steps' }));
  const items = within(screen.getByRole('list', { name: 'Steps' })).getAllByRole('listitem');
  expect(items.map((item) => item.textContent.replace(/\s+/g, ' ').trim())).toEqual([
    '– service_account Not needed',
    '1 workspace Not started',
    '– api_url Not needed',
    '– workspace_token Not needed',
    '– account Not needed',
    '– report Not needed',
    '2 balkanid Not started',
    '3 answers Not started',
    '4 submit Not started',
  ]);
  expect(within(items[2] as HTMLElement).queryByRole('button')).toBeNull();
});

it('no secret is asked for before the keychain was proved', async () => {
  const broken = {
    ...keychain,
    proved: false,
    problem: problem({ code: 'vault_unavailable', title: 'No keychain answers' }),
  };
  const calls = fakeProgram({
    home: () =>
      home({
        keychain: { ...keychain, proved: false },
        unfinished: progress({ current: 'workspace_token' }),
      }),
    resume: () => progress({ current: 'workspace_token' }),
    probe_keychain: () => broken,
    use_memory_only: () => ({ ...keychain, proved: true, memory_only: true }),
  });
  render(App);
  await userEvent.click(await screen.findByRole('button', { name: /^Go on/ }));
  await screen.findByText('No keychain answers');
  expect(document.getElementById('workspace_token')).toBeNull();
  expect(screen.getByRole('button', { name: 'Try again' })).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Go on for this process only' }));
  await waitFor(() => {
    expect(document.getElementById('workspace_token')).not.toBeNull();
  });
  expect(calls.filter(({ command }) => command === 'probe_keychain')).toHaveLength(1);
});

it('the practice band stands on every page, with values where there are inputs', async () => {
  const values = [{ input: 'workspace', label: 'Workspace', value: 'acme' }];
  fakeProgram({
    home: () => home({ practice: { bitbucket_url: 'http://127.0.0.1:7990', values } }),
  });
  render(App);
  const band = await screen.findByRole('region', { name: 'Practice' });
  expect(within(band).queryByRole('button')).toBeNull();
  await userEvent.click(screen.getByRole('button', { name: 'Begin' }));
  await heading('Title of service_account');
  await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
  await heading('Title of workspace');
  await userEvent.click(screen.getByRole('button', { name: 'Fill in practice values' }));
  expect(screen.getByRole<HTMLInputElement>('textbox').value).toBe('acme');
});

it('an API URL that is left as it was filled in is the answer', async () => {
  const unfinished = progress({ current: 'api_url' });
  const calls = fakeProgram({ home: () => home({ unfinished }), resume: () => unfinished });
  render(App);
  await userEvent.click(await screen.findByRole('button', { name: /^Go on/ }));
  await heading('Title of api_url');
  await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
  await heading('Title of workspace_token');
  const answer = calls.find(
    ({ command, called }) => command === 'answer' && called.step === 'api_url',
  );
  expect(answer?.called.draft.api_url).toBe('https://api.bitbucket.org');
});
