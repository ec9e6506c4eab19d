/**
 * The words for states and times.
 *
 * The words of problems, steps, notes and pictures come from the program; none are written here.
 */
import type {
  CheckResultJson,
  CredentialJson,
  OutcomeJson,
  StateJson,
  StepStateJson,
  VerdictJson,
} from './ipc/index.ts';

/** How a status looks; it never says anything that its word does not. */
export type Tone = 'good' | 'bad' | 'unsure' | 'quiet';

export interface Status {
  word: string;
  tone: Tone;
}

export function outcomeStatus(outcome: OutcomeJson): Status {
  switch (outcome) {
    case 'granted':
      return { word: 'Granted', tone: 'good' };
    case 'missing':
      return { word: 'Missing', tone: 'bad' };
    case 'unknown':
      return { word: 'Could not tell', tone: 'unsure' };
    case 'not_testable':
      return { word: 'Nothing to look at', tone: 'quiet' };
    case 'skipped':
      return { word: 'Skipped', tone: 'quiet' };
  }
}

export function verdictStatus(verdict: VerdictJson | null): Status {
  switch (verdict) {
    case 'ready':
      return { word: 'Ready', tone: 'good' };
    case 'not_ready':
      return { word: 'Not ready', tone: 'bad' };
    case 'undetermined':
      return { word: 'Could not tell', tone: 'unsure' };
    case null:
      return { word: 'Not checked yet', tone: 'quiet' };
  }
}

export function stepStatus(state: StepStateJson): Status {
  switch (state) {
    case 'completed':
      return { word: 'Completed', tone: 'good' };
    case 'problem':
      return { word: 'There is a problem', tone: 'bad' };
    case 'not_started':
      return { word: 'Not started', tone: 'quiet' };
    case 'cannot_start':
      return { word: 'Cannot start yet', tone: 'quiet' };
    case 'not_needed':
      return { word: 'Not needed', tone: 'quiet' };
  }
}

export function integrationTone(state: StateJson): Tone {
  switch (state) {
    case 'connected':
      return 'good';
    case 'error':
      return 'bad';
    case 'running':
    case 'unknown':
      return 'unsure';
    case 'inactive':
      return 'quiet';
  }
}

/** A kind of credential as Bitbucket names it, readable: `Workspace access token`. */
export function credentialKind(kind: string): string {
  if (kind === 'unknown') return 'A credential whose kind Bitbucket did not tell';
  if (kind === 'api_token') return 'API token';
  if (kind === 'repo_access_token') return 'Repository access token';
  if (kind === 'oauth2') return 'OAuth token';
  return sentenceCase(kind);
}

/** What was seen of a credential, in one line: `Workspace access token · 5 permissions seen`. */
export function credentialSeen(credential: CredentialJson): string {
  const kind = credentialKind(credential.kind);
  if (!credential.scopes_known) return `${kind} · Bitbucket did not tell its permissions`;
  return `${kind} · ${counted(credential.scopes.length, 'permission')} seen`;
}

const kinds: readonly string[] = [
  'workspace_access_token',
  'project_access_token',
  'repo_access_token',
  'api_token',
];

/** One more thing that was seen: a kind of credential in words, anything else as it is. */
export function seenWords(seen: string): string {
  return kinds.includes(seen) ? credentialKind(seen) : seen;
}

/** What stands beside an outcome: how much was seen, or one more thing that was. */
export function outcomeDetail(check: CheckResultJson): string | null {
  const { evidence } = check;
  if (check.outcome !== 'granted' || evidence === null) return null;
  if (evidence.total !== null) return String(evidence.total);
  return evidence.seen === null ? null : seenWords(evidence.seen);
}

function sentenceCase(name: string): string {
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

const SMALL_NUMBERS = [
  'No',
  'One',
  'Two',
  'Three',
  'Four',
  'Five',
  'Six',
  'Seven',
  'Eight',
  'Nine',
];

/** `1 permission`, `5 permissions`. */
export function counted(count: number, noun: string): string {
  return `${String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** As [`counted`], to begin a sentence with: `Two permissions`. */
export function countedInWords(count: number, noun: string): string {
  return `${SMALL_NUMBERS[count] ?? String(count)} ${noun}${count === 1 ? '' : 's'}`;
}

/** The time of day of an RFC 3339 time, `14:02` or with seconds `14:02:11`, where it is read. */
export function timeOfDay(time: string, seconds = false): string {
  const date = new Date(time);
  const two = (number: number) => String(number).padStart(2, '0');
  const minutes = `${two(date.getHours())}:${two(date.getMinutes())}`;
  return seconds ? `${minutes}:${two(date.getSeconds())}` : minutes;
}

/** A day and time, `23 November 2026, 14:02`; today's is `today, 14:02`. */
export function dayAndTime(time: string, now: Date = new Date()): string {
  const date = new Date(time);
  const day =
    date.toDateString() === now.toDateString()
      ? 'today'
      : date.toLocaleDateString('en-GB', { day: 'numeric', month: 'long', year: 'numeric' });
  return `${day}, ${timeOfDay(time)}`;
}

/** A day without a time, such as `2026-12-07`, in words: `7 December 2026`. */
export function dayInWords(day: string): string {
  const [year, month, date] = day.split('-').map(Number);
  if (year === undefined || month === undefined || date === undefined) return day;
  return new Date(year, month - 1, date).toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    year: 'numeric',
  });
}
