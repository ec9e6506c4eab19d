/** From the flat list of checks to the rows and cells that a person reads. */
import type { CheckJson, CheckResultJson, EvidenceJson, ProblemJson } from '../ipc/index.ts';
import { counted, seenWords } from '../words.ts';
import { checkOrder, listed, tickLabel } from './words.ts';

/** The name in `workspace_token/members`. */
export function nameOf(id: string): string {
  return id.slice(id.indexOf('/') + 1);
}

/** The slot in `workspace_token/members`. */
export function slotOf(id: string): string {
  return id.slice(0, Math.max(0, id.indexOf('/')));
}

/** The names of checks, each once, in the order of a report. */
export function rowNames(ids: readonly string[]): string[] {
  const names = [...new Set(ids.map(nameOf))];
  // The sort is stable: names without a place of their own keep the order they came in.
  return names.sort((one, other) => checkOrder(one) - checkOrder(other));
}

/** The problem that belongs to a check. */
export function problemOf(report: CheckJson, id: string): ProblemJson | null {
  return report.problems.find((problem) => problem.check === id) ?? null;
}

/** The one short line under a cell's word: how many, what is lacking, or why. */
export function cellDetail(result: CheckResultJson, problem: ProblemJson | null): string {
  const { evidence, outcome, reason } = result;
  switch (outcome) {
    case 'granted': {
      const count = evidence?.total ?? evidence?.items ?? null;
      const seen = evidence?.seen ?? null;
      // An administrator is found in a list of workspaces whose length says nothing here.
      if (seen !== null) return seenWords(seen);
      return count === null ? (reason ?? '') : `${count.toLocaleString('en')} seen`;
    }
    case 'missing':
      if (problem === null) return reason ?? '';
      return problem.scopes.length > 0 ? listed(problem.scopes.map(tickLabel)) : problem.title;
    case 'unknown':
    case 'not_testable':
      return problem?.title ?? reason ?? '';
    case 'skipped':
      return reason ?? problem?.title ?? '';
  }
}

/** One line of what stands behind an answer. */
export interface EvidenceLine {
  label: string;
  value: string;
  /** Whether the value is written by machines: a path, a scope. */
  exact: boolean;
}

/** What was sent, what came back, and what the check needs. */
export function evidenceLines(
  result: CheckResultJson,
  problem: ProblemJson | null,
): EvidenceLine[] {
  const lines: EvidenceLine[] = [];
  const say = (label: string, value: string, exact = false): void => {
    lines.push({ label, value, exact });
  };
  if (problem !== null) say('What happened', problem.message);
  if (result.reason !== null) say('Reason', result.reason);
  const { evidence } = result;
  if (evidence === null) {
    say('Asked', 'Nothing was sent for this check.');
  } else {
    say('Asked', `${evidence.method} ${evidence.path}`, true);
    say('Answered', answered(evidence));
    if (evidence.seen !== null) say('Seen', seenWords(evidence.seen));
  }
  say(
    'Needs',
    result.needs.length > 0 ? result.needs.join(', ') : 'No scope.',
    result.needs.length > 0,
  );
  if (problem !== null && problem.scopes.length > 0) {
    say('To tick', problem.scopes.map(tickLabel).join(', '));
  }
  say(
    'Required',
    result.required ? 'Yes: the integration needs it.' : 'No: the workspace token grants the same.',
  );
  if (problem !== null && problem.causes.length > 0) say('Beneath', problem.causes.join('; '));
  return lines;
}

function answered(evidence: EvidenceJson): string {
  if (evidence.status === null) return 'No answer came.';
  const parts = [`Status ${String(evidence.status)}`];
  const { items, total } = evidence;
  if (items !== null) parts.push(`${counted(items, 'item')} on the first page`);
  if (total !== null) parts.push(`${total.toLocaleString('en')} in all`);
  return parts.join(' · ');
}
