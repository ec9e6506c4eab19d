import { screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { changesOf } from '../../src/home/changes.ts';
import type { ChangeJson, CheckJson } from '../../src/ipc/index.ts';
import { checkResult, problem, report } from '../fake-program.ts';
import { card, openHome, profile } from './fixture.ts';

const lost: ChangeJson = {
  check: 'workspace_token/repository_permissions',
  slot: 'workspace_token',
  title: 'Repository permissions',
  before: 'granted',
  now: 'missing',
};
const told: ChangeJson = {
  check: 'account/groups',
  slot: 'account',
  title: 'Groups',
  before: 'unknown',
  now: 'granted',
};
const since = (over: Partial<CheckJson>): CheckJson => ({
  ...report([checkResult('account/groups')]),
  since: '2026-11-03T12:00:00Z',
  ...over,
});
const now = new Date('2026-11-25T12:00:00Z');

describe('what changed since the last check', () => {
  it('is one sentence where it is one thing', () => {
    expect(changesOf(since({ changes: [lost] }), now)).toEqual({
      sentence:
        'Since 3 November: Repository permissions of the workspace access token went from Granted to Missing.',
      lines: [],
    });
  });

  it('is a list where it is more', () => {
    expect(changesOf(since({ changes: [lost, told] }), now)).toEqual({
      sentence: 'Since 3 November, 2 answers changed:',
      lines: [
        'Repository permissions of the workspace access token went from Granted to Missing',
        'Groups of the account went from Could not tell to Granted',
      ],
    });
  });

  it('is said to be nothing, with the year where it is another', () => {
    const long = since({ since: '2025-11-03T12:00:00Z' });
    expect(changesOf(long, now)?.sentence).toBe('Nothing changed since 3 November 2025.');
  });

  it('is not told where there is nothing to compare with, or not all was asked', () => {
    expect(changesOf(since({ since: null }), now)).toBeNull();
    const stopped = since({ changes: [lost], problems: [problem({ code: 'cancelled' })] });
    expect(changesOf(stopped, now)).toBeNull();
  });
});

it('a card says it after it was checked again, and says it aloud', async () => {
  await openHome([profile()], { check_profile: () => since({ changes: [lost] }) });
  await userEvent.click(within(card()).getByRole('button', { name: 'Check again' }));
  await within(card()).findByText(/^Since 3 November.*went from Granted to Missing\.$/);
  const spoken = screen.getAllByRole('status').map((status) => status.textContent);
  expect(spoken.join(' ')).toMatch(/acme: Ready\. Since 3 November/);
});
