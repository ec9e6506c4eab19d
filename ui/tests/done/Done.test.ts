import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import { emptyDraft, problem, progress, type Calls } from '../fake-program.ts';
import { openPage, pageIsUsable } from '../open-page.ts';

function row(format: string): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-export="${format}"]`);
  if (found === null) throw new Error(`There is no export of ${format}.`);
  return found;
}

const exports = (calls: Calls) =>
  calls.filter(({ command }) => command === 'export').map(({ called }) => called);

/** A folder in which every file is there already, unless it may be replaced. */
function fullFolder(calls: Record<string, unknown>) {
  if (calls['overwrite'] !== true) throw [problem({ code: 'file_exists' })];
  return written(calls);
}

function written({ path, format }: Record<string, unknown>) {
  return {
    schema: 'bbsetup.export/1',
    file: path,
    sha256: 'f00d',
    holds_secrets: format === 'age',
  };
}

const suggested_path = ({ format }: Record<string, unknown>) => `/tmp/acme.${String(format)}`;

it('speaks of no token where there is none', async () => {
  const draft = { ...emptyDraft, workspace: 'acme', extraction: 'scim' as const };
  const at = () => progress({ draft, current: 'done', workspace: 'acme' });
  await openPage('done', { suggested_path, resume: at });
  const headings = screen.getAllByRole('heading', { level: 2 });
  expect(headings.map(({ textContent }) => textContent)).toEqual([
    'Configuration',
    'What comes next',
  ]);
  expect(screen.queryByText(/API token/)).toBeNull();
});

it('replaces a file only after asking', async () => {
  const calls = await openPage('done', { suggested_path, export: fullFolder });
  await waitFor(() => {
    expect(within(row('toml')).getByRole<HTMLInputElement>('textbox').value).toBe('/tmp/acme.toml');
  });
  await userEvent.click(within(row('toml')).getByRole('button', { name: /^Export/ }));
  const dialog = await screen.findByRole('dialog', { name: 'Replace the file?' });
  expect(exports(calls)).toHaveLength(1);
  await userEvent.click(within(dialog).getByRole('button', { name: 'Keep it' }));
  expect(exports(calls)).toHaveLength(1);

  await pageIsUsable();
  await userEvent.click(within(row('toml')).getByRole('button', { name: /^Export/ }));
  const again = await screen.findByRole('dialog', { name: 'Replace the file?' });
  await userEvent.click(within(again).getByRole('button', { name: 'Replace the file' }));
  await within(row('toml')).findByText('f00d');
  within(row('toml')).getByText('It holds none.');
  expect(exports(calls).map(({ overwrite }) => overwrite)).toEqual([false, false, true]);
});

it('takes a passphrase twice, and forgets it once the file is written', async () => {
  const calls = await openPage('done', { suggested_path, export: written });
  const age = within(row('age'));
  const first = age.getByLabelText<HTMLInputElement>('Passphrase');
  const again = age.getByLabelText<HTMLInputElement>('Passphrase, once more');
  const act = age.getByRole('button', { name: /^Export/ });
  await waitFor(() => {
    expect(act).toHaveProperty('disabled', false);
  });

  await userEvent.type(first, 'correct horse');
  await userEvent.type(again, 'correct house');
  await userEvent.click(act);
  await age.findByText('The two passphrases differ.');
  expect(exports(calls)).toEqual([]);
  expect(document.activeElement).toBe(first);

  await userEvent.clear(again);
  await userEvent.type(again, 'correct horse');
  await userEvent.click(act);
  await age.findByText('It holds the tokens, encrypted with your passphrase.');
  expect(exports(calls)[0]).toMatchObject({ format: 'age', passphrase: 'correct horse' });
  expect([first.value, again.value]).toEqual(['', '']);
});

it('writes a reminder of the tokens’ ends', async () => {
  const calls = await openPage('done', { suggested_path, export: written });
  const reminder = within(row('reminder'));
  await waitFor(() => {
    expect(reminder.getByRole('button', { name: /^Export/ })).toHaveProperty('disabled', false);
  });
  await userEvent.click(reminder.getByRole('button', { name: /^Export/ }));
  await reminder.findByText('It holds none.');
  expect(exports(calls)).toMatchObject([{ format: 'reminder', passphrase: null }]);
});

it('sends no passphrase with the other formats', async () => {
  const calls = await openPage('done', { suggested_path, export: written });
  const json = within(row('json'));
  await waitFor(() => {
    expect(json.getByRole<HTMLInputElement>('textbox').value).toBe('/tmp/acme.json');
  });
  const path = json.getByRole<HTMLInputElement>('textbox');
  await userEvent.clear(path);
  await userEvent.type(path, '/tmp/other.json');
  await userEvent.click(json.getByRole('button', { name: /^Export/ }));
  await json.findByText('/tmp/other.json');
  expect(exports(calls)[0]).toMatchObject({
    format: 'json',
    path: '/tmp/other.json',
    overwrite: false,
    passphrase: null,
  });
});

it('says why a file was not written', async () => {
  await openPage('done', {
    suggested_path,
    export: () => {
      throw [problem({ code: 'file_not_written', message: 'There is no such folder.' })];
    },
  });
  const html = within(row('evidence_html'));
  await waitFor(() => {
    expect(html.getByRole('button', { name: /^Export/ })).toHaveProperty('disabled', false);
  });
  await userEvent.click(html.getByRole('button', { name: /^Export/ }));
  await html.findByText('There is no such folder.');
});

it('claims nothing that was not done', async () => {
  await openPage('done', { suggested_path });
  screen.getByText('Nothing was submitted for acme since the window opened.');
});
