/** Opens the page that reads a workspace, from a card on the first page. */
import { render, screen } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import axe from 'axe-core';
import { expect } from 'vitest';

import App from '../../src/App.svelte';
import type { ExtractEventJson, ExtractJson, HomeJson } from '../../src/ipc/index.ts';
import { fakeProgram, home, type Calls } from '../fake-program.ts';
import { profile, streaming } from '../home/fixture.ts';
import { access, estimate, place } from './fixture.ts';

type Answers = NonNullable<Parameters<typeof fakeProgram>[0]>;

/** A reading that tells and ends when the test says so. */
export const reading = () => streaming<ExtractEventJson, ExtractJson>();

/** Answers with every call that was made. */
export async function openReading(
  answers: Answers = {},
  over: Partial<HomeJson> = {},
): Promise<Calls> {
  const calls = fakeProgram({
    home: () => home({ profiles: [profile()], ...over }),
    reading_place: ({ folder }) => place(typeof folder === 'string' ? { folder } : {}),
    estimate: () => estimate(),
    stop_reading: () => null,
    access: () => access(),
    ...answers,
  });
  render(App);
  await press('Read the workspace');
  await screen.findByRole('heading', { level: 1, name: 'Read the workspace' });
  return calls;
}

/** Presses a button, once it can be pressed. */
export async function press(name: string): Promise<void> {
  const button = await screen.findByRole('button', { name });
  await expect.poll(() => (button as HTMLButtonElement).disabled).toBe(false);
  await userEvent.click(button);
}

/** Opens the page and begins; what comes is the test's. */
export async function begin(answers: Answers = {}): Promise<Calls> {
  const calls = await openReading(answers);
  await press('Start reading');
  return calls;
}

/** Begins a reading that ends so at once. */
export async function endsSo(extract: ExtractJson, answers: Answers = {}): Promise<Calls> {
  const calls = await begin({ extract: () => extract, ...answers });
  await screen.findByRole('region', { name: 'What was read' });
  return calls;
}

/** Axe finds nothing on the page; colours and sizes are for the real window to show. */
export async function isForEverybody(): Promise<void> {
  const found = await axe.run(document, {
    resultTypes: ['violations'],
    // Of the whole document, which a test of components has not.
    rules: {
      'color-contrast': { enabled: false },
      'html-has-lang': { enabled: false },
      'document-title': { enabled: false },
    },
  });
  expect(
    found.violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join()}`),
  ).toEqual([]);
}

/** The words of a part of the page, with a space between each two texts. */
export function words(node: Node | null | undefined): string {
  if (node == null) return '';
  const texts = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
  const all: string[] = [];
  while (texts.nextNode() !== null) all.push(texts.currentNode.textContent ?? '');
  return all.join(' ').replace(/\s+/g, ' ').trim();
}
