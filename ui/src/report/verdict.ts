/** One sentence for the whole report. */
import type { CheckJson, ProblemJson } from '../ipc/index.ts';
import { grouped, mendsOf } from './mends.ts';
import { counted, countedInWords } from '../words.ts';
import { countWord, placeHost } from './words.ts';

/** What the checks mean together: the sentence, and where that helps, one more. */
export function verdictSentence(report: CheckJson): string {
  switch (report.verdict) {
    case 'ready':
      return `Ready: BalkanID will be able to read ${report.workspace}.`;
    case 'not_ready':
      return notReady(report);
    case 'undetermined':
      return undetermined(report);
  }
}

function notReady(report: CheckJson): string {
  const errors = grouped(report.problems.filter((problem) => problem.severity === 'error'));
  const only = errors[0];
  if (only === undefined) return 'Not ready. The reasons are in the table.';
  const places = mendsOf(report);
  if (errors.every((error) => error.problem.code === 'scope_missing')) {
    const missing = new Set(
      errors.flatMap(({ problem }) =>
        problem.scopes.map((scope) => `${problem.slot ?? ''} ${scope}`),
      ),
    );
    const count = Math.max(1, missing.size);
    const first = `${countedInWords(count, 'permission')} ${count === 1 ? 'is' : 'are'} missing.`;
    return `${first} ${visits(
      places.map(({ place }) => placeHost(place)),
      count,
    )}`;
  }
  if (errors.length === 1) {
    const visit = visits(
      places.map(({ place }) => placeHost(place)),
      1,
    );
    return `Not ready: ${lowered(only.problem.title)}. ${visit}`.trim();
  }
  const visit = visits(
    places.map(({ place }) => placeHost(place)),
    errors.length,
  );
  return `Not ready: ${countWord(errors.length)} things stand in the way. ${visit}`.trim();
}

/** How many pages have to be visited for it. */
function visits(hosts: (string | null)[], count: number): string {
  const all = count === 1 ? 'it' : count === 2 ? 'both' : 'all of them';
  const [host] = hosts;
  if (hosts.length === 1) {
    if (host === null || host === undefined) return '';
    return `One visit to ${host} mends ${all}.`;
  }
  if (hosts.length === 0) return '';
  return `What to do is below, in ${countWord(hosts.length)} places.`;
}

function undetermined(report: CheckJson): string {
  const open = report.checks.filter(
    (check) =>
      check.required &&
      (check.outcome === 'unknown' ||
        check.outcome === 'not_testable' ||
        check.outcome === 'skipped'),
  );
  const [first] = report.problems.filter(
    (problem) =>
      problem.severity === 'error' ||
      isOpen(
        problem,
        open.map((check) => check.id),
      ),
  );
  const unanswered =
    open.length === 1
      ? '1 check has no answer.'
      : `${counted(open.length, 'check')} have no answer.`;
  if (first === undefined) return `Could not tell: ${unanswered}`;
  return `Could not tell: ${lowered(first.title)}. ${unanswered}`;
}

function isOpen(problem: ProblemJson, open: readonly string[]): boolean {
  return problem.check !== null && open.includes(problem.check);
}

/** A title inside a sentence; names keep their capital. */
function lowered(title: string): string {
  if (/^(Bitbucket|BalkanID|SCIM|A Bitbucket)\b/.test(title)) return title;
  return title.charAt(0).toLowerCase() + title.slice(1);
}
