import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { expiryWords } from '../../src/home/expiry.ts';
import { home, problem } from '../fake-program.ts';
import { pageIsUsable } from '../open-page.ts';
import { called, card, expiry, openHome, profile } from './fixture.ts';

it('says when a token expires in words', () => {
  const words = (left: number, day: string) => expiryWords(expiry('account', day, left));
  expect(words(12, '2026-12-07')).toBe('expires in 12 days, on 7 December 2026');
  expect(words(1, '2026-11-26')).toBe('expires tomorrow, 26 November 2026');
  expect(words(0, '2026-11-25')).toBe('expires today, 25 November 2026');
  expect(words(-1, '2026-11-24')).toBe('expired on 24 November 2026');
});

const row = (slot: string) => {
  const found = card().querySelector<HTMLElement>(`[data-expiry="${slot}"]`);
  if (found === null) throw new Error(`The card says nothing of ${slot}.`);
  return found;
};

describe('a card', () => {
  it('says of each token when it expires, or that it does not know', async () => {
    await openHome([profile({ expiries: [expiry('account', '2027-11-20', 360)] })]);
    within(row('account')).getByText('Expires in 360 days, on 20 November 2027');
    within(row('workspace_token')).getByText('Expiry date not entered');
    // Nothing is near, so that nothing warns.
    expect(card().querySelector('[data-band]')).toBeNull();
  });

  it('warns of what is near, and leads to a new token and to a reminder', async () => {
    await openHome([profile({ expiries: [expiry('account', '2026-12-07', 12)] })]);
    const band = within(card()).getByRole('group', { name: 'A token expires' });
    within(band).getByText('The account API token expires in 12 days, on 7 December 2026.');
    await userEvent.click(within(band).getByRole('button', { name: /^Replace it/ }));
    const dialog = await screen.findByRole('dialog', { name: 'Replace a token of acme' });
    const chosen = within(dialog).getByRole<HTMLInputElement>('radio', {
      name: 'Account API token',
    });
    expect(chosen.checked).toBe(true);
    await userEvent.click(within(dialog).getByRole('button', { name: 'Cancel' }));
    await pageIsUsable();
    await userEvent.click(within(band).getByRole('button', { name: 'Write a reminder (.ics)' }));
    const reminder = await screen.findByRole('dialog', { name: 'A reminder for acme' });
    expect(reminder.querySelector('[data-export="reminder"]')).not.toBeNull();
  });

  it('offers no reminder of what is past', async () => {
    await openHome([profile({ expiries: [expiry('account', '2026-11-20', -5)] })]);
    const band = within(card()).getByRole('group', { name: 'A token expires' });
    within(band).getByText('The account API token expired on 20 November 2026.');
    expect(within(band).queryByRole('button', { name: /reminder/ })).toBeNull();
  });
});

describe('the day of a token', () => {
  async function openDialog(): Promise<HTMLElement> {
    await userEvent.click(within(row('account')).getByRole('button', { name: /^(Enter|Change)/ }));
    return screen.findByRole('dialog', { name: 'When does the account API token expire?' });
  }

  it('is entered in a dialog of one field, by the keyboard alone', async () => {
    const known = profile({ expiries: [expiry('account', '2027-11-20', 360)] });
    const calls = await openHome([profile()], { set_expiry: () => home({ profiles: [known] }) });
    const dialog = await openDialog();
    const input = within(dialog).getByLabelText(/^Expiry date of this token/);
    await waitFor(() => {
      expect(dialog.contains(document.activeElement)).toBe(true);
    });
    // A browser has the focus in the field; where nothing is laid out it is one press away.
    if (document.activeElement !== input) await userEvent.tab();
    expect(document.activeElement).toBe(input);
    await userEvent.keyboard('2027-11-20{Enter}');
    await waitFor(() => {
      expect(screen.queryByRole('dialog')).toBeNull();
    });
    expect(called(calls, 'set_expiry')).toEqual([
      { workspace: 'acme', slot: 'account', expires: '2027-11-20' },
    ]);
    within(row('account')).getByText('Expires in 360 days, on 20 November 2027');
    await waitFor(() => {
      expect(row('account').contains(document.activeElement)).toBe(true);
    });
  });

  it('stays as typed where it cannot be read', async () => {
    const wrong = problem({ field: 'account_token_expires', message: 'No day is called so.' });
    await openHome([profile()], {
      set_expiry: () => {
        throw [wrong];
      },
    });
    const dialog = await openDialog();
    await userEvent.type(within(dialog).getByLabelText(/^Expiry date/), 'next year');
    await userEvent.click(within(dialog).getByRole('button', { name: 'Save the date' }));
    await within(dialog).findByText('No day is called so.');
    const input = within(dialog).getByLabelText<HTMLInputElement>(/^Expiry date/);
    expect(input.value).toBe('next year');
    expect(input.getAttribute('aria-invalid')).toBe('true');
    expect(document.activeElement).toBe(input);
  });

  it('is taken away by an empty field, and kept by Escape', async () => {
    const known = profile({ expiries: [expiry('account', '2027-11-20', 360)] });
    const calls = await openHome([known], { set_expiry: () => home({ profiles: [profile()] }) });
    await openDialog();
    await userEvent.keyboard('{Escape}');
    await waitFor(() => {
      expect(screen.queryByRole('dialog')).toBeNull();
    });
    expect(called(calls, 'set_expiry')).toEqual([]);
    const dialog = await openDialog();
    const input = within(dialog).getByLabelText<HTMLInputElement>(/^Expiry date/);
    expect(input.value).toBe('2027-11-20');
    await userEvent.clear(input);
    await userEvent.click(within(dialog).getByRole('button', { name: 'Save the date' }));
    await within(row('account')).findByText('Expiry date not entered');
    expect(called(calls, 'set_expiry')).toMatchObject([{ expires: null }]);
  });
});
