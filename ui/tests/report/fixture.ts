/** Reports for tests, in the shape in which the program sends them. */
import type {
  CheckJson,
  CheckResultJson,
  EvidenceJson,
  OutcomeJson,
  ProblemJson,
} from '../../src/ipc/index.ts';
import { checkTitle } from '../../src/report/words.ts';

/** The checks of both credentials, in the contract's order. */
export const ids: readonly string[] = [
  'workspace_token/identity',
  'workspace_token/workspace',
  'workspace_token/members',
  'workspace_token/projects',
  'workspace_token/repositories',
  'workspace_token/project_permissions',
  'workspace_token/repository_permissions',
  'account/identity',
  'account/membership',
  'account/members',
  'account/projects',
  'account/repositories',
  'account/project_permissions',
  'account/repository_permissions',
  'account/groups',
];

/** One check's answer. */
export function result(
  id: string,
  outcome: OutcomeJson = 'granted',
  changes: Partial<CheckResultJson> = {},
): CheckResultJson {
  const [slot = '', name = ''] = id.split('/');
  return {
    id,
    slot,
    title: checkTitle(name),
    needs: [],
    outcome,
    required: true,
    evidence: null,
    problem: null,
    reason: null,
    ...changes,
  };
}

/** What was sent and what came back. */
export function evidence(changes: Partial<EvidenceJson> = {}): EvidenceJson {
  return {
    method: 'GET',
    path: '/2.0/workspaces/acme/members',
    status: 200,
    items: null,
    total: null,
    seen: null,
    ...changes,
  };
}

/** One problem. */
export function problem(changes: Partial<ProblemJson> = {}): ProblemJson {
  const check = changes.check ?? null;
  return {
    code: 'scope_missing',
    title: 'A permission is missing',
    slot: check === null ? null : (check.split('/')[0] ?? null),
    check,
    severity: 'error',
    message: 'What happened.',
    seen: [],
    hints: [],
    causes: [],
    scopes: [],
    field: null,
    place: 'workspace_access_tokens',
    retry: 'after_change',
    retry_at: null,
    ...changes,
  };
}

/** A report in which all is granted but what `changes` says. */
export function report(
  changes: readonly CheckResultJson[] = [],
  problems: readonly ProblemJson[] = [],
  verdict: CheckJson['verdict'] = 'ready',
): CheckJson {
  return {
    schema: 'bbsetup.check/1',
    workspace: 'acme',
    api_url: 'https://api.bitbucket.org',
    verdict,
    credentials: [],
    checks: ids.map((id) => changes.find((changed) => changed.id === id) ?? result(id)),
    problems: [...problems],
    requests: 19,
    checked_at: '2026-11-25T14:02:11Z',
    elapsed_ms: 412,
    since: null,
    changes: [],
  };
}

/** The workspace token lacks the two permissions that only BalkanID's warning box asks for. */
export function twoPermissionsMissing(): CheckJson {
  const checks = [
    ['workspace_token/project_permissions', 'project:admin'],
    ['workspace_token/repository_permissions', 'repository:admin'],
  ] as const;
  return report(
    checks.map(([id]) => result(id, 'missing', { problem: 'scope_missing' })),
    checks.map(([id, scope]) =>
      problem({
        check: id,
        message: `The workspace access token lacks ${scope}.`,
        scopes: [scope],
        hints: [`To tick: ${scope}.`, 'Make a new token.'],
      }),
    ),
    'not_ready',
  );
}
