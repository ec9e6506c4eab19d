import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import ProblemSummary from '../../src/components/ProblemSummary.svelte';
import { problem } from '../fake-program.ts';

it('takes the focus each time it is told, and leads to the field', async () => {
  const input = document.createElement('input');
  input.id = 'primary-owner';
  document.body.append(input);
  const problems = () => [problem({ field: 'primary-owner', message: 'No owner is given.' })];

  const { rerender } = render(ProblemSummary, { problems: problems() });
  expect(document.activeElement).toBe(screen.getByRole('alert'));

  await userEvent.click(screen.getByRole('link', { name: 'No owner is given.' }));
  expect(document.activeElement).toBe(input);

  await rerender({ problems: problems() });
  expect(document.activeElement).toBe(screen.getByRole('alert'));
  input.remove();
});
