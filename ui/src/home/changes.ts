/** What a check found otherwise than the one that it is compared with. */
import type { ChangeJson, CheckJson } from '../ipc/index.ts';
import { wasStopped } from '../report/cells.ts';
import { tokenInSentence } from '../tokens.ts';
import { counted, outcomeStatus, timeOfDay } from '../words.ts';

/** What changed, to be shown: one sentence, or the beginning of a list. */
export interface Changes {
  sentence: string;
  /** One line a change, where there is more than one. */
  lines: string[];
}

/** What changed since the last check; nothing where there is none to compare with. */
export function changesOf(report: CheckJson, now: Date = new Date()): Changes | null {
  // What was not asked has no answer that could be another one.
  if (report.since === null || wasStopped(report)) return null;
  const since = sinceWords(report.since, now);
  const [only, ...others] = report.changes;
  if (only === undefined) return { sentence: `Nothing changed since ${since}.`, lines: [] };
  if (others.length === 0) return { sentence: `Since ${since}: ${changed(only)}.`, lines: [] };
  return {
    sentence: `Since ${since}, ${counted(report.changes.length, 'answer')} changed:`,
    lines: report.changes.map(changed),
  };
}

/** `Repository permissions of the workspace access token went from Granted to Missing`. */
function changed({ title, slot, before, now }: ChangeJson): string {
  const whose = slot === 'account' ? 'account' : tokenInSentence('workspace_token');
  return `${title} of the ${whose} went from ${outcomeStatus(before).word} to ${outcomeStatus(now).word}`;
}

/** `14:02 today`, `3 November`, `3 November 2025`. */
function sinceWords(time: string, now: Date): string {
  const date = new Date(time);
  if (date.toDateString() === now.toDateString()) return `${timeOfDay(time)} today`;
  const isOfThisYear = date.getFullYear() === now.getFullYear();
  return date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'long',
    ...(isOfThisYear ? {} : { year: 'numeric' }),
  });
}
