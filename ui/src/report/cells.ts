/** What a check shows while it runs: the old answers stay, greyed, until the new ones arrive. */
import type { CheckRow } from '../check-run.svelte.ts';
import type { CheckJson, CheckResultJson, OutcomeJson, ProblemJson } from '../ipc/index.ts';
import { counted, outcomeStatus } from '../words.ts';
import { nameOf, problemOf, slotOf } from './rows.ts';
import { checkTitle, slotTitle } from './words.ts';

/** What a run has told so far. */
export interface Told {
  rows: readonly CheckRow[];
  /** The problems told in this run. */
  problems: readonly ProblemJson[];
  /** The report of the run before. */
  previous: CheckJson | null;
}

/** One cell of the table. */
export interface Cell {
  id: string;
  slot: string;
  title: string;
  /** The answer shown; nothing while the first one is waited for. */
  result: CheckResultJson | null;
  problem: ProblemJson | null;
  /** Whether the answer is of this run. */
  isFresh: boolean;
  /** What the answer was before, where it is another now. */
  was: OutcomeJson | null;
}

/** The cells of a table, one a check. */
export function cellsOf({ rows, problems, previous }: Told): Cell[] {
  return rows.map(({ id, result, isStale }) => {
    const isFresh = result !== null && !isStale;
    const now = problems.find((problem) => problem.check === id) ?? null;
    const before = previous === null ? null : problemOf(previous, id);
    return {
      id,
      slot: slotOf(id),
      title: result?.title ?? checkTitle(nameOf(id)),
      result,
      problem: isFresh ? now : before,
      isFresh,
      was: isFresh ? changedFrom(previous, result) : null,
    };
  });
}

function changedFrom(previous: CheckJson | null, result: CheckResultJson): OutcomeJson | null {
  const old = previous?.checks.find((check) => check.id === result.id);
  return old === undefined || old.outcome === result.outcome ? null : old.outcome;
}

/** What a second check found otherwise than the one before, in a sentence. */
export function changesSentence(cells: readonly Cell[]): string {
  const told = cells.flatMap(({ title, slot, result, was }) => {
    if (was === null || result === null) return [];
    const now = outcomeStatus(result.outcome).word.toLowerCase();
    const before = outcomeStatus(was).word.toLowerCase();
    return [`${title} (${slotTitle(slot).toLowerCase()}): ${now}, was ${before}`];
  });
  if (told.length === 0) return 'Nothing has changed since the check before.';
  return `${counted(told.length, 'answer')} changed. ${told.join('; ')}.`;
}

/** Whether a report was cut short by the person. */
export function wasStopped(report: { problems: readonly ProblemJson[] }): boolean {
  return report.problems.some((problem) => problem.code === 'cancelled');
}
