import { describe, expect, it } from 'vitest';

import { cellsOf, changesSentence, wasStopped } from '../../src/report/cells.ts';
import { ids, problem, report, result, twoPermissionsMissing } from './fixture.ts';

const id = 'workspace_token/project_permissions';

describe('the cells of a running check', () => {
  it('names every row before the first answer', () => {
    const rows = ids.map((name) => ({ id: name, result: null, isStale: false }));
    const cells = cellsOf({ rows, problems: [], previous: null });
    expect(cells.map((cell) => cell.title).slice(0, 2)).toEqual(['Sign-in', 'Workspace']);
    expect(cells.some((cell) => cell.isFresh)).toBe(false);
  });

  it('shows an old answer with its own problem', () => {
    const previous = twoPermissionsMissing();
    const rows = previous.checks.map((check) => ({ id: check.id, result: check, isStale: true }));
    const cell = cellsOf({ rows, problems: [], previous }).find((one) => one.id === id);
    expect(cell?.isFresh).toBe(false);
    expect(cell?.problem?.scopes).toEqual(['project:admin']);
    expect(cell?.was).toBeNull();
  });

  it('says what a new answer was before, and drops the old problem', () => {
    const previous = twoPermissionsMissing();
    const rows = [{ id, result: result(id), isStale: false }];
    const [cell] = cellsOf({ rows, problems: [], previous });
    expect(cell?.was).toBe('missing');
    expect(cell?.problem).toBeNull();
  });

  it('tells the changes in a sentence', () => {
    const rows = ids.map((name) => ({ id: name, result: result(name), isStale: false }));
    const changed = cellsOf({ rows, problems: [], previous: twoPermissionsMissing() });
    expect(changesSentence(changed)).toBe(
      '2 answers changed. Project permissions (workspace token): granted, was missing; ' +
        'Repository permissions (workspace token): granted, was missing.',
    );
    expect(changesSentence(cellsOf({ rows, problems: [], previous: report() }))).toBe(
      'Nothing has changed since the check before.',
    );
  });

  it('knows a report that was cut short', () => {
    expect(wasStopped(report())).toBe(false);
    expect(wasStopped(report([], [problem({ code: 'cancelled' })]))).toBe(true);
  });
});
