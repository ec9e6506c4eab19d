import { CheckRun } from '../check-run.svelte.ts';
import type { CheckEventJson, CheckJson, ProblemJson, VerdictJson } from '../ipc/index.ts';
import { cancel, checkAll, problemsOf } from '../ipc/index.ts';

/** A card that waits for its part of the one call. */
interface Awaited {
  tell: (event: CheckEventJson) => void;
  end: (report: CheckJson) => void;
}

/** The checks of the first page: one a card, and all of them at once. */
export class AllChecks {
  /** Whether all are checked by one call. */
  isRunning = $state(false);
  /** What kept one or all of them from being checked; told once and not on every card. */
  failure = $state.raw<ProblemJson[]>([]);
  /** What the last check of all found, one a card; nothing for one without a report. */
  verdicts = $state.raw<(VerdictJson | null)[]>([]);

  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- what there is follows the cards
  readonly #runs = new Map<string, CheckRun>();

  /** The check of one card. */
  of(workspace: string): CheckRun {
    const known = this.#runs.get(workspace);
    if (known !== undefined) return known;
    const run = new CheckRun();
    this.#runs.set(workspace, run);
    return run;
  }

  /** Checks every card by one call. */
  async start(workspaces: readonly string[]): Promise<void> {
    this.isRunning = true;
    this.failure = [];
    this.verdicts = [];
    // eslint-disable-next-line svelte/prefer-svelte-reactivity -- of this call alone, and shown nowhere
    const awaited = new Map<string, Awaited>();
    for (const workspace of workspaces) {
      void this.of(workspace).start(
        (tell) => new Promise((end) => awaited.set(workspace, { tell, end })),
      );
    }
    try {
      const { reports, problems } = await checkAll(({ workspace, event }) => {
        awaited.get(workspace)?.tell(event);
      });
      for (const report of reports) {
        awaited.get(report.workspace)?.end(report);
        awaited.delete(report.workspace);
      }
      this.failure = problems;
      this.verdicts = workspaces.map(
        (workspace) => reports.find((report) => report.workspace === workspace)?.verdict ?? null,
      );
    } catch (thrown) {
      this.failure = problemsOf(thrown);
    } finally {
      // What has no report shows what it showed before.
      for (const workspace of awaited.keys()) this.of(workspace).restore();
      this.isRunning = false;
    }
  }

  /** Stops all of them; each ends with what it has. */
  async stop(): Promise<void> {
    if (this.isRunning) await cancel();
  }
}

/** How all cards stand, counted: `2 ready, 1 not ready, 1 could not be told.` */
export function verdictsSentence(verdicts: readonly (VerdictJson | null)[]): string {
  const count = (wanted: readonly (VerdictJson | null)[]) =>
    verdicts.filter((verdict) => wanted.includes(verdict)).length;
  const parts: [number, string][] = [
    [count(['ready']), 'ready'],
    [count(['not_ready']), 'not ready'],
    [count(['undetermined', null]), 'could not be told'],
  ];
  const told = parts.filter(([number]) => number > 0);
  if (told.length === 0) return '';
  return `${told.map(([number, words]) => `${String(number)} ${words}`).join(', ')}.`;
}
