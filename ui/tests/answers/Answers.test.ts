import { screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import { problem } from '../fake-program.ts';
import { openPage } from '../open-page.ts';

const lines = [
  { label: 'Workspace', value: 'acme', step: 'workspace' },
  { label: 'Primary Application owner', value: '–', step: 'balkanid' },
];
const missing = problem({
  field: 'primary-owner',
  message: 'The Primary Application owner is missing.',
});

it('does not go on while something is missing, and leads to where it is typed', async () => {
  const calls = await openPage('answers', { answers: () => ({ lines, problems: [missing] }) });
  await userEvent.click(await screen.findByRole('button', { name: 'Save and submit' }));
  expect(calls.some(({ command }) => command === 'answer')).toBe(false);
  expect(document.activeElement?.textContent).toContain('One thing is needed');
  await userEvent.click(screen.getByRole('button', { name: missing.message }));
  await screen.findByRole('heading', { level: 1, name: 'Title of balkanid' });
});

it('goes on with a warning', async () => {
  const warning = problem({ severity: 'warning', message: 'Worth knowing.' });
  await openPage('answers', { answers: () => ({ lines, problems: [warning] }), plan: () => null });
  screen.getByText('Worth knowing.');
  await userEvent.click(screen.getByRole('button', { name: 'Save and submit' }));
  await screen.findByRole('heading', { level: 1, name: 'Title of submit' });
});

it('names for each line what its button changes', async () => {
  await openPage('answers', { answers: () => ({ lines, problems: [] }) });
  await userEvent.click(await screen.findByRole('button', { name: /^Change\s*Workspace$/ }));
  await screen.findByRole('heading', { level: 1, name: 'Title of workspace' });
});
