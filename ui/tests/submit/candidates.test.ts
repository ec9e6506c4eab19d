import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import type { CandidateJson, ConfirmedJson } from '../../src/ipc/index.ts';
import { problem, type Calls } from '../fake-program.ts';
import { openPage } from '../open-page.ts';
import { assisted, plan, submitted } from './fixture.ts';

const candidates: CandidateJson[] = [
  {
    id: 'bitbucket/01A',
    description: 'Bitbucket of Acme',
    words: 'Connected / Data available',
    primary_owner: 'ada@acme.example',
  },
  { id: 'bitbucket/01B', description: '', words: 'Inactive', primary_owner: '' },
];
const confirm = 'Save to keychain and submit to BalkanID';

/** A BalkanID that cannot tell which integration is meant before it is told. */
function inDoubt({ confirmed }: Record<string, unknown>) {
  const { integration } = confirmed as ConfirmedJson;
  if (integration === null) return plan({ updates: null, row: [], candidates });
  return plan({ updates: integration === 'new' ? null : integration });
}
const of = (calls: Calls, name: string) =>
  calls.filter(({ command }) => command === name).map(({ called }) => called['confirmed']);

describe('Which integration is meant', () => {
  it('is asked before anything can be submitted', async () => {
    await openPage('submit', { plan: inDoubt });
    await screen.findByRole('group', { name: 'Which integration is meant?' });
    const radios = screen.getAllByRole<HTMLInputElement>('radio');
    expect(radios.map(({ labels, checked }) => [labels?.[0]?.textContent, checked])).toEqual([
      ['Bitbucket of Acme', false],
      ['Without a description', false],
      ['Create a new one', false],
    ]);
    const about = document.getElementById(radios[0]?.getAttribute('aria-describedby') ?? '');
    expect(about?.textContent.replace(/\s+/g, ' ').trim()).toBe(
      'Connected / Data available · ada@acme.example bitbucket/01A',
    );
    expect(screen.queryByRole('button', { name: confirm })).toBeNull();
    expect(document.getElementById('submit')).toBeNull();
    expect(screen.queryByRole('heading', { name: /^Creates|^Updates/ })).toBeNull();
  });

  it('is answered, seen and submitted', async () => {
    const calls = await openPage('submit', { plan: inDoubt, submit: () => submitted() });
    await userEvent.click(await screen.findByRole('radio', { name: 'Create a new one' }));
    await screen.findByRole('heading', { name: 'Creates an integration' });
    // Another choice is planned anew, and the choice stays where it is.
    await userEvent.click(screen.getByRole('radio', { name: 'Bitbucket of Acme' }));
    await screen.findByRole('heading', { name: 'Updates the integration bitbucket/01A' });
    await userEvent.click(screen.getByRole('button', { name: confirm }));
    const chosen = { keys: null, integration: 'bitbucket/01A' };
    expect(of(calls, 'plan').at(-1)).toEqual(chosen);
    expect(of(calls, 'submit')).toEqual([chosen]);
  });

  it('of what could not be planned, nothing is submitted', async () => {
    await openPage('submit', {
      plan: (called) => {
        if ((called['confirmed'] as ConfirmedJson).integration === 'new')
          throw [problem({ message: 'BalkanID is away.' })];
        return inDoubt(called);
      },
    });
    await userEvent.click(await screen.findByRole('radio', { name: 'Bitbucket of Acme' }));
    await screen.findByRole('button', { name: confirm });
    await userEvent.click(screen.getByRole('radio', { name: 'Create a new one' }));
    await screen.findByText('BalkanID is away.');
    expect(screen.queryByRole('button', { name: confirm })).toBeNull();
    expect(screen.queryByRole('heading', { name: /^Updates/ })).toBeNull();
    await userEvent.click(screen.getByRole('radio', { name: 'Bitbucket of Acme' }));
    await screen.findByRole('button', { name: confirm });
  });

  it('is asked anew after a submission, so that none is created twice', async () => {
    const calls = await openPage('submit', {
      plan: inDoubt,
      submit: () => {
        throw [problem({ title: 'BalkanID is away' })];
      },
    });
    await userEvent.click(await screen.findByRole('radio', { name: 'Create a new one' }));
    await userEvent.click(await screen.findByRole('button', { name: confirm }));
    await userEvent.click(await screen.findByRole('button', { name: 'Submit again' }));
    await waitFor(() => {
      expect(of(calls, 'plan').at(-1)).toEqual({ keys: null, integration: null });
    });
    expect(screen.queryByRole('button', { name: confirm })).toBeNull();
  });
});

it('says that a submission that was cut off was gone on with', async () => {
  await openPage('submit', {
    plan: () => plan(),
    submit: () => submitted({ found: 'cut_off', created: false }),
  });
  await userEvent.click(await screen.findByRole('button', { name: confirm }));
  await screen.findByText(/^An earlier submission was cut off after its row had reached BalkanID/);
});

it('a form without a secret speaks of none', async () => {
  const form = assisted().form.filter(({ secret }) => !secret);
  await openPage('submit', { plan: () => assisted({ form }) });
  await screen.findByRole('button', { name: 'I have saved it in BalkanID' });
  expect(screen.queryByText(/leaves the clipboard/)).toBeNull();
  // Nothing is held, so nothing is saved.
  expect(screen.queryByText(/^First the secrets are saved/)).toBeNull();
});
