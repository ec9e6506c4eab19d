/** What is wrong, grouped by the page on which it is mended, in the order in which to go there. */
import type { CheckJson, PlaceJson, ProblemJson } from '../ipc/index.ts';
import { tickLabel } from './words.ts';

/** A problem told once, with all the checks that met it. */
export interface Told {
  problem: ProblemJson;
  checks: string[];
}

/** One thing to do on a page. */
export interface Mend {
  /** What happened: one entry a distinct problem. */
  told: Told[];
  /** What is known that bears on it, each once. */
  seen: string[];
  /** What to do, most useful first, each once. */
  hints: string[];
  /** The credential to be made anew, where that is the mend. */
  slot: string | null;
  /** The boxes that were missing, in the form's words. */
  missing: string[];
  /** The step of this program on which the mend ends; nothing where it ends outside. */
  step: string | null;
}

/** One page to visit. */
export interface Place {
  place: PlaceJson;
  mends: Mend[];
}

/**
 * What has to stand before what: the connection before any value, the values before the pages
 * they open, a role before the token that inherits it, waiting last.
 */
const order: readonly PlaceJson[] = [
  'network',
  'keychain',
  'this_program',
  'workspace_settings',
  'workspace_user_groups',
  'workspace_access_controls',
  'workspace_access_tokens',
  'atlassian_api_tokens',
  'balkanid_api_keys',
  'balkanid_integrations',
  'wait',
];

/** Problems of the same code and message, told once; the message names the credential where it matters. */
export function grouped(problems: readonly ProblemJson[]): Told[] {
  const groups: Told[] = [];
  for (const problem of problems) {
    const same = groups.find(
      (group) => group.problem.code === problem.code && group.problem.message === problem.message,
    );
    const checks = problem.check === null ? [] : [problem.check];
    if (same === undefined) groups.push({ problem, checks });
    else {
      same.checks.push(...checks);
      const seen = [...new Set([...same.problem.seen, ...problem.seen])];
      same.problem = { ...same.problem, seen };
    }
  }
  return groups;
}

/** The problems that keep a report from "ready", warnings about required checks among them. */
export function blocking(report: CheckJson): ProblemJson[] {
  return report.problems.filter((problem) => {
    if (problem.severity === 'error') return true;
    const check = report.checks.find((candidate) => candidate.id === problem.check);
    return check !== undefined && check.required && check.outcome === 'not_testable';
  });
}

/** The pages to visit, in order; empty where nothing stands in the way. */
export function mendsOf(report: CheckJson): Place[] {
  const places = new Map<PlaceJson, ProblemJson[]>();
  for (const problem of blocking(report)) {
    const held = places.get(problem.place);
    if (held === undefined) places.set(problem.place, [problem]);
    else held.push(problem);
  }
  return [...places.entries()]
    .sort(([one], [other]) => order.indexOf(one) - order.indexOf(other))
    .map(([place, problems]) => ({ place, mends: mendsAt(problems) }));
}

/** A new token of a slot mends everything that is wrong with the old one, so it is one mend. */
function mendsAt(problems: readonly ProblemJson[]): Mend[] {
  const bySlot = new Map<string, ProblemJson[]>();
  const mends: Mend[] = [];
  for (const problem of problems) {
    const remade = remadeSlot(problem);
    if (remade === null) {
      const same = mends.find(
        (mend) => mend.slot === null && mend.told[0]?.problem.code === problem.code,
      );
      if (same === undefined) mends.push(mendOf([problem], null));
      else Object.assign(same, mendOf([...same.told.map((told) => told.problem), problem], null));
      continue;
    }
    const held = bySlot.get(remade);
    if (held === undefined) bySlot.set(remade, [problem]);
    else held.push(problem);
  }
  for (const [slot, held] of bySlot) mends.push(mendOf(held, slot));
  return mends;
}

/** The slot whose credential is made anew to mend this. */
function remadeSlot(problem: ProblemJson): string | null {
  if (problem.place === 'workspace_access_tokens') return problem.slot ?? 'workspace_token';
  if (problem.place === 'atlassian_api_tokens') return problem.slot ?? 'account';
  return null;
}

function mendOf(problems: readonly ProblemJson[], slot: string | null): Mend {
  const hints = problems.flatMap((problem) => problem.hints);
  const scopes = problems.flatMap((problem) => problem.scopes);
  return {
    told: grouped(problems),
    seen: [...new Set(problems.flatMap((problem) => problem.seen))],
    // What to tick is shown as boxes of its own.
    hints: [...new Set(hints)].filter((hint) => !hint.startsWith('To tick:')),
    slot,
    missing: [...new Set(scopes.map(tickLabel))],
    step: slot ?? stepOf(problems[0]),
  };
}

/** The step on which a value of this program is changed. */
export function stepOf(problem: ProblemJson | undefined): string | null {
  switch (problem?.field) {
    case undefined:
    case null:
      break;
    case 'workspace':
      return 'workspace';
    case 'api-url':
      return 'api_url';
    case 'account':
    case 'account_token':
    case 'account_token_expires':
      return 'account';
    case 'workspace_token':
    case 'workspace_token_expires':
      return 'workspace_token';
    case 'service-account':
      return 'service_account';
    case 'primary-owner':
    case 'secondary-owner':
    case 'description':
    case 'extraction':
    case 'scim-url':
    case 'scim-user':
    case 'scim_token':
    case 'files':
    case 'reviewers':
    case 'reviewer-count':
    case 'provisioning':
    case 'balkanid-url':
    case 'balkanid-public-url':
    case 'balkanid_key_id':
    case 'balkanid_key_secret':
      return 'balkanid';
    default:
      return null;
  }
  if (problem?.place !== 'this_program') return null;
  if (problem.code === 'email_expected') return 'account';
  if (problem.code === 'workspace_mismatch') return problem.slot ?? 'workspace';
  if (problem.code === 'sign_in_refused' || problem.code === 'value_missing') return problem.slot;
  return null;
}

/** Warnings that stand in nobody's way, each told once. */
export function worthKnowing(report: CheckJson): Told[] {
  const inTheWay = new Set(blocking(report));
  return grouped(report.problems.filter((problem) => !inTheWay.has(problem)));
}

/**
 * Every box of a new token: those that the guide lists, and any that Bitbucket's own answer asked
 * for beyond them. A token's permissions cannot be changed afterwards, so the missing ones alone
 * would not do.
 */
export function boxesToTick(listed: string | null, missing: readonly string[]): string[] {
  const boxes = (listed ?? '').split('\n').filter((line) => line !== '');
  return [...boxes, ...missing.filter((box) => !boxes.includes(box))];
}
