import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import type { DraftJson, ExtractionJson, StepAnswerJson } from '../../src/ipc/index.ts';
import { emptyDraft, home, keychain, problem, progress, type Calls } from '../fake-program.ts';
import { openPage } from '../open-page.ts';

/** A program that keeps what it is told, for the page on which that is looked at. */
function keeping(draft: DraftJson): Record<string, (called: { draft: DraftJson }) => unknown> {
  let kept = draft;
  const now = () => progress({ draft: kept, current: 'balkanid', workspace: 'acme' });
  const keep = ({ draft }: { draft: DraftJson }): StepAnswerJson => {
    kept = draft;
    return { progress: now(), problems: [], seen: null };
  };
  return {
    home: () => home({ unfinished: now() }),
    resume: now,
    progress: now,
    keep,
    answer: keep,
  };
}

const open = (over: Partial<DraftJson> = {}): Promise<Calls> =>
  openPage('balkanid', keeping({ ...emptyDraft, workspace: 'acme', ...over }));
const radio = (name: string) => screen.getByRole<HTMLInputElement>('radio', { name });
const field = (label: RegExp) => screen.queryByLabelText<HTMLInputElement>(label);
const lastKept = (calls: Calls) =>
  calls.filter(({ command }) => command === 'keep').at(-1)?.called.draft;

describe('Extraction Type', () => {
  it('offers all four in BalkanID’s words, each with what it means', async () => {
    await open();
    const types = within(screen.getByRole('group', { name: 'Extraction Type' })).getAllByRole(
      'radio',
    );
    expect(types.map((type) => (type as HTMLInputElement).labels?.[0]?.textContent)).toEqual([
      'Direct integration',
      'SCIM integration',
      'Manual file upload',
      'Automated upload using API',
    ]);
    expect(radio('Direct integration').checked).toBe(true);
    const about = radio('SCIM integration').getAttribute('aria-describedby') ?? '';
    expect(document.getElementById(about)?.textContent).toBe('What SCIM integration means.');
  });

  it.each<[ExtractionJson, string[]]>([
    ['direct', []],
    ['scim', ['scim-url', 'scim-user', 'scim_token']],
    ['manual_upload', ['files']],
    ['automated_upload', ['files']],
  ])('%s asks for what it needs and for nothing else', async (extraction, ids) => {
    await open({ extraction });
    for (const id of ['scim-url', 'scim-user', 'scim_token', 'files']) {
      expect([id, document.getElementById(id) !== null]).toEqual([id, ids.includes(id)]);
    }
    // An address of BalkanID's matters to each of them, with a key.
    expect(field(/^BalkanID REST base/)).not.toBeNull();
  });

  it('is kept at once, and says how many steps there now are', async () => {
    const calls = await open();
    screen.getByText('This set-up has 9 steps, the two tokens of Bitbucket among them.');
    await userEvent.click(radio('Manual file upload'));
    const said = await screen.findByText(/^This set-up has 4 steps\./);
    expect(said.getAttribute('aria-live')).toBe('polite');
    screen.getByText('Step 2 of 4');
    expect(lastKept(calls)?.extraction).toBe('manual_upload');
  });

  it('keeps what was typed for another', async () => {
    const calls = await open({ extraction: 'scim' });
    await userEvent.type(await screen.findByLabelText(/^SCIM base URL/), 'https://scim.example');
    await userEvent.click(radio('Manual file upload'));
    await userEvent.type(screen.getByLabelText(/^Folder with the CSV files/), '/tmp/csv');
    await userEvent.click(radio('SCIM integration'));
    expect(field(/^SCIM base URL/)?.value).toBe('https://scim.example');
    await waitFor(() => {
      expect(lastKept(calls)).toMatchObject({
        extraction: 'scim',
        scim_url: 'https://scim.example',
        files: '/tmp/csv',
      });
    });
  });

  it('calls the secret of a SCIM server a password once there is a user name', async () => {
    const held: [unknown, unknown][] = [];
    await openPage('balkanid', {
      ...keeping({ ...emptyDraft, extraction: 'scim' }),
      hold_secret: (called) => {
        held.push([called['slot'], called['secret']]);
        return {
          progress: progress({ draft: { ...emptyDraft, extraction: 'scim' }, current: 'balkanid' }),
          problems: [problem({ field: 'scim_token', message: 'It is broken.' })],
          seen: null,
        };
      },
    });
    const token = await screen.findByLabelText('SCIM bearer token');
    await userEvent.type(token, 'a b{Enter}');
    await screen.findByText('It is broken.');
    expect(held).toEqual([['scim_token', 'a b']]);
    await userEvent.type(screen.getByLabelText(/^SCIM user name/), 'svc');
    expect(field(/^SCIM password$/)?.id).toBe('scim_token');
    expect(field(/^SCIM bearer token/)).toBeNull();
  });

  it('tries the keychain once, although two places ask for a secret', async () => {
    const draft = { ...emptyDraft, extraction: 'scim' as const };
    const unproved = { ...keychain, proved: false };
    const unfinished = progress({ draft, current: 'balkanid' });
    const broken = problem({ code: 'vault_unavailable', title: 'No keychain answers' });
    const calls = await openPage('balkanid', {
      ...keeping(draft),
      home: () => home({ keychain: unproved, unfinished }),
      probe_keychain: () => ({ ...unproved, problem: broken }),
      use_memory_only: () => ({ ...unproved, memory_only: true }),
    });
    expect(await screen.findAllByText('No keychain answers')).toHaveLength(1);
    expect(calls.filter(({ command }) => command === 'probe_keychain')).toHaveLength(1);
    expect(document.getElementById('scim_token')).toBeNull();
    expect(document.getElementById('balkanid_key_id')).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Go on for this process only' }));
    await screen.findByLabelText('SCIM bearer token');
    expect(document.getElementById('balkanid_key_id')).not.toBeNull();
  });
});

describe('API key', () => {
  it('may be left out where BalkanID’s form can be filled in by hand', async () => {
    await open({ extraction: 'manual_upload' });
    await screen.findByLabelText('API key ID (optional)');
    screen.getByLabelText('API key secret (optional)');
    screen.getByText(/^With this type BalkanID’s form is filled in by hand/);
  });

  it('is needed for an automated upload', async () => {
    await open({ extraction: 'automated_upload' });
    await screen.findByLabelText('API key ID');
    screen.getByLabelText('API key secret');
    screen.getByText('Automated upload goes through BalkanID’s API, so that it needs a key.');
  });
});

it('the first page leads to another type before any token is made', async () => {
  await openPage('service_account');
  const line = screen.getByText(/^This set-up is a/);
  expect(line.textContent).toContain('Direct integration: BalkanID reads Bitbucket itself.');
  await userEvent.click(screen.getByRole('button', { name: 'Another extraction type' }));
  await screen.findByRole('heading', { level: 1, name: 'Title of balkanid' });
});
