/** Opens the window on a page, as someone who goes on with a set-up would. */
import { render, screen, waitFor } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { expect } from 'vitest';

import App from '../src/App.svelte';
import type { ProgressJson } from '../src/ipc/index.ts';
import type { StepName } from '../src/steps.ts';
import { emptyDraft, fakeProgram, home, progress, type Calls } from './fake-program.ts';

/** The set-up that the pages after the credentials are about. */
export function atStep(current: StepName): ProgressJson {
  const draft = { ...emptyDraft, workspace: 'acme', account: 'ada@acme.example' };
  return progress({ current, draft, workspace: 'acme' });
}

/** Waits until a dialog that was closed lets the page behind it be used again. */
export async function pageIsUsable(): Promise<void> {
  await waitFor(() => {
    expect(document.body.style.pointerEvents).not.toBe('none');
  });
}

/** Answers with every call that was made. */
export async function openPage(
  step: StepName,
  answers: Parameters<typeof fakeProgram>[0] = {},
): Promise<Calls> {
  const calls = fakeProgram({
    home: () => home({ unfinished: atStep(step) }),
    resume: () => atStep(step),
    progress: () => atStep(step),
    keep: () => ({ progress: atStep(step), problems: [], seen: null }),
    answer: () => ({ progress: atStep(step), problems: [], seen: null }),
    cancel: () => null,
    ...answers,
  });
  render(App);
  await userEvent.click(await screen.findByRole('button', { name: /^Go on/ }));
  await screen.findByRole('heading', { level: 1, name: `Title of ${step}` });
  return calls;
}
