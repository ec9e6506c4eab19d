import { describe, expect, it } from 'vitest';

import { verdictSentence } from '../../src/report/verdict.ts';
import { problem, report, result, twoPermissionsMissing } from './fixture.ts';

describe('the verdict in one sentence', () => {
  it('says what ready means', () => {
    expect(verdictSentence(report())).toBe('Ready: BalkanID will be able to read acme.');
  });

  it('counts permissions, and the visits that mend them', () => {
    expect(verdictSentence(twoPermissionsMissing())).toBe(
      'Two permissions are missing. One visit to Bitbucket mends both.',
    );
  });

  it('counts a scope that two checks lack once', () => {
    const scopes = ['read:workspace:bitbucket'];
    const checks = ['account/membership', 'account/members'];
    const both = report(
      checks.map((id) => result(id, 'missing')),
      checks.map((check) =>
        problem({ check, scopes, message: check, place: 'atlassian_api_tokens' }),
      ),
      'not_ready',
    );
    expect(verdictSentence(both)).toBe(
      'One permission is missing. One visit to the Atlassian account mends it.',
    );
  });

  it('says where to look when there is more than one page to visit', () => {
    const missing = twoPermissionsMissing();
    missing.problems.push(
      problem({
        check: 'account/groups',
        scopes: ['read:permission:bitbucket'],
        place: 'atlassian_api_tokens',
      }),
    );
    expect(verdictSentence(missing)).toBe(
      'Three permissions are missing. What to do is below, in two places.',
    );
  });

  it('names the one thing that is no permission', () => {
    const refused = report(
      [result('account/identity', 'missing')],
      [
        problem({
          check: 'account/identity',
          code: 'sign_in_refused',
          title: 'Sign-in refused',
          place: 'atlassian_api_tokens',
        }),
      ],
      'not_ready',
    );
    expect(verdictSentence(refused)).toBe(
      'Not ready: sign-in refused. One visit to the Atlassian account mends it.',
    );
  });

  it('never takes "could not tell" for "no"', () => {
    const unreachable = report(
      [result('account/identity', 'unknown'), result('account/groups', 'skipped')],
      [
        problem({
          check: 'account/identity',
          code: 'unreachable',
          title: 'No connection',
          place: 'network',
        }),
      ],
      'undetermined',
    );
    expect(verdictSentence(unreachable)).toBe(
      'Could not tell: no connection. 2 checks have no answer.',
    );
  });

  it('keeps a name’s capital inside the sentence', () => {
    const limited = report(
      [result('account/groups', 'unknown')],
      [
        problem({
          check: 'account/groups',
          code: 'rate_limited',
          title: 'Bitbucket’s rate limit is reached',
          place: 'wait',
        }),
      ],
      'undetermined',
    );
    expect(verdictSentence(limited)).toBe(
      'Could not tell: Bitbucket’s rate limit is reached. 1 check has no answer.',
    );
  });

  it('names the empty list where nothing could be looked at', () => {
    const empty = report(
      [result('workspace_token/repositories', 'not_testable')],
      [
        problem({
          check: 'workspace_token/repositories',
          code: 'empty_result',
          title: 'Nothing to read',
          severity: 'warning',
          place: 'workspace_settings',
        }),
      ],
      'undetermined',
    );
    expect(verdictSentence(empty)).toBe('Could not tell: nothing to read. 1 check has no answer.');
  });
});
