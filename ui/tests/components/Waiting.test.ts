import { render, screen } from '@testing-library/svelte';
import { tick } from 'svelte';
import { afterEach, beforeEach, expect, it, vi } from 'vitest';

import Waiting from '../../src/components/Waiting.svelte';

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

async function after(milliseconds: number) {
  vi.advanceTimersByTime(milliseconds);
  await tick();
}

it('says more the longer it takes', async () => {
  const { container } = render(Waiting, {
    text: 'Asking Bitbucket',
    why: 'The network is slow.',
    oncancel: () => undefined,
  });
  expect(container.querySelector('.spinner')).toBeNull();
  await after(300);
  expect(container.querySelector('.spinner')).not.toBeNull();
  expect(screen.queryByText('Asking Bitbucket…')).toBeNull();
  await after(700);
  expect(screen.getByText('Asking Bitbucket…')).toBeTruthy();
  expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull();
  await after(9000);
  expect(screen.getByText('The network is slow.')).toBeTruthy();
  expect(screen.getByRole('button', { name: 'Cancel' })).toBeTruthy();
});
