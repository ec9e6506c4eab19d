/** What a running check shows: the old answers stay, greyed, until the new ones arrive. */
import type {
  CheckEventJson,
  CheckJson,
  CheckResultJson,
  OutcomeJson,
  ProblemJson,
} from '../ipc/index.ts';
import { nameOf, problemOf, slotOf } from './rows.ts';
import { capital, checkTitle, counted, outcomeWord, slotTitle } from './words.ts';

/** One cell of the table. */
export interface Cell {
  id: string;
  slot: string;
  title: string;
  /** The answer shown; nothing while the first one is waited for. */
  result: CheckResultJson | null;
  problem: ProblemJson | null;
  /** Whether the answer is of this run. */
  fresh: boolean;
  /** What the answer was before, where it is another now. */
  was: OutcomeJson | null;
}

/** Everything that the page shows of a check. */
export interface CheckView {
  running: boolean;
  cells: readonly Cell[];
  /** Seconds for which Bitbucket's rate limit is waited out. */
  waiting: number | null;
  /** The last whole report. */
  report: CheckJson | null;
}

/** Before any check. */
export const nothingYet: CheckView = { running: false, cells: [], waiting: null, report: null };

/** A whole report, as it is shown when it was there before the page. */
export function shown(report: CheckJson): CheckView {
  const cells = report.checks.map((result) => ({
    id: result.id,
    slot: result.slot,
    title: result.title,
    result,
    problem: problemOf(report, result.id),
    fresh: true,
    was: null,
  }));
  return { running: false, cells, waiting: null, report };
}

/** A new run begins: nothing is taken away, everything is greyed. */
export function begun(before: CheckView): CheckView {
  const cells = before.cells.map((cell) => ({ ...cell, fresh: false, was: null }));
  return { ...before, running: true, waiting: null, cells };
}

/** A run ended without a report: the old answers stand again as what they are, old ones. */
export function broken(view: CheckView): CheckView {
  return { ...view, running: false, waiting: null };
}

/** What an event of the run changes. */
export function after(view: CheckView, event: CheckEventJson): CheckView {
  switch (event.event) {
    case 'started':
      return { ...view, cells: event.checks.map((id) => held(view, id)) };
    case 'settled':
      return settled({ ...view, waiting: null }, event.check, event.problem);
    case 'waiting':
      return { ...view, waiting: event.seconds };
    case 'finished':
      return finished(view, event.report);
  }
}

function held(view: CheckView, id: string): Cell {
  const cell = view.cells.find((candidate) => candidate.id === id);
  if (cell !== undefined) return cell;
  const name = nameOf(id);
  return {
    id,
    slot: slotOf(id),
    title: checkTitle(name),
    result: null,
    problem: null,
    fresh: false,
    was: null,
  };
}

function settled(view: CheckView, result: CheckResultJson, problem: ProblemJson | null): CheckView {
  const old = held(view, result.id);
  const fresh: Cell = {
    id: result.id,
    slot: result.slot,
    title: result.title,
    result,
    problem,
    fresh: true,
    was: changed(view.report, result),
  };
  const cells = view.cells.includes(old)
    ? view.cells.map((cell) => (cell === old ? fresh : cell))
    : [...view.cells, fresh];
  return { ...view, cells };
}

/** Whether a check is required and how grave its problem is are final only in the report. */
function finished(view: CheckView, report: CheckJson): CheckView {
  const cells = shown(report).cells.map((cell) => ({
    ...cell,
    was: cell.result === null ? null : changed(view.report, cell.result),
  }));
  return { running: false, cells, waiting: null, report };
}

function changed(before: CheckJson | null, result: CheckResultJson): OutcomeJson | null {
  const old = before?.checks.find((check) => check.id === result.id);
  return old === undefined || old.outcome === result.outcome ? null : old.outcome;
}

/** How many answers have come. */
export function arrived(view: CheckView): number {
  return view.cells.filter((cell) => cell.fresh).length;
}

/** What a second check found otherwise than the one before, in a sentence. */
export function changesSentence(view: CheckView): string {
  const changes = view.cells.filter((cell) => cell.was !== null);
  if (changes.length === 0) return 'Nothing has changed since the check before.';
  const told = changes.map((cell) => {
    const now = cell.result === null ? '' : outcomeWord[cell.result.outcome].toLowerCase();
    const was = cell.was === null ? '' : outcomeWord[cell.was].toLowerCase();
    return `${cell.title} (${slotTitle(cell.slot).toLowerCase()}): ${now}, was ${was}`;
  });
  return `${capital(counted(changes.length, 'answer'))} changed. ${told.join('; ')}.`;
}

/** Whether a report was cut short by the person. */
export function wasStopped(report: CheckJson): boolean {
  return report.problems.some((problem) => problem.code === 'cancelled');
}
