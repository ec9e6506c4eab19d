import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { Watches } from '../../src/home/watches.svelte.ts';
import type { ProfileJson, StatusJson, SubmitEventJson } from '../../src/ipc/index.ts';
import { fakeProgram, home, problem } from '../fake-program.ts';
import { status } from '../submit/fixture.ts';
import { called, card, openHome, profile, streaming } from './fixture.ts';

const integration_id = 'bitbucket/01H';
const watching = (over: Partial<ProfileJson> = {}) =>
  profile({ under_way: 'watching', integration_id, ...over });
const running = status('running', 'Running', '2026-11-25T14:02:11Z');
const connected = status('connected', 'Connected / Data available', '2026-11-25T14:05:00Z');

describe('A sync whose end was not seen', () => {
  it('is watched on from the start, and its card follows', async () => {
    const watch = streaming<SubmitEventJson, StatusJson>();
    let now = watching();
    const calls = await openHome([now], {
      home: () => home({ profiles: [now] }),
      watch_on: watch.answer,
    });
    expect(called(calls, 'watch_on')).toMatchObject([{ workspace: 'acme' }]);
    within(card()).getByText('BalkanID is reading.');
    watch.tell({ event: 'status', status: running });
    await within(card()).findByText('Running');
    now = profile({ integration_id, balkanid: connected });
    watch.end(connected);
    await within(card()).findByText('Connected / Data available');
    await waitFor(() => {
      expect(within(card()).queryByText('BalkanID is reading.')).toBeNull();
    });
    within(card()).getByText('BalkanID says of acme: Connected / Data available.');
    // What the card now shows was read anew, and nothing is watched twice.
    await waitFor(() => {
      expect(called(calls, 'home')).toHaveLength(2);
    });
    expect(called(calls, 'watch_on')).toHaveLength(1);
  });

  it('that went wrong says how, until BalkanID is looked at anew', async () => {
    const watch = streaming<SubmitEventJson, StatusJson>();
    await openHome([watching()], { watch_on: watch.answer, status: () => connected });
    watch.fail([problem({ code: 'timed_out', title: 'It takes long', message: 'It goes on.' })]);
    await within(card()).findByText('It goes on.');
    await userEvent.click(within(card()).getByRole('button', { name: 'Look again: acme' }));
    await within(card()).findByText('Connected / Data available');
    expect(screen.queryByText('It goes on.')).toBeNull();
  });

  it('is no sync where nothing is written yet, or nothing is known of it', async () => {
    const calls = await openHome([
      watching({ integration_id: null }),
      watching({ workspace: 'globex', under_way: 'written' }),
      watching({ workspace: 'initech', under_way: null }),
    ]);
    expect(called(calls, 'watch_on')).toHaveLength(0);
  });
});

describe('Watches', () => {
  function watches(isSubmitting: (workspace: string) => boolean = () => false) {
    const told: ProfileJson[] = [];
    const made = new Watches({
      isSubmitting,
      answered: () => undefined,
      ended: (profile) => told.push(profile),
    });
    return { made, told };
  }

  it('never are two of a workspace, also where what was seen is forgotten', async () => {
    const watch = streaming<SubmitEventJson, StatusJson>();
    const calls = fakeProgram({
      home: () => home({ profiles: [profile()] }),
      watch_on: watch.answer,
    });
    const { made, told } = watches();
    made.begin([watching()]);
    made.begin([watching()]);
    made.forget('acme');
    made.begin([watching()]);
    expect(called(calls, 'watch_on')).toHaveLength(1);
    watch.end(connected);
    await waitFor(() => {
      expect(told).toEqual([profile()]);
    });
    // Seen once, it is not watched again; something new is.
    made.begin([watching()]);
    expect(called(calls, 'watch_on')).toHaveLength(1);
    made.forget('acme');
    await waitFor(() => {
      made.begin([watching()]);
      expect(called(calls, 'watch_on')).toHaveLength(2);
    });
  });

  it('do not begin while the workspace is submitted here, and tell nothing then', async () => {
    const watch = streaming<SubmitEventJson, StatusJson>();
    const calls = fakeProgram({ watch_on: watch.answer });
    let isSubmitting = true;
    const { made } = watches(() => isSubmitting);
    made.begin([watching()]);
    expect(called(calls, 'watch_on')).toHaveLength(0);
    isSubmitting = false;
    made.begin([watching()]);
    expect(made.of('acme')).toMatchObject({ isRunning: true, status: null });
    isSubmitting = true;
    watch.tell({ event: 'status', status: running });
    await waitFor(() => {
      expect(called(calls, 'watch_on')).toHaveLength(1);
    });
    expect(made.of('acme')?.status).toBeNull();
  });
});
