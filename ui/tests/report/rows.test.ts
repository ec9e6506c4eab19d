import { describe, expect, it } from 'vitest';

import { cellDetail, evidenceLines, rowNames } from '../../src/report/rows.ts';
import { evidence, ids, problem, result } from './fixture.ts';

describe('rows', () => {
  it('gives one row a check, in the order of a report', () => {
    expect(rowNames(ids)).toEqual([
      'identity',
      'workspace',
      'membership',
      'members',
      'projects',
      'repositories',
      'project_permissions',
      'repository_permissions',
      'groups',
    ]);
  });

  it('puts a check that it does not know last', () => {
    expect(rowNames(['account/keys', 'account/groups'])).toEqual(['groups', 'keys']);
  });
});

describe('the line under the word', () => {
  const members = 'workspace_token/members';

  it('says how many were seen, in all where Bitbucket says so', () => {
    const granted = result(members, 'granted', { evidence: evidence({ items: 10, total: 1214 }) });
    expect(cellDetail(granted, null)).toBe('1,214 seen');
  });

  it('says what else was seen rather than the length of a list', () => {
    const granted = result('account/membership', 'granted', {
      evidence: evidence({ items: 3, seen: 'administrator' }),
    });
    expect(cellDetail(granted, null)).toBe('administrator');
  });

  it('names the boxes that are lacking', () => {
    const missing = problem({ scopes: ['project:admin'] });
    expect(cellDetail(result(members, 'missing'), missing)).toBe('Projects: Admin');
  });

  it('says why there is no answer', () => {
    const late = problem({ title: 'No answer in time' });
    expect(cellDetail(result(members, 'unknown'), late)).toBe('No answer in time');
    const skipped = result(members, 'skipped', { reason: 'The check was stopped.' });
    expect(cellDetail(skipped, null)).toBe('The check was stopped.');
  });
});

describe('evidence', () => {
  it('shows what was sent, what came back and what is needed', () => {
    const missing = result('workspace_token/members', 'missing', {
      needs: ['account'],
      evidence: evidence({ status: 403 }),
    });
    const lines = evidenceLines(missing, problem({ message: 'It lacks account.' }));
    const value = (label: string): string | undefined =>
      lines.find((line) => line.label === label)?.value;
    expect(value('What happened')).toBe('It lacks account.');
    expect(value('Asked')).toBe('GET /2.0/workspaces/acme/members');
    expect(value('Answered')).toBe('Status 403');
    expect(value('Needs')).toBe('account');
  });

  it('says that no answer came, and that nothing was sent', () => {
    const silent = result('account/groups', 'unknown', { evidence: evidence({ status: null }) });
    expect(evidenceLines(silent, null).find(({ label }) => label === 'Answered')?.value).toBe(
      'No answer came.',
    );
    const skipped = result('account/groups', 'skipped');
    expect(evidenceLines(skipped, null).find(({ label }) => label === 'Asked')?.value).toBe(
      'Nothing was sent for this check.',
    );
  });
});

it('says a kind of credential in words, and a workspace as it is written', () => {
  const seen = (seen: string) =>
    cellDetail(
      result('workspace_token/workspace', 'granted', { evidence: evidence({ seen }) }),
      null,
    );
  expect(seen('workspace_access_token')).toBe('Workspace access token');
  expect(seen('acme_payments')).toBe('acme_payments');
});
