import { render, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import App from '../../src/App.svelte';
import type { DiagnoseJson, LayerJson, LayerStateJson } from '../../src/ipc/index.ts';
import { fakeProgram, problem, type Calls } from '../fake-program.ts';

function layer(name: string, state: LayerStateJson, words: string): LayerJson {
  return { layer: name, title: name, state, words };
}

function seen(over: Partial<DiagnoseJson> = {}): DiagnoseJson {
  return {
    schema: 'bbsetup.diagnose/1',
    looked_at: '2026-11-25T10:00:00Z',
    versions: {
      program: '0.1.0',
      os: 'linux',
      architecture: 'x86_64',
      window_engine: 'WebKitGTK 2.48',
    },
    keychain: {
      store: 'Secret Service',
      steps: [layer('write', 'fine', 'A value was written.')],
      problem: null,
    },
    hosts: [
      {
        host: 'api.bitbucket.org',
        used_for: "Bitbucket's API",
        layers: [
          layer('name', 'failed', 'The name api.bitbucket.org could not be looked up.'),
          layer('reply', 'not_reached', 'Not reached.'),
        ],
        clock_difference_seconds: -90,
        problem: null,
      },
    ],
    home: { path: '~/bbsetup', writable: true, profiles: 0, problems: [] },
    log: { path: '~/bbsetup/log', lines: 1 },
    problems: [],
    bundle: null,
    ...over,
  };
}

const bundle = ({ withEmails }: Record<string, unknown>) => ({
  files: [
    { name: 'report.txt', text: 'the report' },
    {
      name: 'profiles.json',
      text: withEmails === true ? 'jane@acme.example' : 'j•••@acme.example',
    },
    { name: 'log.txt', text: '' },
  ],
  suggested_path: '/tmp/diagnosis.zip',
});

async function openDiagnose(answers: Parameters<typeof fakeProgram>[0] = {}): Promise<Calls> {
  const calls = fakeProgram({
    diagnose: () => seen(),
    diagnose_bundle: bundle,
    diagnose_save: ({ path }) => ({ file: path, sha256: 'f00d' }),
    ...answers,
  });
  render(App);
  await userEvent.click(await screen.findByRole('button', { name: 'Diagnose' }));
  await screen.findByRole('heading', { level: 1, name: 'Diagnose' });
  return calls;
}

function looked(title: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-looked="${title}"]`);
  if (found === null) throw new Error(`${title} was not looked at.`);
  return found;
}

const saves = (calls: Calls) =>
  calls.filter(({ command }) => command === 'diagnose_save').map(({ called }) => called);

it('says of each layer what is known of it, in words', async () => {
  await openDiagnose();
  await screen.findByText('Nothing that was looked at is wrong.', { selector: 'b' });
  const host = within(looked('api.bitbucket.org'));
  host.getByText('Failed');
  host.getByText('The name api.bitbucket.org could not be looked up.');
  host.getByText('Not reached');
  expect(host.queryByText('Not reached.')).toBeNull();
  host.getByText("90 seconds behind the host's.");
  within(looked('Keychain')).getByText('A value was written.');
  await userEvent.click(screen.getByRole('button', { name: 'Back' }));
  await screen.findByRole('heading', { level: 1, name: 'Connect Bitbucket to BalkanID' });
});

it('shows all that the zip would hold, and writes it as it is shown', async () => {
  const calls = await openDiagnose();
  await screen.findByText('j•••@acme.example');
  screen.getByText('the report');
  screen.getByText('It is empty.');
  await userEvent.click(screen.getByRole('checkbox', { name: 'Include e-mail addresses' }));
  await screen.findByText('jane@acme.example');
  await userEvent.click(screen.getByRole('button', { name: 'Save as zip' }));
  await screen.findByText('f00d');
  expect(saves(calls)).toEqual([
    { path: '/tmp/diagnosis.zip', withEmails: true, overwrite: false },
  ]);
  // What was written had them; what is shown next has not.
  await userEvent.click(screen.getByRole('checkbox', { name: 'Include e-mail addresses' }));
  await screen.findByText('j•••@acme.example');
  expect(screen.queryByText('f00d')).toBeNull();
});

it('replaces a zip only after asking', async () => {
  const calls = await openDiagnose({
    diagnose_save: ({ path, overwrite }) => {
      if (overwrite !== true) throw [problem({ code: 'file_exists' })];
      return { file: path, sha256: 'f00d' };
    },
  });
  await screen.findByText('the report');
  await userEvent.click(screen.getByRole('button', { name: 'Save as zip' }));
  const dialog = await screen.findByRole('dialog', { name: 'Replace the file?' });
  expect(saves(calls)).toHaveLength(1);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Replace the file' }));
  await screen.findByText('f00d');
  expect(saves(calls).map(({ overwrite }) => overwrite)).toEqual([false, true]);
});

it('looks again, and shows the zip of the newer look', async () => {
  let looks = 0;
  const calls = await openDiagnose({
    diagnose: () => {
      looks += 1;
      return seen({
        looked_at: `2026-11-25T10:00:0${String(looks)}Z`,
        problems: looks === 1 ? [problem({ code: 'unreachable', message: 'No way there.' })] : [],
      });
    },
  });
  await screen.findByText('No way there.');
  const path = await screen.findByRole<HTMLInputElement>('textbox', { name: 'File' });
  await waitFor(() => {
    expect(path.value).toBe('/tmp/diagnosis.zip');
  });
  await userEvent.clear(path);
  await userEvent.type(path, '/tmp/mine.zip');
  await userEvent.click(screen.getByRole('button', { name: 'Look again' }));
  await screen.findByText('Nothing that was looked at is wrong.', { selector: 'b' });
  expect(screen.queryByText('No way there.')).toBeNull();
  expect(path.value).toBe('/tmp/mine.zip');
  await waitFor(() => {
    expect(calls.filter(({ command }) => command === 'diagnose_bundle')).toHaveLength(2);
  });
});
