import { expect, it } from 'vitest';

import { CheckRun } from '../src/check-run.svelte.ts';
import type { CheckEventJson, CheckJson } from '../src/ipc/index.ts';
import { checkResult, fakeProgram, report } from './fake-program.ts';

/** A check whose answers come when the test says so. */
function held() {
  let tell: (event: CheckEventJson) => void = () => undefined;
  let end: (report: CheckJson) => void = () => undefined;
  return {
    begin: (told: (event: CheckEventJson) => void) => {
      tell = told;
      return new Promise<CheckJson>((resolve) => (end = resolve));
    },
    tell: (event: CheckEventJson) => {
      tell(event);
    },
    end: (ended: CheckJson) => {
      end(ended);
    },
  };
}

const outcomes = (run: CheckRun) => run.rows.map((row) => [row.result?.outcome, row.isStale]);

it('the answers of the run before stay until theirs arrive', async () => {
  const run = new CheckRun();
  const before = [
    checkResult('account/members', { outcome: 'missing' }),
    checkResult('account/groups'),
  ];
  await run.start(() => Promise.resolve(report(before)));
  const again = held();
  const running = run.start(again.begin);
  again.tell({ event: 'started', checks: ['account/members', 'account/groups'] });
  again.tell({ event: 'settled', check: checkResult('account/members'), problem: null });
  expect(outcomes(run)).toEqual([
    ['granted', false],
    ['granted', true],
  ]);
  expect(run.answered).toBe(1);
  again.end(report(before.map(({ id }) => checkResult(id))));
  await running;
  expect(run.isRunning).toBe(false);
  expect(outcomes(run)).toEqual([
    ['granted', false],
    ['granted', false],
  ]);
});

it('what a run still tells after a newer one has begun is dropped', async () => {
  const run = new CheckRun();
  const [old, newer] = [held(), held()];
  const oldRun = run.start(old.begin);
  const newerRun = run.start(newer.begin);
  newer.tell({ event: 'started', checks: ['account/members'] });
  old.tell({
    event: 'settled',
    check: checkResult('account/members', { outcome: 'missing' }),
    problem: null,
  });
  old.end(report([checkResult('account/members', { outcome: 'missing' })]));
  await oldRun;
  expect(run.isRunning).toBe(true);
  expect(run.report).toBeNull();
  expect(outcomes(run)).toEqual([[undefined, false]]);
  newer.end(report([checkResult('account/members')]));
  await newerRun;
  expect(outcomes(run)).toEqual([['granted', false]]);
});

it('a check that could not begin says why, and no answer is taken for one', async () => {
  fakeProgram();
  const run = new CheckRun();
  await run.start(() => Promise.reject(new Error('gone')));
  expect(run.isRunning).toBe(false);
  expect(run.report).toBeNull();
  expect(run.failure).toHaveLength(1);
});
