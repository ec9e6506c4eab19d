/** Cards for tests of the first page. */
import { render, screen } from '@testing-library/svelte';

import App from '../../src/App.svelte';
import type {
  CheckEventJson,
  ExpiryJson,
  HomeJson,
  ProfileJson,
  RotateJson,
} from '../../src/ipc/index.ts';
import { fakeProgram, home, type Calls } from '../fake-program.ts';

export function profile(over: Partial<ProfileJson> = {}): ProfileJson {
  return {
    workspace: 'acme',
    account: 'ada@acme.example',
    extraction: 'direct',
    verdict: 'ready',
    checked_at: '2026-11-03T09:00:00Z',
    balkanid: null,
    integration_id: null,
    under_way: null,
    expiries: [],
    kept_previous: [],
    outdated_at_balkanid: [],
    ...over,
  };
}

export function expiry(slot: string, day: string, left: number): ExpiryJson {
  const label = slot === 'account' ? 'Account API token' : 'Workspace access token';
  return { slot, label, day, days_left: left, soon: left <= 30 };
}

export function rotated(over: Partial<RotateJson> = {}): RotateJson {
  return {
    schema: 'bbsetup.rotate/1',
    workspace: 'acme',
    slots: ['account'],
    replaced: true,
    problems: [],
    report: null,
    profile: profile({ kept_previous: ['account'], outdated_at_balkanid: ['account'] }),
    ...over,
  };
}

/** Opens the window on its first page with these cards; answers with every call that was made. */
export async function openHome(
  profiles: ProfileJson[],
  answers: Parameters<typeof fakeProgram>[0] = {},
  over: Partial<HomeJson> = {},
): Promise<Calls> {
  const calls = fakeProgram({
    home: () => home({ profiles, ...over }),
    cancel: () => null,
    suggested_path: ({ format }) => `/tmp/acme.${String(format)}`,
    ...answers,
  });
  render(App);
  await screen.findByRole('heading', { level: 1, name: 'Your set-ups' });
  return calls;
}

/** The card of a workspace. */
export function card(workspace = 'acme'): HTMLElement {
  const found = document.querySelector<HTMLElement>(`[data-profile="${workspace}"]`);
  if (found === null) throw new Error(`There is no card of ${workspace}.`);
  return found;
}

/** What was called by a name. */
export const called = (calls: Calls, name: string) =>
  calls.filter(({ command }) => command === name).map((call) => call.called);

/** A call that streams, and ends when the test says so. */
export function streaming<Event = CheckEventJson, End = unknown>() {
  let tell: (event: Event) => void = () => undefined;
  let end: (told: End) => void = () => undefined;
  let fail: (thrown: unknown) => void = () => undefined;
  return {
    answer: ({ events }: { events: { onmessage: unknown } }) => {
      tell = events.onmessage as typeof tell;
      return new Promise<End>((resolve, reject) => {
        end = resolve;
        fail = reject;
      });
    },
    tell: (event: Event) => {
      tell(event);
    },
    end: (told: End) => {
      end(told);
    },
    fail: (thrown: unknown) => {
      fail(thrown);
    },
  };
}
