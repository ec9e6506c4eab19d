import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import type { CheckTold, ScimJson } from '../../src/ipc/index.ts';
import { goingOn, scimCounts, scimSentence } from '../../src/steps/balkanid/scim.ts';
import { checkResult, problem } from '../fake-program.ts';
import { called, streaming } from '../home/fixture.ts';
import { openBalkanId } from './fixture.ts';

const URL = 'https://scim.example/scim/v2';

function scim(over: Partial<ScimJson> = {}): ScimJson {
  return {
    schema: 'bbsetup.scim/1',
    scim_url: URL,
    verdict: 'ready',
    checks: [checkResult('scim/sign_in', { title: 'Sign-in' })],
    problems: [],
    users: 1214,
    groups: 1,
    requests: 2,
    checked_at: '2026-11-25T10:00:00Z',
    elapsed_ms: 1,
    ...over,
  };
}
const missing = checkResult('scim/users_paging', {
  title: 'Users, page by page',
  outcome: 'missing',
  reason: 'Page 2 repeats page 1.',
});
const notReady = scim({
  verdict: 'not_ready',
  checks: [checkResult('scim/sign_in'), missing],
  problems: [
    problem({ code: 'scim_note', severity: 'warning', message: 'Worth knowing.' }),
    problem({ code: 'scim_paging', message: 'Pages repeat.', hints: ['Ask its maker.'] }),
  ],
});
const shown = () => document.querySelector<HTMLElement>('[data-check-of="scim"]');
const verdict = () => shown()?.getAttribute('data-verdict') ?? null;
const rows = () =>
  [...(shown()?.querySelectorAll('[data-check]') ?? [])].map((row) => [
    row.getAttribute('data-check'),
    row.getAttribute('data-outcome'),
  ]);
const server = { extraction: 'scim', scim_url: URL } as const;

describe('The check of a SCIM server', () => {
  it('begins by itself once address and token are there, and shows each answer in its place', async () => {
    const check = streaming<CheckTold, ScimJson>();
    const calls = await openBalkanId({ extraction: 'scim' }, [], { check_scim: check.answer });
    await screen.findByRole('button', { name: 'Check the SCIM server' });
    await userEvent.type(screen.getByLabelText('SCIM bearer token'), 'token-4444{Enter}');
    await waitFor(() => {
      expect(called(calls, 'hold_secret')).toHaveLength(1);
    });
    expect(called(calls, 'check_scim')).toHaveLength(0);
    await userEvent.type(screen.getByLabelText(/^SCIM base URL/), `${URL}{Tab}`);
    await waitFor(() => {
      expect(called(calls, 'check_scim')).toHaveLength(1);
    });
    // It is about what the program has kept.
    expect(called(calls, 'keep').at(-1)?.draft.scim_url).toBe(URL);
    check.tell({ event: 'started', checks: ['scim/sign_in', 'scim/users_paging'] });
    check.tell({ event: 'settled', check: missing, problem: null });
    await waitFor(() => {
      expect(rows()).toEqual([
        ['scim/sign_in', 'awaited'],
        ['scim/users_paging', 'missing'],
      ]);
    });
    screen.getByText('Page 2 repeats page 1.');
    screen.getByText('1 of 2 answered');
    check.end(notReady);
    await screen.findByText('1 check is not met.', { selector: '.verdict' });
    expect(verdict()).toBe('not_ready');
    screen.getByText('1 214 users, 1 group');
    const groups = within(shown() as HTMLElement).getAllByRole('group');
    expect(groups.map((panel) => panel.dataset['problem'])).toEqual(['scim_paging', 'scim_note']);
    screen.getByText('Ask its maker.');
  });

  it('begins by itself also where the token comes last', async () => {
    const calls = await openBalkanId(server, [], { check_scim: () => scim() });
    await userEvent.type(await screen.findByLabelText('SCIM bearer token'), 'token-4444{Enter}');
    await screen.findByText(`Ready: BalkanID can read ${URL}.`);
    expect(called(calls, 'check_scim')).toHaveLength(1);
  });

  it('that is not ready keeps nobody from going on, and says so', async () => {
    await openBalkanId(server, ['scim_token'], { check_scim: () => notReady });
    await screen.findByText(/^You can go on\. As things stand/);
    await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
    await screen.findByRole('heading', { level: 1, name: 'Title of answers' });
  });

  it.each([
    ['SCIM base URL', /^SCIM base URL/],
    ['SCIM user name', /^SCIM user name/],
  ])('forgets what was found once the %s is another', async (_, label) => {
    const answers = [() => scim(), () => new Promise(() => undefined)];
    const calls = await openBalkanId(server, ['scim_token'], {
      check_scim: () => answers.shift()?.(),
    });
    await screen.findByText(`Ready: BalkanID can read ${URL}.`);
    await userEvent.type(screen.getByLabelText(label), 'x');
    expect(verdict()).toBeNull();
    expect(rows()).toEqual([]);
    await userEvent.tab();
    await waitFor(() => {
      expect(called(calls, 'check_scim')).toHaveLength(2);
    });
  });

  it('forgets what was found once the token is gone', async () => {
    await openBalkanId(server, ['scim_token'], { check_scim: () => scim() });
    await screen.findByText(`Ready: BalkanID can read ${URL}.`);
    const needs = screen.getByRole('group', { name: 'SCIM integration' });
    await userEvent.click(within(needs).getByRole('button', { name: /^Remove/ }));
    await screen.findByRole('button', { name: 'Check the SCIM server' });
    expect(rows()).toEqual([]);
  });

  it('drops the answer of a check that is older than what is typed', async () => {
    const check = streaming<CheckTold, ScimJson>();
    await openBalkanId(server, ['scim_token'], { check_scim: check.answer });
    await screen.findByText(/answered$/);
    await userEvent.type(screen.getByLabelText(/^SCIM base URL/), 'x');
    check.end(scim());
    await screen.findByRole('button', { name: 'Check the SCIM server' });
    expect(verdict()).toBeNull();
  });

  it('is made again when asked, and shows what kept it from running', async () => {
    let isBroken = false;
    const calls = await openBalkanId(server, ['scim_token'], {
      check_scim: () => {
        if (isBroken) throw [problem({ code: 'vault_locked', message: 'The keychain is locked.' })];
        return scim();
      },
    });
    await screen.findByText(`Ready: BalkanID can read ${URL}.`);
    isBroken = true;
    await userEvent.click(screen.getByRole('button', { name: 'Check again' }));
    await screen.findByText('The keychain is locked.');
    expect(called(calls, 'check_scim')).toHaveLength(2);
  });
});

describe('in words', () => {
  it('could not tell is never not met', () => {
    const unknown = checkResult('scim/users', { outcome: 'unknown' });
    const told = scim({ verdict: 'undetermined', checks: [unknown, unknown] });
    expect(scimSentence(told)).toBe(
      `Could not tell whether BalkanID can read ${URL}: 2 checks have no answer.`,
    );
    expect(goingOn(told, false)).toMatch(/is then not known\.$/);
  });

  it('a check that was stopped found nothing wrong', () => {
    const told = scim({ verdict: 'not_ready', problems: [problem({ code: 'cancelled' })] });
    expect(scimSentence(told)).toBe('The check was stopped before its end.');
    expect(goingOn(told, false)).toMatch(/is then not known\.$/);
  });

  it('counts what the server counts, and no more', () => {
    expect(scimCounts(scim({ users: 1, groups: null }))).toBe('1 user');
    expect(scimCounts(scim({ users: null, groups: null }))).toBe('');
    expect(goingOn(scim(), false)).toBe('');
  });
});
