import { describe, expect, it } from 'vitest';

import {
  after,
  arrived,
  begun,
  broken,
  changesSentence,
  nothingYet,
  shown,
  wasStopped,
} from '../../src/report/run.ts';
import { ids, problem, report, result, twoPermissionsMissing } from './fixture.ts';

const id = 'workspace_token/project_permissions';

describe('a running check', () => {
  it('shows every row at once, before the first answer', () => {
    const view = after(begun(nothingYet), { event: 'started', checks: [...ids] });
    expect(view.cells.map((cell) => cell.id)).toEqual(ids);
    expect(view.cells.every((cell) => cell.result === null)).toBe(true);
    expect(view.cells[5]?.title).toBe('Project permissions');
  });

  it('keeps the old answers until each new one comes, and says what changed', () => {
    let view = begun(shown(twoPermissionsMissing()));
    view = after(view, { event: 'started', checks: [...ids] });
    expect(arrived(view)).toBe(0);
    expect(view.cells.find((cell) => cell.id === id)?.result?.outcome).toBe('missing');

    view = after(view, { event: 'settled', check: result(id), problem: null });
    const cell = view.cells.find((candidate) => candidate.id === id);
    expect(cell?.fresh).toBe(true);
    expect(cell?.was).toBe('missing');
    expect(arrived(view)).toBe(1);

    view = after(view, { event: 'finished', report: report() });
    expect(view.running).toBe(false);
    expect(view.cells.find((candidate) => candidate.id === id)?.was).toBe('missing');
    expect(changesSentence(view)).toBe(
      '2 answers changed. Project permissions (workspace token): granted, was missing; ' +
        'Repository permissions (workspace token): granted, was missing.',
    );
  });

  it('says so where nothing changed', () => {
    const view = after(begun(shown(report())), { event: 'finished', report: report() });
    expect(changesSentence(view)).toBe('Nothing has changed since the check before.');
  });

  it('takes from the report what an answer by itself could not know', () => {
    const gap = result('account/projects', 'missing');
    let view = after(begun(nothingYet), { event: 'started', checks: [...ids] });
    view = after(view, { event: 'settled', check: gap, problem: null });
    const forgiven = { ...gap, required: false };
    const warning = problem({ check: gap.id, severity: 'warning' });
    view = after(view, { event: 'finished', report: report([forgiven], [warning]) });
    const cell = view.cells.find((candidate) => candidate.id === gap.id);
    expect(cell?.result?.required).toBe(false);
    expect(cell?.problem?.severity).toBe('warning');
  });

  it('tells of the rate limit until an answer comes', () => {
    let view = after(begun(nothingYet), { event: 'waiting', seconds: 12 });
    expect(view.waiting).toBe(12);
    view = after(view, { event: 'settled', check: result(id), problem: null });
    expect(view.waiting).toBeNull();
  });

  it('goes on showing the report before where a run breaks', () => {
    const view = broken(begun(shown(report())));
    expect(view.running).toBe(false);
    expect(view.report).toEqual(report());
    expect(view.cells.every((cell) => !cell.fresh)).toBe(true);
  });

  it('knows a report that was cut short', () => {
    expect(wasStopped(report())).toBe(false);
    expect(wasStopped(report([], [problem({ code: 'cancelled' })]))).toBe(true);
  });
});
