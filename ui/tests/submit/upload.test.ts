import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import type {
  ExtractionJson,
  HandOverJson,
  PlanJson,
  SubmitEventJson,
  SubmitJson,
  UploadEventJson,
  UploadJson,
  UploadStateJson,
} from '../../src/ipc/index.ts';
import {
  after,
  fileStages,
  finished,
  isSending,
  spoken,
  submitting,
} from '../../src/steps/submit/stages.ts';
import { emptyDraft, home, problem, progress, type Calls } from '../fake-program.ts';
import { called, streaming } from '../home/fixture.ts';
import { openPage } from '../open-page.ts';
import { assisted, looked, plan, submitted } from './fixture.ts';

const confirm = 'Save to keychain and submit to BalkanID';
const saved = 'I have saved it in BalkanID';
const unfit = problem({
  code: 'files_unfit',
  title: 'The files have problems',
  field: 'files',
  message: 'The files have 3 errors. Nothing was sent.',
  seen: ['row 7: The row has 7 cells.'],
  hints: ['See each with bbsetup validate, then go on.'],
});

/** The last step of a set-up that is fed by files. */
function open(
  extraction: ExtractionJson,
  told: () => PlanJson,
  answers: NonNullable<Parameters<typeof openPage>[1]> = {},
): Promise<Calls> {
  const draft = { ...emptyDraft, workspace: 'acme', extraction };
  const now = () => progress({ draft, workspace: 'acme', current: 'submit' });
  return openPage('submit', {
    home: () => home({ unfinished: now() }),
    resume: now,
    progress: now,
    plan: told,
    ...answers,
  });
}

function sent(entities: UploadStateJson, relations: UploadStateJson, notes: string[] = []) {
  const upload: UploadJson = {
    schema: 'bbsetup.upload/1',
    tenant: 'Acme',
    app_id: 'a-1',
    integration_id: 'bitbucket/01H',
    files: [
      { name: 'entities.csv', bytes: 40_000_000, sha256: null, state: entities, attempts: 1 },
      { name: 'entity_relations.csv', bytes: 1, sha256: null, state: relations, attempts: 0 },
    ],
    notes,
    problems: [],
  };
  return upload;
}

const stage = (name: string): UploadEventJson => ({ event: 'stage', stage: name, text: name });
const row = (name: string) => document.querySelector<HTMLElement>(`[data-stage="${name}"]`);
const state = (name: string) => row(name)?.dataset['state'] ?? null;

describe('Files that are not fit', () => {
  it.each<[ExtractionJson, PlanJson]>([
    ['automated_upload', plan({ problems: [unfit] })],
    ['manual_upload', assisted({ problems: [unfit] })],
  ])('are not submitted (%s)', async (extraction, told) => {
    let now = told;
    const calls = await open(extraction, () => now);
    const panel = await screen.findByRole('group', { name: 'The files have problems' });
    within(panel).getByText('row 7: The row has 7 cells.');
    expect(panel.textContent).not.toContain('bbsetup validate');
    expect(document.getElementById('submit')).toBeNull();
    expect(screen.queryByText(/^Fill in BalkanID’s form/)).toBeNull();
    now = { ...told, problems: [], files: looked() };
    await userEvent.click(screen.getByRole('button', { name: 'Look again' }));
    await screen.findByText(/nothing is in the way\.$/);
    expect(document.getElementById('submit')).not.toBeNull();
    expect(called(calls, 'plan')).toHaveLength(2);
  });

  it('lead to where every row can be seen', async () => {
    await open('automated_upload', () => plan({ problems: [unfit] }));
    await userEvent.click(await screen.findByRole('button', { name: 'See every row' }));
    await screen.findByRole('heading', { level: 1, name: 'Title of balkanid' });
  });
});

it('Automated upload says what is sent, and is not done by hand', async () => {
  await open('automated_upload', () => plan({ files: looked() }));
  await screen.findByText(
    'Files (41 MB): 431 entities and 1 000 relations, nothing is in the way.',
  );
  expect(screen.queryByRole('button', { name: /by hand instead$/ })).toBeNull();
});

describe('Manual upload', () => {
  const hand: HandOverJson = {
    to: 'support@balkan.id',
    subject: 'Manual file upload: Bitbucket workspace acme',
    text: 'Attached are\n- entities.csv',
    files: looked().files,
  };

  it('hands the words over for the team, then the form, and says who loads the files', async () => {
    const calls = await open(
      'manual_upload',
      () => assisted({ hand_over: hand, files: looked() }),
      {
        copy_text: () => null,
        submit: () => submitted({ route: 'assisted', integration_id: null }),
      },
    );
    const region = await screen.findByRole('region', { name: 'Send the files to BalkanID’s team' });
    for (const name of ['Address', 'Subject', 'Text']) within(region).getByText(name);
    for (const copy of within(region).getAllByRole('button')) await userEvent.click(copy);
    expect(called(calls, 'copy_text').map(({ text }) => text)).toEqual([
      hand.to,
      hand.subject,
      hand.text,
    ]);
    within(region).getByText('/csv/entities.csv');
    within(region).getByText('/csv/entity_relations.csv');
    const form = screen.getByRole('region', { name: 'Fill in BalkanID’s form' });
    expect(region.compareDocumentPosition(form)).toBe(Node.DOCUMENT_POSITION_FOLLOWING);
    await userEvent.click(screen.getByRole('button', { name: saved }));
    await screen.findByText(/^BalkanID’s team loads the files in its own time/);
    await userEvent.click(screen.getByRole('button', { name: 'Continue' }));
    await screen.findByRole('heading', { level: 1, name: 'Title of done' });
    screen.getByText(/^BalkanID’s team loads the files in its own time/);
  });
});

describe('Automated upload', () => {
  async function begun() {
    const run = streaming<SubmitEventJson, SubmitJson>();
    const calls = await open('automated_upload', () => plan({ files: looked() }), {
      submit: run.answer,
    });
    await userEvent.click(await screen.findByRole('button', { name: confirm }));
    const tell = (upload: UploadEventJson) => {
      run.tell({ event: 'upload', upload });
    };
    return { calls, run, tell };
  }

  it('shows how much of each file is there, and an attempt that broke', async () => {
    const { tell } = await begun();
    expect(state('sync')).toBeNull();
    for (const name of ['validate', 'key', 'entities', 'relations']) {
      expect(state(name)).toBe('to_come');
    }
    screen.getByText('Send the entities');
    tell(stage('entities'));
    tell({ event: 'sent', name: 'entities.csv', bytes: 12_345_678, of: 40_000_000 });
    const bar = await screen.findByRole('progressbar', { name: 'entities.csv' });
    expect(bar.getAttribute('aria-valuenow')).toBe('30');
    expect(bar.getAttribute('aria-valuetext')).toBe('12.3 of 40 MB');
    within(row('entities') as HTMLElement).getByText(/12\.3 of 40 MB/);
    tell({ event: 'again', name: 'entities.csv', problem: problem({ message: 'It broke off.' }) });
    tell({ event: 'sent', name: 'entities.csv', bytes: 0, of: 40_000_000 });
    await screen.findByText(/^An attempt broke, .*: It broke off\.$/);
    expect(bar.getAttribute('aria-valuenow')).toBe('0');
    tell({ event: 'stage_done', stage: 'entities', text: 'The storage took it.' });
    await screen.findByText('The storage took it.');
    expect(screen.queryByRole('progressbar')).toBeNull();
  });

  it('that failed is gone on with, and what is there is not sent again', async () => {
    const { calls, run, tell } = await begun();
    tell(stage('entities'));
    tell({ event: 'stage_done', stage: 'entities', text: 'The storage took it.' });
    tell(stage('relations'));
    const refused = problem({ title: 'The storage refused', message: 'It answered 403.' });
    run.end(submitted({ upload: sent('done', 'failed'), problems: [refused] }));
    await screen.findByRole('heading', {
      name: 'BalkanID took the integration, and not all of the files.',
    });
    screen.getByText('It answered 403.');
    expect([state('entities'), state('relations')]).toEqual(['done', 'stopped']);
    expect(screen.queryByRole('button', { name: 'Check again' })).toBeNull();
    await userEvent.click(screen.getByRole('button', { name: 'Submit again' }));
    await userEvent.click(await screen.findByRole('button', { name: confirm }));
    expect(called(calls, 'submit')).toHaveLength(2);
    tell(stage('relations'));
    await within(row('entities') as HTMLElement).findByText('Already sent.');
    expect(state('entities')).toBe('done');
    run.end(submitted({ upload: sent('already_done', 'done', ['It reads in its own time.']) }));
    await screen.findByText('It reads in its own time.');
    screen.getByText('Already sent.');
    screen.getByRole('button', { name: 'Continue' });
  });

  it('can be stopped while a file is sent, which is no fault', async () => {
    const { calls, run, tell } = await begun();
    expect(screen.queryByRole('button', { name: 'Cancel' })).toBeNull();
    tell(stage('entities'));
    await userEvent.click(await screen.findByRole('button', { name: 'Cancel' }));
    expect(called(calls, 'cancel')).toHaveLength(1);
    const stopped = problem({ code: 'cancelled', title: 'Stopped before the answer' });
    run.end(submitted({ upload: sent('failed', 'not_sent'), problems: [stopped] }));
    await screen.findByRole('heading', { name: /^The sending was stopped\./ });
    expect(screen.queryByText('Stopped before the answer')).toBeNull();
    screen.getByText(/^Submit again sends what is missing/);
    await waitFor(() => {
      expect(state('relations')).toBe('not_sent');
    });
    within(row('relations') as HTMLElement).getByText('Not sent');
  });
});

describe('The stages', () => {
  it('are of the files that there are, and of no others', () => {
    const relations = looked().files.slice(1);
    expect(fileStages('api', looked({ files: relations }))).toEqual(['relations']);
    expect(fileStages('assisted', looked())).toEqual([]);
    expect(fileStages('api', null)).toEqual([]);
    const names = submitting('api', ['relations']).stages.map(({ name }) => name);
    expect(names).toEqual(['keychain', 'upload', 'find', 'validate', 'key', 'relations', 'watch']);
  });

  it('sending is over once BalkanID is watched', () => {
    let submission = submitting('api', ['entities', 'relations']);
    submission = after(submission, { event: 'upload', upload: stage('entities') });
    expect(isSending(submission)).toBe(true);
    expect(spoken(submission)).toBe('entities.');
    submission = after(submission, {
      event: 'upload',
      upload: { event: 'stage_done', stage: 'entities', text: '' },
    });
    submission = after(submission, { event: 'stage', stage: 'watch', text: 'Waiting' });
    expect(isSending(submission)).toBe(false);
  });

  it('a problem with every file there is one of another kind', () => {
    const upload = sent('done', 'already_done');
    const ended = finished(
      submitting('api', ['entities']),
      submitted({ upload, problems: [unfit] }),
    );
    expect(ended.end).toBe('written_with_problems');
  });
});
