import { screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import { problem } from '../fake-program.ts';
import { atStep, openPage } from '../open-page.ts';

const FIELD = /^Expiry date of this token/;

it.each([
  ['workspace_token', 'workspace_token_expires', /leave it empty where there is none/],
  ['account', 'account_token_expires', /one year at most/],
] as const)(
  'the step %s asks for the day on which its token expires',
  async (step, field, hint) => {
    const calls = await openPage(step);
    const input = await screen.findByLabelText(FIELD);
    expect([input.id, input.getAttribute('name')]).toEqual([field, field]);
    screen.getByText(hint);
    await userEvent.type(input, '2027-11-20');
    await userEvent.tab();
    await waitFor(() => {
      const kept = calls.filter(({ command }) => command === 'keep').at(-1);
      expect(kept?.called.draft[field]).toBe('2027-11-20');
    });
  },
);

it('a day that cannot be read is told beside the field, and stays as typed', async () => {
  const wrong = problem({ field: 'account_token_expires', message: 'No day is called so.' });
  const draft = { ...atStep('account').draft, account_token_expires: '20/11' };
  const told = { progress: { ...atStep('account'), draft }, problems: [wrong], seen: null };
  await openPage('account', { keep: () => told, answer: () => told });
  const input = await screen.findByLabelText<HTMLInputElement>(FIELD);
  await userEvent.type(input, '20/11');
  await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
  expect(await screen.findAllByText('No day is called so.')).toHaveLength(2);
  expect(input.value).toBe('20/11');
  expect(input.getAttribute('aria-describedby')).toContain('account_token_expires-problem');
  await userEvent.click(screen.getByRole('link', { name: 'No day is called so.' }));
  expect(document.activeElement).toBe(input);
});

it('an empty day is sent as none, and stands in nobody’s way', async () => {
  const calls = await openPage('workspace_token');
  const input = await screen.findByLabelText(FIELD);
  await userEvent.type(input, '2');
  await userEvent.clear(input);
  await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
  await screen.findByRole('heading', { level: 1, name: 'Title of account' });
  const answer = calls.find(({ command }) => command === 'answer');
  expect(answer?.called.draft.workspace_token_expires).toBeNull();
});
