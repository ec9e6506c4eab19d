import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect, it } from 'vitest';

import PasteField from '../../src/components/PasteField.svelte';

const SECRET = 'ATCTT3xFfGN0notARealToken1111';

function field() {
  const props = { id: 'account_token', label: 'New account API token', hint: 'It is checked.' };
  const { component, container } = render(PasteField, props);
  const input = screen.getByLabelText<HTMLInputElement>('New account API token');
  return { component, container, input };
}

it('gives what was pasted once, and holds nothing of it then', async () => {
  const { component, container, input } = field();
  await userEvent.click(input);
  await userEvent.paste(SECRET);
  await userEvent.click(screen.getByRole('button', { name: 'Show New account API token' }));
  expect(input.type).toBe('text');
  expect(component.take()).toBe(SECRET);
  expect(container.outerHTML + input.value).not.toContain(SECRET);
  expect(component.take()).toBeNull();
  // What is pasted next is masked again.
  await screen.findByText('Paste the new token first.');
  expect(input.type).toBe('password');
});

it('an input that leaves the page takes nothing with it', async () => {
  const props = { id: 'account_token', label: 'New account API token', hint: 'It is checked.' };
  const { unmount } = render(PasteField, props);
  const input = screen.getByLabelText<HTMLInputElement>('New account API token');
  await userEvent.type(input, SECRET);
  unmount();
  expect(input.value).toBe('');
});
