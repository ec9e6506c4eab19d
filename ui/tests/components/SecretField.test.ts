import { fireEvent, render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it, vi } from 'vitest';

import SecretField from '../../src/components/SecretField.svelte';
import type { SecretJson } from '../../src/ipc/index.ts';

const SECRET = 'ATCTT3xFfGN0notARealToken1111';

const held: SecretJson = {
  slot: 'workspace_token',
  label: 'Workspace access token',
  held: 'in_memory',
  last_four: '1111',
  since: '2026-11-25T14:02:00',
};

function field(over: { secret?: SecretJson | null; isRefused?: boolean } = {}) {
  const onsecret = vi.fn(() => Promise.resolve(over.isRefused !== true));
  const rendered = render(SecretField, {
    id: 'workspace_token',
    label: 'Workspace access token',
    secret: over.secret ?? null,
    onsecret,
  });
  return { ...rendered, onsecret };
}

/** Everything that the page holds: its markup and what stands in its inputs. */
function everything(container: Element): string {
  const typed = [...container.querySelectorAll('input')].map((input) => input.value);
  return [container.outerHTML, ...typed].join('\n');
}

describe('a secret leaves the field', () => {
  it('at once when it is pasted', async () => {
    const { container, onsecret } = field();
    const input = screen.getByLabelText('Workspace access token');
    await fireEvent.paste(input, { clipboardData: { getData: () => SECRET } });
    expect(onsecret).toHaveBeenCalledExactlyOnceWith(SECRET);
    expect(everything(container)).not.toContain(SECRET);
  });

  it('with Enter when it is typed, and the page is not submitted', async () => {
    const { container, onsecret } = field();
    const input = screen.getByLabelText('Workspace access token');
    await userEvent.type(input, SECRET);
    const wasLetThrough = await fireEvent.keyDown(input, { key: 'Enter' });
    expect(wasLetThrough).toBe(false);
    expect(onsecret).toHaveBeenCalledExactlyOnceWith(SECRET);
    expect(everything(container)).not.toContain(SECRET);
  });

  it('when the field is left', async () => {
    const { container, onsecret } = field();
    await userEvent.type(screen.getByLabelText('Workspace access token'), SECRET);
    await userEvent.tab();
    await userEvent.tab();
    expect(onsecret).toHaveBeenCalledExactlyOnceWith(SECRET);
    expect(everything(container)).not.toContain(SECRET);
  });
});

it('Escape loses nothing that was typed', async () => {
  field();
  const input = screen.getByLabelText<HTMLInputElement>('Workspace access token');
  await userEvent.type(input, 'half{Escape}');
  expect(input.value).toBe('half');
});

it('what is typed is masked until it is asked to be shown', async () => {
  field();
  const input = screen.getByLabelText<HTMLInputElement>('Workspace access token');
  expect(input.type).toBe('password');
  await userEvent.click(screen.getByRole('button', { name: 'Show Workspace access token' }));
  expect(input.type).toBe('text');
});

it('a secret that is held shows its last four characters, and can be replaced', async () => {
  const { onsecret } = field({ secret: held });
  expect(screen.getByText('•••• 1111, pasted 14:02')).toBeTruthy();
  await userEvent.click(screen.getByRole('button', { name: 'Replace Workspace access token' }));
  const input = screen.getByLabelText('Workspace access token');
  expect(document.activeElement).toBe(input);
  await userEvent.click(screen.getByRole('button', { name: 'Keep the one from before' }));
  expect(screen.getByText('•••• 1111, pasted 14:02')).toBeTruthy();
  expect(onsecret).not.toHaveBeenCalled();
});

it('a field in which a secret was refused goes on asking', async () => {
  field({ secret: held, isRefused: true });
  await userEvent.click(screen.getByRole('button', { name: 'Replace Workspace access token' }));
  const input = screen.getByLabelText('Workspace access token');
  await fireEvent.paste(input, { clipboardData: { getData: () => 'a b' } });
  expect(screen.getByLabelText('Workspace access token')).toBe(input);
});

it('a secret that is not wanted can be removed again, one in the keychain cannot', async () => {
  const ondrop = vi.fn();
  const props = { id: 'key', label: 'API key ID', onsecret: () => Promise.resolve(true), ondrop };
  const { rerender } = render(SecretField, { ...props, secret: held });
  await userEvent.click(screen.getByRole('button', { name: 'Remove API key ID' }));
  expect(ondrop).toHaveBeenCalledOnce();
  await rerender({ secret: { ...held, held: 'in_keychain' } });
  expect(screen.queryByRole('button', { name: 'Remove API key ID' })).toBeNull();
});

it('the focus stays on the field when what stands in it changes', async () => {
  const props = { id: 'workspace_token', label: 'Workspace access token', secret: null };
  let take: () => Promise<void> = () => Promise.resolve();
  const onsecret = async () => {
    await take();
    return true;
  };
  const { rerender } = render(SecretField, { ...props, onsecret });
  take = () => rerender({ secret: held });
  const input = screen.getByLabelText('Workspace access token');
  input.focus();
  await fireEvent.paste(input, { clipboardData: { getData: () => SECRET } });
  const group = await screen.findByRole('group', { name: 'Workspace access token' });
  await vi.waitFor(() => {
    expect(document.activeElement).toBe(group);
  });
});
