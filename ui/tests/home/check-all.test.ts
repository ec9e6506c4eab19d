import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { verdictsSentence } from '../../src/home/all-checks.svelte.ts';
import type { AllChecksJson, CheckJson, ProfileCheckEventJson } from '../../src/ipc/index.ts';
import { checkResult, problem, report } from '../fake-program.ts';
import { called, card, openHome, profile, streaming } from './fixture.ts';

const two = [profile(), profile({ workspace: 'initech' })];
const of = (workspace: string, over: Partial<CheckJson> = {}): CheckJson => ({
  ...report([checkResult('account/members')]),
  workspace,
  ...over,
});
const all = (...reports: CheckJson[]): AllChecksJson => ({
  schema: 'bbsetup.check_all/1',
  problems: [],
  reports,
});

it('counts what was found in words', () => {
  expect(verdictsSentence(['ready', 'not_ready', 'ready', 'undetermined'])).toBe(
    '2 ready, 1 not ready, 1 could not be told.',
  );
  // A card without a report is not taken for a ready one.
  expect(verdictsSentence(['ready', null])).toBe('1 ready, 1 could not be told.');
  expect(verdictsSentence([])).toBe('');
});

describe('Check all', () => {
  it('is there from two cards on', async () => {
    await openHome([profile()]);
    expect(screen.queryByRole('button', { name: 'Check all' })).toBeNull();
  });

  it('runs every card by one call, and sums up', async () => {
    const checking = streaming<ProfileCheckEventJson, AllChecksJson>();
    const calls = await openHome(two, { check_all: checking.answer });
    await userEvent.click(screen.getByRole('button', { name: 'Check all' }));
    expect(called(calls, 'check_all')).toHaveLength(1);
    for (const workspace of ['acme', 'initech']) {
      const checks = ['account/members', 'account/groups'];
      checking.tell({ workspace, event: { event: 'started', checks } });
    }
    const settled = {
      event: 'settled',
      check: checkResult('account/members', { outcome: 'missing' }),
      problem: null,
    } as const;
    checking.tell({ workspace: 'initech', event: settled });
    await screen.findByText('Checking 2 workspaces: 1 of 4 answered');
    // The answer belongs to one card alone.
    const answers = (workspace: string) =>
      card(workspace).querySelectorAll('[data-outcome="missing"]').length;
    expect([answers('acme'), answers('initech')]).toEqual([0, 1]);
    expect(within(card()).getByRole('button', { name: 'Check again' })).toHaveProperty(
      'disabled',
      true,
    );
    checking.end(all(of('acme'), of('initech', { verdict: 'not_ready' })));
    expect(await screen.findAllByText('1 ready, 1 not ready.')).not.toHaveLength(0);
    within(card()).getByText('Ready');
    within(card('initech')).getByText('Not ready');
    // Many tables would hide the next card.
    expect(card().querySelector('details table')).not.toBeNull();
  });

  it('is stopped by the button that began it, which keeps the focus', async () => {
    const checking = streaming<ProfileCheckEventJson, AllChecksJson>();
    const calls = await openHome(two, { check_all: checking.answer });
    screen.getByRole('button', { name: 'Check all' }).focus();
    await userEvent.keyboard('{Enter}');
    const stop = await screen.findByRole('button', { name: 'Stop' });
    expect(document.activeElement).toBe(stop);
    expect(screen.getAllByRole('button', { name: /^(Stop|Cancel)$/ })).toHaveLength(1);
    await userEvent.keyboard('{Enter}');
    expect(called(calls, 'cancel')).toHaveLength(1);
    checking.end(all(of('acme', { verdict: 'undetermined' })));
    expect(await screen.findAllByText('2 could not be told.')).not.toHaveLength(0);
    // The card without a report shows what it showed before.
    within(card('initech')).getByText('Ready');
  });

  it('tells of a set-up that could not be read beside those that were checked', async () => {
    const checking = streaming<ProfileCheckEventJson, AllChecksJson>();
    await openHome(two, { check_all: checking.answer });
    await userEvent.click(screen.getByRole('button', { name: 'Check all' }));
    const unreadable = problem({ code: 'value_unreadable', message: 'A file cannot be read.' });
    checking.end({ ...all(of('acme'), of('initech')), problems: [unreadable] });
    await screen.findByText('A file cannot be read.');
    expect(screen.getAllByText('2 ready.')).not.toHaveLength(0);
  });

  it('that could not go on says so once, and leaves the cards as they were', async () => {
    const checking = streaming<ProfileCheckEventJson, AllChecksJson>();
    await openHome(two, { check_all: checking.answer });
    await userEvent.click(screen.getByRole('button', { name: 'Check all' }));
    const checks = ['account/members'];
    checking.tell({ workspace: 'acme', event: { event: 'started', checks } });
    await waitFor(() => {
      expect(card().querySelector('[data-check]')).not.toBeNull();
    });
    checking.fail([problem({ code: 'vault_locked', message: 'The keychain is locked.' })]);
    await screen.findByText('The keychain is locked.');
    expect(screen.getAllByText('The keychain is locked.')).toHaveLength(1);
    await waitFor(() => {
      expect(within(card()).getByRole('button', { name: 'Check again' })).toHaveProperty(
        'disabled',
        false,
      );
    });
    within(card()).getByText('Ready');
    // Nothing waits any more for an answer that will not come.
    expect(card().querySelector('[data-check]')).toBeNull();
  });
});
