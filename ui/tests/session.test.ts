import { describe, expect, it } from 'vitest';

import { Session } from '../src/session.svelte.ts';
import { emptyDraft, fakeProgram, guide, home, problem, progress } from './fake-program.ts';
import { called, profile } from './home/fixture.ts';
import { submitted } from './submit/fixture.ts';

async function begun(step: 'workspace' | 'api_url' | 'workspace_token' | 'account') {
  const session = new Session();
  await session.start();
  await session.begin(null, step);
  return session;
}

describe('Continue', () => {
  it('goes on to the next step once nothing is wrong', async () => {
    const calls = fakeProgram();
    const session = await begun('workspace');
    session.draft.workspace = 'acme';
    await session.continue();
    expect(session.page).toBe('api_url');
    expect(session.guide?.title).toBe('Title of api_url');
    const answer = calls.find(({ command }) => command === 'answer');
    expect(answer?.called).toMatchObject({ step: 'workspace', draft: { workspace: 'acme' } });
  });

  it('stays, and keeps what was typed, where the answer cannot be read', async () => {
    fakeProgram({
      answer: ({ draft }) => ({
        progress: progress({ draft }),
        problems: [problem({ field: 'workspace', message: 'Not like this.' })],
        seen: null,
      }),
    });
    const session = await begun('workspace');
    session.draft.workspace = 'Acme Corporation';
    await session.continue();
    expect(session.page).toBe('workspace');
    expect(session.draft.workspace).toBe('Acme Corporation');
    expect(session.problemsOfField('workspace').map(({ message }) => message)).toEqual([
      'Not like this.',
    ]);
  });

  it('does not move a window that has gone elsewhere meanwhile', async () => {
    let answerNow: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answerNow = resolve));
    fakeProgram({
      answer: async ({ draft }) => {
        await answered;
        return { progress: progress({ draft }), problems: [], seen: null };
      },
    });
    const session = await begun('workspace');
    const continuing = session.continue();
    const going = session.go('account');
    answerNow();
    await Promise.all([continuing, going]);
    expect(session.page).toBe('account');
  });

  it('waits for a secret that is being handed over, and stays where it is refused', async () => {
    fakeProgram({
      hold_secret: () => ({
        progress: progress(),
        problems: [problem({ field: 'workspace_token', message: 'It is broken.' })],
        seen: null,
      }),
    });
    const session = await begun('workspace_token');
    void session.hold('workspace_token', 'a b');
    await session.continue();
    expect(session.page).toBe('workspace_token');
    expect(session.summary.map(({ message }) => message)).toEqual(['It is broken.']);
  });
});

describe('A set-up that needs no tokens', () => {
  const draft = { ...emptyDraft, workspace: 'acme', extraction: 'scim' as const };

  it('goes from the workspace to BalkanID, and back', async () => {
    fakeProgram({
      begin: () => progress({ draft }),
      keep: () => ({ progress: progress({ draft }), problems: [], seen: null }),
      answer: () => ({ progress: progress({ draft }), problems: [], seen: null }),
    });
    const session = await begun('workspace');
    await session.continue();
    expect(session.page).toBe('balkanid');
    await session.back();
    expect(session.page).toBe('workspace');
    await session.back();
    expect(session.page).toBe('home');
  });

  it('is one from the answer on that makes it one', async () => {
    fakeProgram({
      answer: () => ({ progress: progress({ draft }), problems: [], seen: null }),
    });
    const session = await begun('workspace');
    await session.continue();
    expect(session.page).toBe('balkanid');
  });

  it('is taken up on a step that it needs', async () => {
    const unfinished = progress({ draft, current: 'service_account' });
    fakeProgram({ home: () => home({ unfinished }), resume: () => unfinished });
    const session = new Session();
    await session.start();
    await session.resume();
    expect(session.page).toBe('workspace');
  });
});

describe('What was seen of an answer', () => {
  it('is told on the next page, with what could not be told', async () => {
    const warning = problem({ code: 'unreachable', severity: 'warning', field: 'api-url' });
    fakeProgram({
      answer: ({ draft }) => ({
        progress: progress({ draft }),
        problems: [warning],
        seen: 'Bitbucket answers at api.bitbucket.org',
      }),
    });
    const session = await begun('api_url');
    await session.continue();
    expect(session.page).toBe('workspace_token');
    expect(session.seen).toBe('Bitbucket answers at api.bitbucket.org');
    expect(session.otherProblems).toEqual([warning]);
    await session.back();
    expect(session.seen).toBeNull();
  });
});

describe('What was typed', () => {
  it('is kept on going back, and the set-up is taken up on the same step', async () => {
    const calls = fakeProgram();
    const session = await begun('api_url');
    session.draft.api_url = 'https://api.bitbucket.org';
    await session.back();
    expect(session.page).toBe('workspace');
    expect(session.draft.api_url).toBe('https://api.bitbucket.org');
    const kept = calls.find(({ command }) => command === 'keep');
    expect(kept?.called).toMatchObject({
      step: 'api_url',
      draft: { api_url: 'https://api.bitbucket.org' },
    });
  });

  it('is not written over by the answer to what was typed before it', async () => {
    let answerNow: () => void = () => undefined;
    const answered = new Promise<void>((resolve) => (answerNow = resolve));
    fakeProgram({
      keep: async ({ draft }) => {
        await answered;
        return { progress: progress({ draft }), problems: [], seen: null };
      },
    });
    const session = await begun('workspace');
    session.draft.workspace = 'ac';
    const keeping = session.keep();
    session.draft.workspace = 'acme';
    answerNow();
    await keeping;
    expect(session.draft.workspace).toBe('acme');
  });

  it('is forgotten where it was a token in a field for something else', async () => {
    fakeProgram({
      keep: () => ({ progress: progress({ draft: emptyDraft }), problems: [], seen: null }),
    });
    const session = await begun('workspace');
    session.draft.workspace = 'ATATT3xFfGF0notARealToken';
    await session.keep();
    expect(session.draft.workspace).toBeNull();
  });
});

it('a guide that arrives after another page was asked for is dropped', async () => {
  let guideNow: () => void = () => undefined;
  const told = new Promise<void>((resolve) => (guideNow = resolve));
  fakeProgram({
    guide: async ({ step }) => {
      if (step === 'account') await told;
      return guide(step);
    },
  });
  const session = await begun('workspace');
  const slow = session.go('account');
  const fast = session.go('api_url');
  guideNow();
  await Promise.all([slow, fast]);
  expect(session.page).toBe('api_url');
  expect(session.guide?.step).toBe('api_url');
});

it('a program that does not answer is a problem with words, and the window stays', async () => {
  fakeProgram({
    guide: () => {
      throw new Error('gone');
    },
  });
  const session = new Session();
  await session.start();
  await session.begin(null);
  expect(session.page).toBe('home');
  expect(session.problems[0]?.message).not.toBe('');
  expect(session.problems[0]?.causes).toEqual(['Error: gone']);
});

it('practice values fill the inputs of the page and no others', async () => {
  const values = [
    { input: 'workspace', label: 'Workspace', value: 'acme' },
    { input: 'account', label: 'Account', value: 'svc@acme.example' },
    { input: 'account_token', label: 'API token', value: 'practice-2222' },
  ];
  const calls = fakeProgram({
    home: () => home({ practice: { bitbucket_url: 'http://127.0.0.1:7990', values } }),
  });
  const session = await begun('account');
  await session.fillPractice();
  expect(session.draft.account).toBe('svc@acme.example');
  expect(session.draft.workspace).toBeNull();
  const held = calls.filter(({ command }) => command === 'hold_secret');
  expect(held.map(({ called }) => [called['slot'], called['secret']])).toEqual([
    ['account', 'practice-2222'],
  ]);
});

describe('A submission that runs in this window', () => {
  it('watches by itself, whatever page or set-up is opened, and is watched on after it', async () => {
    let end: () => void = () => undefined;
    const ended = new Promise<void>((resolve) => (end = resolve));
    const watched = profile({ under_way: 'watching', integration_id: 'bitbucket/01H' });
    const draft = { ...emptyDraft, workspace: 'acme' };
    let profiles: (typeof watched)[] = [];
    const calls = fakeProgram({
      home: () => home({ profiles }),
      begin: () => progress({ draft, workspace: 'acme' }),
      submit: async () => {
        await ended;
        return submitted();
      },
    });
    const session = await begun('workspace');
    const submitting = session.submit('api', { keys: null, integration: null }, []);
    profiles = [watched];
    await session.goHome();
    await session.begin('acme', 'workspace');
    await session.goHome();
    expect(called(calls, 'watch_on')).toHaveLength(0);
    end();
    await submitting;
    await session.goHome();
    expect(called(calls, 'watch_on')).toMatchObject([{ workspace: 'acme' }]);
  });

  it('is not stopped by a check of a SCIM server or a look through files', async () => {
    const calls = fakeProgram({ submit: () => new Promise(() => undefined) });
    const session = await begun('workspace');
    void session.submit('api', { keys: null, integration: null }, []);
    await session.checkScim();
    await session.lookThroughFiles();
    expect(calls.map(({ command }) => command)).not.toContain('check_scim');
    expect(calls.map(({ command }) => command)).not.toContain('look_through_files');
  });
});

it('a check of a SCIM server and a look through files are of what is typed now', async () => {
  const calls = fakeProgram({
    check_scim: () => new Promise(() => undefined),
    look_through_files: () => null,
  });
  const session = await begun('workspace');
  session.draft.files = '/csv';
  await session.lookThroughFiles();
  session.draft.scim_url = 'https://scim.example';
  void session.checkScim();
  await expect.poll(() => calls.at(-1)?.command).toBe('check_scim');
  expect(calls.slice(-4).map(({ command }) => command)).toEqual([
    'keep',
    'look_through_files',
    'keep',
    'check_scim',
  ]);
});
