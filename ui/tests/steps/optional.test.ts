import { fireEvent, screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import type { DraftJson, StepAnswerJson } from '../../src/ipc/index.ts';
import { emptyDraft, home, problem, progress, type Calls } from '../fake-program.ts';
import { openPage } from '../open-page.ts';

/** Opens the page on a draft that is kept as it is sent. */
function open(over: Partial<DraftJson> = {}, answers: Parameters<typeof openPage>[1] = {}) {
  let kept: DraftJson = { ...emptyDraft, workspace: 'acme', ...over };
  const now = () => progress({ draft: kept, current: 'balkanid', workspace: 'acme' });
  const keep = ({ draft }: { draft: DraftJson }): StepAnswerJson => {
    kept = draft;
    return { progress: now(), problems: [], seen: null };
  };
  return openPage('balkanid', {
    home: () => home({ unfinished: now() }),
    resume: now,
    progress: now,
    keep,
    answer: keep,
    ...answers,
  });
}

const details = () => document.querySelector<HTMLDetailsElement>('details:has(#reviewers)');
const chosen = () =>
  [...document.querySelectorAll<HTMLElement>('#reviewers ol > li')].map(
    (row) => row.dataset['reviewer'],
  );
const press = (name: string) => userEvent.click(screen.getByRole('button', { name }));
const last = (calls: Calls) =>
  calls.filter(({ command }) => command === 'keep').at(-1)?.called.draft;
const spoken = () => document.querySelector('#reviewers [aria-live]')?.textContent;

describe('Optional Configuration', () => {
  it('is closed where nothing is set, and open where something is', async () => {
    await open();
    expect(details()?.open).toBe(false);
    screen.getByText('Left as BalkanID has it');
  });

  it('shows what is set', async () => {
    await open({ reviewers: ['risk_manager'], reviewer_count: '2', provisioning: ['ticket'] });
    expect(details()?.open).toBe(true);
    screen.getByText('Set here');
    expect(chosen()).toEqual(['risk_manager']);
    expect(screen.getByLabelText<HTMLSelectElement>('Number of reviewers').value).toBe('2');
    expect(screen.getByRole<HTMLInputElement>('checkbox', { name: 'Ticket' }).checked).toBe(true);
  });

  it('opens where something in it is wrong, which can then be reached', async () => {
    const wrong = problem({ field: 'reviewer-count', message: 'From 1 to 4.' });
    const draft = { ...emptyDraft, workspace: 'acme' };
    await open(
      {},
      { answer: () => ({ progress: progress({ draft }), problems: [wrong], seen: null }) },
    );
    await press('Continue');
    await userEvent.click(await screen.findByRole('link', { name: 'From 1 to 4.' }));
    expect(details()?.open).toBe(true);
    expect(document.activeElement?.id).toBe('reviewer-count');
  });
});

describe('Reviewer precedence', () => {
  it('takes reviewers in the order in which they are added, and says it aloud', async () => {
    const calls = await open();
    await press('Add: Risk Manager');
    expect(spoken()).toBe('Risk Manager is now 1 of 1.');
    await press('Add: First Line Manager');
    expect(chosen()).toEqual(['risk_manager', 'first_line_manager']);
    expect(spoken()).toBe('First Line Manager is now 2 of 2.');
    // The next one can be added without looking for it.
    await waitFor(() => {
      expect(document.activeElement?.id).toBe('reviewer-business_owner-add');
    });
    expect(last(calls)?.reviewers).toEqual(['risk_manager', 'first_line_manager']);
  });

  it('moves one with the buttons, which keep the focus', async () => {
    const calls = await open({
      reviewers: ['risk_manager', 'first_line_manager', 'application_owner'],
    });
    await press('Move up: Application Owner');
    expect(chosen()).toEqual(['risk_manager', 'application_owner', 'first_line_manager']);
    expect(spoken()).toBe('Application Owner is now 2 of 3.');
    await waitFor(() => {
      expect(document.activeElement?.id).toBe('reviewer-application_owner-up');
    });
    await press('Move up: Application Owner');
    // It is the first now, so that it can only go down.
    await waitFor(() => {
      expect(document.activeElement?.id).toBe('reviewer-application_owner-down');
    });
    expect(
      screen.getByRole<HTMLButtonElement>('button', { name: 'Move up: Application Owner' })
        .disabled,
    ).toBe(true);
    expect(last(calls)?.reviewers).toEqual([
      'application_owner',
      'risk_manager',
      'first_line_manager',
    ]);
    await press('Remove: Risk Manager');
    expect(chosen()).toEqual(['application_owner', 'first_line_manager']);
    expect(spoken()).toBe('Risk Manager is removed.');
    await waitFor(() => {
      expect(document.activeElement?.id).toBe('reviewer-risk_manager-add');
    });
  });

  it('says that a Business Owner is set by hand', async () => {
    await open({ reviewers: ['risk_manager'] });
    expect(screen.queryByText(/has no known word/)).toBeNull();
    await press('Add: Business Owner');
    screen.getByText(/^BalkanID’s API has no known word for Business Owner/);
  });

  it('is put in order by dragging, and keeps the order only once it is let go', async () => {
    const calls = await open({ reviewers: ['risk_manager', 'first_line_manager'] });
    const list = document.querySelector<HTMLElement>('#reviewers ol') as HTMLElement;
    list.setPointerCapture = () => undefined;
    const rows = () => [...list.querySelectorAll<HTMLElement>(':scope > li')];
    // jsdom lays nothing out: each row is 40 high, in the order in which they stand.
    for (const row of rows()) {
      row.getBoundingClientRect = () => new DOMRect(0, rows().indexOf(row) * 40, 100, 40);
    }
    const grip = rows()[1]?.querySelector('.grip') as HTMLElement;
    const pointer = { button: 0, isPrimary: true, pointerId: 1 };
    const at = (y: number) => ({ ...pointer, clientY: y });
    await fireEvent(grip, new PointerEvent('pointerdown', { ...at(60), bubbles: true }));
    await fireEvent(list, new PointerEvent('pointermove', { ...at(5), bubbles: true }));
    expect(chosen()).toEqual(['first_line_manager', 'risk_manager']);
    expect(calls.filter(({ command }) => command === 'keep')).toHaveLength(0);
    await userEvent.keyboard('{Escape}');
    expect(chosen()).toEqual(['risk_manager', 'first_line_manager']);

    await fireEvent(grip, new PointerEvent('pointerdown', { ...at(60), bubbles: true }));
    await fireEvent(list, new PointerEvent('pointermove', { ...at(5), bubbles: true }));
    await fireEvent(list, new PointerEvent('pointerup', { ...at(5), bubbles: true }));
    expect(spoken()).toBe('First Line Manager is now 1 of 2.');
    await waitFor(() => {
      expect(last(calls)?.reviewers).toEqual(['first_line_manager', 'risk_manager']);
    });
  });
});

it('the number of reviewers is chosen, or left to BalkanID', async () => {
  const calls = await open();
  const select = screen.getByLabelText('Number of reviewers');
  expect(
    within(select)
      .getAllByRole('option', { hidden: true })
      .map((option) => option.textContent),
  ).toEqual(['Leave it to BalkanID', '1', '2', '3', '4']);
  await userEvent.selectOptions(select, '3');
  expect(last(calls)?.reviewer_count).toBe('3');
  await userEvent.selectOptions(select, 'Leave it to BalkanID');
  expect(last(calls)?.reviewer_count).toBeNull();
});

it('the ways of provisioning are left alone until they are set, and a second thought costs nothing', async () => {
  const calls = await open({ reviewers: ['risk_manager'] });
  expect(screen.queryByRole('checkbox', { name: 'SSO' })).toBeNull();
  await userEvent.click(screen.getByRole('radio', { name: 'Set it' }));
  expect(last(calls)?.provisioning).toEqual([]);
  await userEvent.click(screen.getByRole('checkbox', { name: 'Ticket' }));
  await userEvent.click(screen.getByRole('checkbox', { name: 'SSO' }));
  expect(last(calls)?.provisioning).toEqual(['sso', 'ticket']);
  await userEvent.click(screen.getByRole('radio', { name: 'Leave it as BalkanID has it' }));
  expect(last(calls)?.provisioning).toBeNull();
  await userEvent.click(screen.getByRole('radio', { name: 'Set it' }));
  await userEvent.click(screen.getByRole('checkbox', { name: 'SSO' }));
  expect(last(calls)?.provisioning).toEqual(['ticket']);
});
