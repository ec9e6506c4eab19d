import { describe, expect, it } from 'vitest';

import { boxesToTick, mendsOf, stepOf, worthKnowing } from '../../src/report/mends.ts';
import { problem, report, result, twoPermissionsMissing } from './fixture.ts';

describe('what to mend', () => {
  it('makes one new token of everything that is wrong with the old one', () => {
    const [place, ...others] = mendsOf(twoPermissionsMissing());
    expect(others).toEqual([]);
    expect(place?.place).toBe('workspace_access_tokens');
    expect(place?.mends).toHaveLength(1);
    expect(place?.mends[0]?.missing).toEqual(['Projects: Admin', 'Repositories: Admin']);
    expect(place?.mends[0]?.step).toBe('workspace_token');
    // What to tick is shown as boxes; the hint that both problems share stands once.
    expect(place?.mends[0]?.hints).toEqual(['Make a new token.']);
  });

  it('puts the role before the token that inherits it, and waiting last', () => {
    const places = mendsOf(
      report(
        [],
        [
          problem({ place: 'wait', code: 'rate_limited' }),
          problem({ place: 'atlassian_api_tokens', slot: 'account' }),
          problem({ place: 'workspace_user_groups', code: 'role_missing' }),
          problem({ place: 'this_program', code: 'email_expected' }),
        ],
        'not_ready',
      ),
    ).map(({ place }) => place);
    expect(places).toEqual([
      'this_program',
      'workspace_user_groups',
      'atlassian_api_tokens',
      'wait',
    ]);
  });

  it('tells the same problem of several checks once', () => {
    const checks = ['workspace_token/identity', 'account/identity'];
    const [place] = mendsOf(
      report(
        [],
        checks.map((check) =>
          problem({ check, code: 'unreachable', place: 'network', message: 'No route.' }),
        ),
        'undetermined',
      ),
    );
    expect(place?.mends[0]?.told).toHaveLength(1);
    expect(place?.mends[0]?.told[0]?.checks).toEqual(checks);
  });

  it('keeps warnings apart, except where a required check has nothing to look at', () => {
    const empty = problem({
      check: 'workspace_token/repositories',
      code: 'empty_result',
      severity: 'warning',
      place: 'workspace_settings',
    });
    const excess = problem({ code: 'excess_scope', severity: 'warning', slot: 'account' });
    const undetermined = report(
      [result('workspace_token/repositories', 'not_testable')],
      [empty, excess],
      'undetermined',
    );
    expect(mendsOf(undetermined).map(({ place }) => place)).toEqual(['workspace_settings']);
    expect(worthKnowing(undetermined).map(({ problem: { code } }) => code)).toEqual([
      'excess_scope',
    ]);
  });

  it('lists every box of a new token, with what Bitbucket itself asked for beyond them', () => {
    expect(boxesToTick('Account: Read\nProjects: Read', ['Projects: Read'])).toEqual([
      'Account: Read',
      'Projects: Read',
    ]);
    expect(boxesToTick('read:user:bitbucket', ['admin:workspace:bitbucket'])).toEqual([
      'read:user:bitbucket',
      'admin:workspace:bitbucket',
    ]);
  });

  it('leads to the step on which a value is typed', () => {
    expect(stepOf(problem({ field: 'api-url', place: 'this_program' }))).toBe('api_url');
    expect(stepOf(problem({ field: 'account_token', place: 'this_program' }))).toBe('account');
    expect(stepOf(problem({ field: null, place: 'network' }))).toBeNull();
    expect(stepOf(problem({ field: null, place: 'this_program', code: 'email_expected' }))).toBe(
      'account',
    );
  });
});
