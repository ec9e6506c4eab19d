import { describe, expect, it } from 'vitest';

import {
  after,
  finished,
  isWatching,
  refused,
  spoken,
  submitting,
} from '../../src/steps/submit/stages.ts';
import { problem } from '../report/fixture.ts';
import { status, submitted } from './fixture.ts';

const stage = (name: string) => ({ event: 'stage' as const, stage: name, text: `${name} runs` });
const done = (name: string) => ({ event: 'stage_done' as const, stage: name, text: `${name} ok` });

describe('a submission', () => {
  it('names every stage before the first begins', () => {
    expect(submitting('api').stages.map(({ name }) => name)).toEqual([
      'keychain',
      'upload',
      'find',
      'sync',
      'watch',
    ]);
  });

  it('fills in the stages as the events come', () => {
    let submission = after(submitting('api'), stage('keychain'));
    expect(submission.stages[0]).toEqual({
      name: 'keychain',
      state: 'running',
      text: 'keychain runs',
    });
    expect(spoken(submission)).toBe('keychain runs.');
    submission = after(submission, done('keychain'));
    expect(submission.stages[0]?.state).toBe('done');
    expect(submission.stages[1]?.state).toBe('to_come');
  });

  it('shows a stage that it did not expect', () => {
    const submission = after(submitting('assisted'), stage('sync'));
    expect(submission.stages.map(({ name }) => name)).toEqual(['keychain', 'sync']);
  });

  it('keeps each thing that BalkanID said once', () => {
    let submission = after(submitting('api'), stage('watch'));
    expect(isWatching(submission)).toBe(true);
    for (const said of [
      status('running', 'Running', '1'),
      status('running', 'Running', '2'),
      status('connected', 'Connected / Data available', '3'),
    ]) {
      submission = after(submission, { event: 'status', status: said });
    }
    expect(submission.statuses.map(({ words, seen_at }) => [words, seen_at])).toEqual([
      ['Running', '2'],
      ['Connected / Data available', '3'],
    ]);
    expect(finished(submission, submitted()).end).toBe('connected');
  });

  it('is not connected where the sync could not be started', () => {
    const sync = problem({ code: 'balkanid_refused', place: 'balkanid_integrations' });
    let submission = after(submitting('api'), stage('sync'));
    submission = finished(submission, submitted({ correlation_id: null, problems: [sync] }));
    expect(submission.end).toBe('written_with_problems');
    expect(submission.stages).toEqual([{ name: 'sync', state: 'stopped', text: 'sync runs' }]);
  });

  it('says that nothing was submitted where a stage before the write failed', () => {
    const submission = refused(after(submitting('api'), stage('keychain')), [
      problem({ code: 'vault_locked', place: 'keychain' }),
    ]);
    expect(submission.end).toBe('failed');
    expect(submission.stages[0]?.state).toBe('stopped');
    expect(spoken(submission)).toBe('Nothing was submitted.');
  });

  it('takes a stopped watch for no fault', () => {
    let submission = after(submitting('api'), { event: 'submitted', submission: submitted() });
    submission = refused(submission, [problem({ code: 'cancelled' })]);
    expect(submission.end).toBe('watching_stopped');
  });

  it('tells a failed sync from a failed submission', () => {
    let submission = after(submitting('api'), { event: 'submitted', submission: submitted() });
    expect(refused(submission, [problem({ code: 'sync_failed' })]).end).toBe(
      'written_with_problems',
    );
    expect(refused(submission, [problem({ code: 'timed_out' })]).end).toBe('not_finished');
    submission = refused(submission, [problem({ code: 'balkanid_refused' })]);
    expect(submission.end).toBe('written_with_problems');
  });
});
