import type { CheckJson, CheckResultJson, CheckTold, ProblemJson } from './ipc/index.ts';
import { cancel, problemsOf } from './ipc/index.ts';

/** What every report has, of Bitbucket or of a SCIM server. */
interface AnyReport {
  checks: CheckResultJson[];
  problems: ProblemJson[];
}

type RunEvent<Report> = CheckTold | { event: 'finished'; report: Report };

/** What begins a check: one of the calls of `ipc`, with its slots or workspace given. */
export type BeginCheck<Report = CheckJson> = (
  told: (event: RunEvent<Report>) => void,
) => Promise<Report>;

/** A row of the report: the newest answer, and whether it is from this run. */
export interface CheckRow {
  id: string;
  /** The answer; the one from the run before while this run has none yet. */
  result: CheckResultJson | null;
  /** Whether the answer is from the run before and a new one is awaited. */
  isStale: boolean;
}

/**
 * A check as it runs and as it ended.
 *
 * Answers stream in row by row; those of the run before stay until theirs arrive. What arrives
 * after a newer run has begun is dropped.
 */
export class CheckRun<Report extends AnyReport = CheckJson> {
  isRunning = $state(false);
  /** The rows, in the order in which the program names them. */
  rows = $state.raw<CheckRow[]>([]);
  /** The problems told so far in this run, and after it all of them. */
  problems = $state.raw<ProblemJson[]>([]);
  /** The report of the last run that ended. */
  report = $state.raw<Report | null>(null);
  /** The report of the run before, so that one sees what changed. */
  previous = $state.raw<Report | null>(null);
  /** What the report is about; made of something else, it is an old one. */
  about = $state.raw<string | null>(null);
  /** What kept the check from running at all. */
  failure = $state.raw<ProblemJson[]>([]);
  /** Whole seconds to go until a rate limit lets the check go on. */
  waitingSeconds = $state<number | null>(null);

  #run = 0;

  /** Whether this run has an answer for a row. */
  get answered(): number {
    return this.rows.filter((row) => row.result !== null && !row.isStale).length;
  }

  /** Begins a check; one that is still running counts no more. */
  async start(begin: BeginCheck<Report>, about: string | null = null): Promise<void> {
    this.#run += 1;
    const run = this.#run;
    this.isRunning = true;
    this.previous = this.report;
    this.about = about;
    this.problems = [];
    this.failure = [];
    this.waitingSeconds = null;
    this.rows = this.rows.map((row) => ({ ...row, isStale: row.result !== null }));
    try {
      const report = await begin((event) => {
        if (run === this.#run) this.#take(event);
      });
      if (run === this.#run) this.#finish(report);
    } catch (thrown) {
      if (run === this.#run) this.failure = problemsOf(thrown);
    } finally {
      if (run === this.#run) {
        this.isRunning = false;
        this.waitingSeconds = null;
      }
    }
  }

  /** Stops the check; it ends with what it has. */
  async stop(): Promise<void> {
    if (this.isRunning) await cancel();
  }

  /** The page is left: the check is stopped, and the report before it stands again. */
  async leave(): Promise<void> {
    if (!this.isRunning) return;
    this.restore();
    // What it would still tell is dropped in any case.
    await cancel().catch(() => undefined);
  }

  /** The report before stands again; what a running check still tells is dropped. */
  restore(): void {
    const before = this.report;
    this.forget();
    if (before !== null) this.#finish(before);
  }

  /** Forgets everything; what a running check still tells is dropped. */
  forget(): void {
    this.#run += 1;
    this.isRunning = false;
    this.rows = [];
    this.problems = [];
    this.failure = [];
    this.report = null;
    this.previous = null;
    this.about = null;
    this.waitingSeconds = null;
  }

  #take(event: RunEvent<Report>): void {
    switch (event.event) {
      case 'started': {
        const before = this.rows;
        this.rows = event.checks.map((id) => {
          const result = before.find((row) => row.id === id)?.result ?? null;
          return { id, result, isStale: result !== null };
        });
        return;
      }
      case 'settled':
        this.waitingSeconds = null;
        this.#settle(event.check);
        if (event.problem) this.problems = [...this.problems, event.problem];
        return;
      case 'waiting':
        this.waitingSeconds = event.seconds;
        return;
      case 'finished':
        this.#finish(event.report);
    }
  }

  #settle(result: CheckResultJson): void {
    const settled = { id: result.id, result, isStale: false };
    const isKnown = this.rows.some((row) => row.id === result.id);
    this.rows = isKnown
      ? this.rows.map((row) => (row.id === result.id ? settled : row))
      : [...this.rows, settled];
  }

  #finish(report: Report): void {
    this.report = report;
    this.problems = report.problems;
    this.rows = report.checks.map((result) => ({ id: result.id, result, isStale: false }));
  }
}
