/** What the check of a SCIM server comes to, in words. */
import type { CheckResultJson, ProblemJson, ScimJson } from '../../ipc/index.ts';
import { grouped } from '../../numbers.ts';
import { wasStopped } from '../../report/cells.ts';
import { counted } from '../../words.ts';

/** The whole check in one sentence. */
export function scimSentence(report: ScimJson): string {
  if (wasStopped(report)) return 'The check was stopped before its end.';
  switch (report.verdict) {
    case 'ready':
      return `Ready: BalkanID can read ${report.scim_url}.`;
    case 'not_ready': {
      const missing = report.checks.filter(isMissing).length;
      if (missing === 0) return 'Not ready: the server could not be asked.';
      return missing === 1 ? '1 check is not met.' : `${counted(missing, 'check')} are not met.`;
    }
    case 'undetermined': {
      const open = report.checks.filter(isOpen).length;
      const told =
        open === 1 ? '1 check has no answer.' : `${counted(open, 'check')} have no answer.`;
      return `Could not tell whether BalkanID can read ${report.scim_url}: ${told}`;
    }
  }
}

/** `214 users, 9 groups`, as far as the server says so. */
export function scimCounts({ users, groups }: ScimJson): string {
  const told = [
    users === null ? [] : [`${grouped(users)} ${users === 1 ? 'user' : 'users'}`],
    groups === null ? [] : [`${grouped(groups)} ${groups === 1 ? 'group' : 'groups'}`],
  ];
  return told.flat().join(', ');
}

/** What going on leaves open; nothing where it leaves nothing. */
export function goingOn(report: ScimJson | null, isRunning: boolean): string {
  if (isRunning) return 'You can go on meanwhile.';
  if (report === null || report.verdict === 'ready') return '';
  return report.verdict === 'not_ready' && !wasStopped(report)
    ? 'You can go on. As things stand BalkanID will not be able to read everything from the SCIM server.'
    : 'You can go on. Whether BalkanID will be able to read the SCIM server is then not known.';
}

/** What is wrong first, what is worth knowing after it. */
export function inOrder(problems: readonly ProblemJson[]): ProblemJson[] {
  const rank = ({ severity }: ProblemJson) => (severity === 'error' ? 0 : 1);
  return [...problems].sort((one, other) => rank(one) - rank(other));
}

function isMissing({ outcome, required }: CheckResultJson): boolean {
  return required && outcome === 'missing';
}

function isOpen({ outcome, required }: CheckResultJson): boolean {
  return required && outcome !== 'granted' && outcome !== 'missing';
}
