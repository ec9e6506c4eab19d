import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { Rotation } from '../../src/home/rotation.svelte.ts';
import type { CheckEventJson, RotateJson } from '../../src/ipc/index.ts';
import { checkResult, fakeProgram, home, problem, progress, report } from '../fake-program.ts';
import { called, card, openHome, profile, rotated, streaming } from './fixture.ts';

const SECRET = 'ATATT3xFfGN0notARealToken2222';

/** Everything that the page holds: its markup and what stands in its inputs. */
function everything(): string {
  const typed = [...document.querySelectorAll('input')].map((input) => input.value);
  return [document.documentElement.outerHTML, ...typed].join('\n');
}

/** Everything that can be reached from a value, as text. */
function reachable(root: unknown): string {
  const seen = new Set<object>();
  const texts: string[] = [];
  const waiting: unknown[] = [root];
  while (waiting.length > 0) {
    const held = waiting.pop();
    if (typeof held === 'string') texts.push(held);
    if (held === null || (typeof held !== 'object' && typeof held !== 'function')) continue;
    if (seen.has(held)) continue;
    seen.add(held);
    const keys = new Set(Reflect.ownKeys(held));
    // State is behind the getters of its class.
    const kind: unknown = Object.getPrototypeOf(held);
    if (kind instanceof Object && kind !== Object.prototype && kind !== Function.prototype) {
      for (const [key, what] of Object.entries(Object.getOwnPropertyDescriptors(kind))) {
        if (what.get) keys.add(key);
      }
    }
    for (const key of keys) waiting.push((held as Record<PropertyKey, unknown>)[key]);
  }
  return texts.join('\n');
}

async function openDialog(): Promise<HTMLElement> {
  await userEvent.click(within(card()).getByRole('button', { name: 'Replace a token' }));
  return screen.findByRole('dialog', { name: 'Replace a token of acme' });
}

async function choose(dialog: HTMLElement, name: string) {
  await userEvent.click(within(dialog).getByRole('radio', { name }));
}

const act = (dialog: HTMLElement) =>
  within(dialog).getByRole('button', { name: 'Check it, then replace' });

describe('a replacement', () => {
  it('checks the new token first, row by row, and then says that it was done', async () => {
    const rotating = streaming<CheckEventJson, RotateJson>();
    const calls = await openHome([profile()], { rotate: rotating.answer });
    const dialog = await openDialog();
    await choose(dialog, 'Account API token');
    await userEvent.type(within(dialog).getByLabelText('New account API token'), SECRET);
    await userEvent.type(within(dialog).getByLabelText(/^Expiry date/), '2027-11-20');
    await userEvent.click(act(dialog));

    expect(called(calls, 'rotate')).toEqual([
      expect.objectContaining({
        workspace: 'acme',
        slot: 'account',
        secret: SECRET,
        expires: '2027-11-20',
      }),
    ]);
    // The secret has left the page while the answer is still awaited.
    expect(everything()).not.toContain(SECRET);
    rotating.tell({ event: 'started', checks: ['account/identity', 'account/groups'] });
    rotating.tell({ event: 'settled', check: checkResult('account/identity'), problem: null });
    await within(dialog).findByText('1 of 2 answered');
    expect(document.activeElement?.textContent).toContain('before anything is replaced');

    rotating.end(rotated({ report: report([checkResult('account/identity')]) }));
    await within(dialog).findByText(/^Replaced:/);
    expect(document.activeElement?.textContent).toContain('Replaced: acme now has the new');
    await within(dialog).findByText(/The old one is kept in the keychain until you drop it/);
    within(dialog).getByText(/still works until it is revoked: Atlassian account › Security/);
    within(dialog).getByText('BalkanID still has the old account API token: give it the new one.');
    expect(everything()).not.toContain(SECRET);

    await userEvent.click(within(dialog).getByRole('button', { name: 'Close' }));
    // The card says the same later.
    within(card()).getByText(/The old one is kept in the keychain/);
    within(card()).getByText(/BalkanID still has the old account API token/);
  });

  it('that is refused replaces nothing, and leaves all that was typed but the secret', async () => {
    const missing = checkResult('workspace_token/members', { outcome: 'missing' });
    const refused = rotated({
      replaced: false,
      slots: ['workspace_token'],
      problems: [problem({ title: 'A permission is missing', message: 'It lacks account.' })],
      report: report([missing]),
      profile: profile(),
    });
    const calls = await openHome([profile()], { rotate: () => refused });
    const dialog = await openDialog();
    await userEvent.type(within(dialog).getByLabelText('New workspace access token'), SECRET);
    await userEvent.type(within(dialog).getByLabelText(/^Expiry date/), '2027-11-20');
    await userEvent.click(act(dialog));
    await within(dialog).findByText(/^Nothing was replaced\./);
    within(dialog).getByText('It lacks account.');
    expect(dialog.querySelector('[data-outcome="missing"]')).not.toBeNull();
    expect(within(dialog).getByLabelText<HTMLInputElement>(/^Expiry date/).value).toBe(
      '2027-11-20',
    );
    const secret = within(dialog).getByLabelText<HTMLInputElement>('New workspace access token');
    expect(secret.value).toBe('');
    expect(everything()).not.toContain(SECRET);
    expect(called(calls, 'rotate')).toHaveLength(1);
    expect(within(card()).queryByText(/is kept/)).toBeNull();
  });

  it('says what is wrong with a field beside it', async () => {
    const wrong = [
      problem({ field: 'account_token', message: 'This is an app password.' }),
      problem({ field: 'account_token_expires', message: 'No such day.' }),
    ];
    await openHome([profile()], {
      rotate: () => {
        throw wrong;
      },
    });
    const dialog = await openDialog();
    await choose(dialog, 'Account API token');
    await userEvent.type(within(dialog).getByLabelText('New account API token'), SECRET);
    await userEvent.type(within(dialog).getByLabelText(/^Expiry date/), 'soon');
    await userEvent.click(act(dialog));
    await within(dialog).findByText('This is an app password.');
    const described = (name: string | RegExp) =>
      within(dialog).getByLabelText(name).getAttribute('aria-describedby');
    expect(described('New account API token')).toContain('account_token-problem');
    expect(described(/^Expiry date/)).toContain('account_token_expires-problem');
    within(dialog).getByText(/^Nothing was replaced\./);
    expect(everything()).not.toContain(SECRET);
  });

  it('whose answer was lost is not said to have failed', async () => {
    await openHome([profile()], {
      rotate: () => {
        throw new Error('the program has gone');
      },
    });
    const dialog = await openDialog();
    await userEvent.type(within(dialog).getByLabelText('New workspace access token'), SECRET);
    await userEvent.click(act(dialog));
    await within(dialog).findByText(/was replaced is not known/);
    expect(within(dialog).queryByText(/Nothing was replaced/)).toBeNull();
  });

  it('needs a token', async () => {
    const calls = await openHome([profile()]);
    const dialog = await openDialog();
    await userEvent.click(act(dialog));
    const alert = await within(dialog).findByText('Paste the new token first.');
    const input = within(dialog).getByLabelText('New workspace access token');
    expect(document.activeElement).toBe(input);
    expect(input.getAttribute('aria-describedby')).toContain(alert.id);
    expect(called(calls, 'rotate')).toEqual([]);
  });

  it('is stopped where the dialog is left, and the card still tells what came of it', async () => {
    const rotating = streaming<CheckEventJson, RotateJson>();
    const calls = await openHome([profile()], { rotate: rotating.answer });
    const dialog = await openDialog();
    await userEvent.type(within(dialog).getByLabelText('New workspace access token'), SECRET);
    await userEvent.keyboard('{Enter}');
    await within(dialog).findByRole('button', { name: 'Stop' });
    await userEvent.keyboard('{Escape}');
    await waitFor(() => {
      expect(screen.queryByRole('dialog')).toBeNull();
    });
    expect(called(calls, 'cancel')).toHaveLength(1);
    // It was too late to stop it.
    const kept = profile({ kept_previous: ['workspace_token'] });
    rotating.end(rotated({ slots: ['workspace_token'], profile: kept }));
    await within(card()).findByText(/The workspace access token was replaced/);
  });

  it('leaves nothing of the secret in its state', async () => {
    fakeProgram({
      rotate: ({ events }) => {
        events.onmessage({ event: 'started', checks: ['account/identity'] });
        return rotated({ report: report([checkResult('account/identity')]) });
      },
    });
    const rotation = new Rotation();
    await rotation.start('acme', 'account', SECRET, null);
    expect(rotation.state).toBe('replaced');
    // The walk finds what is there, so that not to find a secret means something.
    expect(reachable(rotation)).toContain('account/identity');
    expect(reachable(rotation)).not.toContain(SECRET);
  });
});

describe('after a replacement', () => {
  const both = profile({
    kept_previous: ['workspace_token'],
    outdated_at_balkanid: ['workspace_token'],
  });

  it('the old token can be put back, from the card', async () => {
    const calls = await openHome([both], {
      undo_rotation: () => home({ profiles: [profile()] }),
    });
    const undo = within(card()).getByRole('button', { name: /^Undo/ });
    await userEvent.click(undo);
    await within(card()).findByText(/^Undone\./);
    expect(called(calls, 'undo_rotation')).toEqual([
      { workspace: 'acme', slot: 'workspace_token' },
    ]);
    expect(within(card()).queryByRole('button', { name: /^Undo/ })).toBeNull();
    // The button has gone, and the focus is where the card begins.
    await waitFor(() => {
      expect(document.activeElement).toBe(within(card()).getByRole('heading', { name: 'acme' }));
    });
  });

  it('the old token can be dropped, and BalkanID still has to be given the new one', async () => {
    const calls = await openHome([both], {
      drop_previous: () => home({ profiles: [{ ...both, kept_previous: [] }] }),
      begin: () => progress({ workspace: 'acme' }),
      plan: () => {
        throw [problem()];
      },
    });
    await userEvent.click(within(card()).getByRole('button', { name: /^Drop the old one/ }));
    await waitFor(() => {
      expect(within(card()).queryByRole('button', { name: /^Undo/ })).toBeNull();
    });
    expect(called(calls, 'drop_previous')).toHaveLength(1);
    await userEvent.click(within(card()).getByRole('button', { name: /^Give BalkanID/ }));
    await screen.findByRole('heading', { level: 1, name: 'Title of submit' });
    expect(called(calls, 'begin')).toEqual([{ workspace: 'acme' }]);
  });

  it('an old token that cannot be put back stays, with the reason', async () => {
    await openHome([both], {
      undo_rotation: () => {
        throw [problem({ code: 'vault_locked', message: 'The keychain is locked.' })];
      },
    });
    await userEvent.click(within(card()).getByRole('button', { name: /^Undo/ }));
    await within(card()).findByText('The keychain is locked.');
    within(card()).getByRole('button', { name: /^Undo/ });
  });

  it('an unfinished set-up is not lost without a word', async () => {
    const unfinished = progress({ workspace: 'initech' });
    const calls = await openHome([both], {}, { unfinished });
    await userEvent.click(within(card()).getByRole('button', { name: /^Give BalkanID/ }));
    const dialog = await screen.findByRole('dialog', { name: 'Open the set-up of acme?' });
    within(dialog).getByText(/The unfinished set-up of initech makes room/);
    await userEvent.click(within(dialog).getByRole('button', { name: 'Keep the unfinished one' }));
    expect(called(calls, 'begin')).toEqual([]);
  });
});

it('the dialog is worked by the keyboard alone, and gives the focus back', async () => {
  const calls = await openHome([profile()], {
    rotate: () => rotated({ profile: profile(), slots: ['workspace_token'] }),
  });
  const opener = within(card()).getByRole('button', { name: 'Replace a token' });
  opener.focus();
  await userEvent.keyboard('{Enter}');
  const dialog = await screen.findByRole('dialog');
  await waitFor(() => {
    expect(dialog.contains(document.activeElement)).toBe(true);
  });
  const input = within(dialog).getByLabelText('New workspace access token');
  for (let presses = 0; presses < 8 && document.activeElement !== input; presses += 1) {
    await userEvent.tab();
  }
  expect(document.activeElement).toBe(input);
  await userEvent.keyboard(`${SECRET}{Enter}`);
  await within(dialog).findByText(/^Replaced:/);
  expect(called(calls, 'rotate')).toHaveLength(1);
  await userEvent.keyboard('{Escape}');
  await waitFor(() => {
    expect(document.activeElement).toBe(opener);
  });
});
