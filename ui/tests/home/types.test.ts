import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import type { ProfileJson } from '../../src/ipc/index.ts';
import { emptyDraft, progress } from '../fake-program.ts';
import { status } from '../submit/fixture.ts';
import { called, card, expiry, openHome, profile } from './fixture.ts';

const fed = (over: Partial<ProfileJson> = {}) =>
  profile({
    account: '',
    verdict: null,
    checked_at: null,
    extraction: 'automated_upload',
    integration_id: 'bitbucket/01H',
    ...over,
  });
const buttons = (workspace?: string) =>
  within(card(workspace))
    .getAllByRole('button')
    .map((button) => button.textContent.trim());

describe('A card without tokens', () => {
  it('shows its type, and nothing of Bitbucket', async () => {
    await openHome([fed({ expiries: [expiry('account', '2026-11-30', 5)] })]);
    within(card()).getByText('Automated upload using API');
    for (const gone of ['Permissions', 'Account', 'Account API token']) {
      expect(within(card()).queryByText(gone)).toBeNull();
    }
    expect(within(card()).queryByText(/expires/)).toBeNull();
    expect(buttons()).toEqual(['Look again', 'Export', 'Change answers', 'Forget']);
  });

  it('asks BalkanID when looked at again, and Bitbucket not at all', async () => {
    const calls = await openHome([fed()], {
      status: () => status('connected', 'Connected / Data available'),
    });
    await userEvent.click(within(card()).getByRole('button', { name: 'Look again' }));
    await within(card()).findByText('Connected / Data available');
    await within(card()).findByText('BalkanID says of acme: Connected / Data available.');
    expect(called(calls, 'check_profile')).toHaveLength(0);
  });

  it('is not a part of Check all', async () => {
    await openHome([fed({ workspace: 'initech' }), profile()]);
    expect(screen.queryByRole('button', { name: 'Check all' })).toBeNull();
  });

  it('leaves a card with tokens as it was', async () => {
    await openHome([profile()]);
    expect(buttons()).toEqual(expect.arrayContaining(['Check again', 'Replace a token', 'Export']));
    within(card()).getByText('ada@acme.example');
  });
});

describe('A submission under way', () => {
  it.each(['sending', 'written'] as const)(
    'that was cut off (%s) is gone on with',
    async (stage) => {
      const calls = await openHome([profile({ under_way: stage })], {
        plan: () => {
          throw [];
        },
      });
      within(card()).getByText('A submission was cut off.');
      await userEvent.click(within(card()).getByRole('button', { name: 'Go on with it: acme' }));
      await screen.findByRole('heading', { level: 1, name: 'Title of submit' });
      expect(called(calls, 'begin')).toMatchObject([{ workspace: 'acme' }]);
    },
  );

  it('that is the unfinished set-up is taken up, and nothing of it forgotten', async () => {
    const draft = { ...emptyDraft, workspace: 'acme' };
    const unfinished = progress({ draft, workspace: 'acme', current: 'submit' });
    const calls = await openHome(
      [profile({ under_way: 'sending' })],
      {
        resume: () => unfinished,
        plan: () => {
          throw [];
        },
      },
      { unfinished },
    );
    await userEvent.click(within(card()).getByRole('button', { name: 'Go on with it: acme' }));
    await screen.findByRole('heading', { level: 1, name: 'Title of submit' });
    expect(called(calls, 'resume')).toHaveLength(1);
    expect(called(calls, 'begin')).toHaveLength(0);
  });

  it('is looked at again while BalkanID reads, until it has ended', async () => {
    let state: 'running' | 'connected' = 'running';
    await openHome([profile({ under_way: 'watching', integration_id: 'bitbucket/01H' })], {
      status: () => status(state, state === 'running' ? 'Running' : 'Connected / Data available'),
    });
    within(card()).getByText('BalkanID is reading.');
    const look = () => within(card()).getByRole('button', { name: 'Look again: acme' });
    await userEvent.click(look());
    await within(card()).findByText('Running');
    state = 'connected';
    await waitFor(() => {
      expect(look()).toHaveProperty('disabled', false);
    });
    await userEvent.click(look());
    await waitFor(() => {
      expect(within(card()).queryByText('BalkanID is reading.')).toBeNull();
    });
  });
});
