import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import type {
  ConfirmedJson,
  ProblemJson,
  SubmitEventJson,
  SubmitJson,
} from '../../src/ipc/index.ts';
import { problem } from '../fake-program.ts';
import { openPage } from '../open-page.ts';
import { assisted, plan, status, submitted } from './fixture.ts';

const confirm = 'Save to keychain and submit to BalkanID';

/** A BalkanID that answers when the test says so. */
function balkanid() {
  let tell: (event: SubmitEventJson) => void = () => undefined;
  let end: (submitted: SubmitJson) => void = () => undefined;
  let refuse: (problems: ProblemJson[]) => void = () => undefined;
  return {
    submit: (called: Record<string, unknown>) => {
      tell = (called['events'] as { onmessage: (event: SubmitEventJson) => void }).onmessage;
      return new Promise<SubmitJson>((resolve, reject) => {
        end = resolve;
        refuse = reject;
      });
    },
    tell: (event: SubmitEventJson) => {
      tell(event);
    },
    end: (ended: SubmitJson) => {
      end(ended);
    },
    refuse: (problems: ProblemJson[]) => {
      refuse(problems);
    },
  };
}

it('shows the row before anything is written, and submits once on a double click', async () => {
  const { submit, tell, end } = balkanid();
  const calls = await openPage('submit', { plan: () => plan(), submit });
  await screen.findByRole('heading', { name: 'Updates the integration bitbucket/01H' });
  screen.getByRole('rowheader', { name: 'Name' });
  screen.getByText('Primary Application owner: ada@acme.example');
  expect(calls.some(({ command }) => command === 'submit')).toBe(false);

  await userEvent.dblClick(screen.getByRole('button', { name: confirm }));
  const submits = calls.filter(({ command }) => command === 'submit');
  expect(submits).toHaveLength(1);
  expect(submits[0]?.called).toMatchObject({
    route: 'api',
    confirmed: { keys: null, integration: null },
  });

  tell({ event: 'stage', stage: 'keychain', text: 'Saving the secrets to the keychain' });
  await waitFor(() => {
    expect(document.querySelector('[data-stage="keychain"]')?.getAttribute('data-state')).toBe(
      'running',
    );
  });
  tell({ event: 'submitted', submission: submitted() });
  tell({ event: 'stage', stage: 'watch', text: 'Waiting' });
  tell({ event: 'status', status: status('connected', 'Connected / Data available') });
  tell({ event: 'stage_done', stage: 'watch', text: 'Connected / Data available' });
  end(submitted());
  await screen.findByRole('heading', { name: 'BalkanID says: Connected / Data available.' });
  await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
  await screen.findByRole('heading', { level: 1, name: 'Title of done' });
  screen.getByText('The integration of acme was created. BalkanID reads it.');
});

it('stops watching when asked, and takes that for no fault', async () => {
  const { submit, tell, refuse } = balkanid();
  const calls = await openPage('submit', { plan: () => plan(), submit });
  await userEvent.click(await screen.findByRole('button', { name: confirm }));
  expect(screen.queryByRole('button', { name: 'Stop watching' })).toBeNull();
  tell({ event: 'submitted', submission: submitted() });
  tell({ event: 'stage', stage: 'watch', text: 'Waiting' });
  await userEvent.click(await screen.findByRole('button', { name: 'Stop watching' }));
  expect(calls.filter(({ command }) => command === 'cancel')).toHaveLength(1);
  refuse([problem({ code: 'cancelled', title: 'Stopped before the answer' })]);
  await screen.findByRole('heading', { name: /The watching was stopped/ });
  expect(screen.queryByText('Stopped before the answer')).toBeNull();
});

it('says what went wrong, and shows the plan anew before submitting again', async () => {
  const { submit, refuse } = balkanid();
  const calls = await openPage('submit', { plan: () => plan(), submit });
  await userEvent.click(await screen.findByRole('button', { name: confirm }));
  refuse([problem({ title: 'The keychain is locked', message: 'Unlock it.' })]);
  await screen.findByRole('heading', { name: 'Nothing was submitted.' });
  screen.getByText('Unlock it.');
  await userEvent.click(screen.getByRole('button', { name: 'Submit again' }));
  await screen.findByRole('button', { name: confirm });
  expect(calls.filter(({ command }) => command === 'plan')).toHaveLength(2);
  expect(calls.filter(({ command }) => command === 'submit')).toHaveLength(1);
});

it('shows what BalkanID shows otherwise than asked', async () => {
  const { submit, end } = balkanid();
  await openPage('submit', { plan: () => plan(), submit });
  await userEvent.click(await screen.findByRole('button', { name: confirm }));
  const differences = [{ field: 'Description', asked: 'ours', shown: 'theirs' }];
  end(submitted({ differences }));
  const row = (await screen.findByRole('rowheader', { name: 'Description' })).closest('tr');
  expect(
    row === null
      ? []
      : within(row)
          .getAllByRole('cell')
          .map((held) => held.textContent),
  ).toEqual(['ours', 'theirs']);
});

it('lays out BalkanID’s form with its names and a copy of each value', async () => {
  const { submit } = balkanid();
  const calls = await openPage('submit', {
    plan: () => assisted(),
    copy_field: () => null,
    submit,
  });
  await screen.findByText(/also called “Bitbucket Access token of Workspace/);
  await userEvent.click(screen.getByRole('button', { name: /^Copy\s*Bitbucket Access Token$/ }));
  expect(calls.find(({ command }) => command === 'copy_field')?.called['field']).toBe(
    'workspace_token',
  );
  await screen.findByText('Copied; it leaves the clipboard after 30 s');
  await userEvent.click(screen.getByRole('button', { name: 'I have saved it in BalkanID' }));
  expect(calls.find(({ command }) => command === 'submit')?.called).toMatchObject({
    route: 'assisted',
    confirmed: { keys: null, integration: null },
  });
});

it('asks for the names of the keys, shows the row, and submits with those names', async () => {
  const { submit } = balkanid();
  const calls = await openPage('submit', {
    plan: ({ confirmed }) =>
      (confirmed as ConfirmedJson).keys === null
        ? assisted({ keys: 'to_confirm' })
        : plan({ updates: null, keys: 'to_confirm' }),
    submit,
  });
  await userEvent.click(await screen.findByText('BalkanID told me the names of the keys'));
  await userEvent.click(screen.getByRole('button', { name: 'Show the row' }));
  await screen.findByText(/^Still empty: Key of Bitbucket Access Token/);
  expect(calls.filter(({ command }) => command === 'plan')).toHaveLength(1);

  const names = ['token', 'url', 'workspace', 'user', 'password'];
  const inputs = screen.getAllByRole('textbox');
  for (const [index, name] of names.entries()) {
    await userEvent.type(inputs[index] as HTMLElement, ` ${name} `);
  }
  await userEvent.click(screen.getByRole('button', { name: 'Show the row' }));
  await screen.findByRole('heading', { name: 'Creates an integration' });
  await userEvent.click(screen.getByRole('button', { name: confirm }));
  expect(calls.find(({ command }) => command === 'submit')?.called).toMatchObject({
    route: 'api',
    confirmed: {
      integration: null,
      keys: {
        access_token: 'token',
        api_url: 'url',
        workspace: 'workspace',
        account_username: 'user',
        account_app_password: 'password',
      },
    },
  });
});

it('says what is missing where there is nothing to plan yet', async () => {
  await openPage('submit', {
    plan: () => {
      throw [problem({ message: 'The Primary Application owner is missing.' })];
    },
  });
  await screen.findByText('The Primary Application owner is missing.');
  expect(screen.queryByRole('button', { name: confirm })).toBeNull();
});
