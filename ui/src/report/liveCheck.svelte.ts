/** A check that runs and can be run again; the page and the cards of Home both show one. */
import { cancel, problemsOf } from '../ipc/index.ts';
import type { CheckEventJson, CheckJson, ProblemJson } from '../ipc/index.ts';
import { after, begun, broken, nothingYet, shown, wasStopped } from './run.ts';
import type { CheckView } from './run.ts';

/** How a check is asked for: of the set-up under way, or of a saved profile. */
export type Ask = (told: (event: CheckEventJson) => void) => Promise<CheckJson>;

export class LiveCheck {
  /** What is shown. */
  view = $state.raw<CheckView>(nothingYet);
  /** Why a check could not be made at all. */
  problems = $state.raw<readonly ProblemJson[]>([]);
  /** What the last whole report was about; another key makes it an old one. */
  key = $state.raw<string | null>(null);
  /** How many runs have ended with a report. */
  runs = $state.raw(0);

  /** The answers of a run are taken only while it is the newest. */
  #newest = 0;

  /** Whether there is a whole report on this. */
  isFresh(key: string): boolean {
    const { report } = this.view;
    return this.key === key && report !== null && !wasStopped(report);
  }

  /** Shows a report that was made elsewhere. */
  show(report: CheckJson, key: string): void {
    this.#newest += 1;
    this.view = shown(report);
    this.problems = [];
    this.key = key;
  }

  /** Runs the check; a run that is under way is forgotten. Answers with its report. */
  async start(ask: Ask, key: string): Promise<CheckJson | null> {
    this.#newest += 1;
    const run = this.#newest;
    this.problems = [];
    this.view = begun(this.view);
    try {
      const report = await ask((event) => {
        if (run === this.#newest) this.view = after(this.view, event);
      });
      if (run !== this.#newest) return null;
      // The event may come after the answer to the command, or not at all.
      if (this.view.running) this.view = after(this.view, { event: 'finished', report });
      this.key = key;
      this.runs += 1;
      return report;
    } catch (thrown) {
      if (run !== this.#newest) return null;
      this.view = broken(this.view);
      this.problems = problemsOf(thrown);
      return null;
    }
  }

  /** Asks the running check to end with what it has. */
  async stop(): Promise<void> {
    if (this.view.running) await cancel();
  }

  /** The page is left: what the running check still says is nobody's. */
  async leave(): Promise<void> {
    if (!this.view.running) return;
    this.#newest += 1;
    this.view = broken(this.view);
    this.key = null;
    await cancel();
  }

  /** Another set-up: nothing is known of it. */
  clear(): void {
    this.#newest += 1;
    this.view = nothingYet;
    this.problems = [];
    this.key = null;
  }
}
