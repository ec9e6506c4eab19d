import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import { problem } from '../fake-program.ts';
import { called, card, openHome, profile } from './fixture.ts';

async function reminderRow() {
  await userEvent.click(within(card()).getByRole('button', { name: 'Export' }));
  const dialog = await screen.findByRole('dialog', { name: 'Export acme' });
  const row = dialog.querySelector<HTMLElement>('[data-export="reminder"]');
  if (row === null) throw new Error('There is no reminder.');
  await waitFor(() => {
    expect(within(row).getByRole<HTMLInputElement>('textbox').value).toBe('/tmp/acme.reminder');
  });
  return within(row);
}

it('a reminder is exported like all else, and asks for no passphrase', async () => {
  const calls = await openHome([profile()], {
    export: ({ path }) => ({ schema: '', file: path, sha256: 'f00d', holds_secrets: false }),
  });
  const row = await reminderRow();
  expect(row.queryByLabelText('Passphrase')).toBeNull();
  await userEvent.click(row.getByRole('button', { name: /^Export/ }));
  await row.findByText('f00d');
  expect(called(calls, 'export')).toMatchObject([
    { workspace: 'acme', format: 'reminder', path: '/tmp/acme.reminder', passphrase: null },
  ]);
});

it('a reminder of nothing is refused in words', async () => {
  await openHome([profile()], {
    export: () => {
      throw [problem({ message: 'No expiry date is known.' })];
    },
  });
  const row = await reminderRow();
  await userEvent.click(row.getByRole('button', { name: /^Export/ }));
  await row.findByText('No expiry date is known.');
});
