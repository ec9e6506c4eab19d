/** A submission as it runs and as it ended; it outlives the page on which it was begun. */
import { cancel, problemsOf } from '../../ipc/index.ts';
import type { RouteJson, SubmitEventJson, SubmitJson } from '../../ipc/index.ts';
import { after, finished, refused, submitting } from './stages.ts';
import type { FileStage, Submission } from './stages.ts';

/** What begins a submission: the call of `ipc`, with route and keys given. */
export type BeginSubmission = (told: (event: SubmitEventJson) => void) => Promise<SubmitJson>;

export class SubmissionRun {
  isRunning = $state(false);
  /** What is shown of it; nothing before the first. */
  shown = $state.raw<Submission | null>(null);
  /** What the person has to set by hand in BalkanID, since the API does not carry it. */
  byHand = $state.raw<readonly string[]>([]);

  #run = 0;

  /** Begins a submission, unless one is running: submitting twice is never what was meant. */
  async start(
    route: RouteJson,
    begin: BeginSubmission,
    byHand: readonly string[],
    files: readonly FileStage[] = [],
  ): Promise<void> {
    if (this.isRunning) return;
    this.#run += 1;
    const run = this.#run;
    this.isRunning = true;
    this.byHand = byHand;
    this.#show(submitting(route, files));
    try {
      const submitted = await begin((event) => {
        if (run === this.#run) this.#change((shown) => after(shown, event));
      });
      if (run === this.#run) this.#change((shown) => finished(shown, submitted));
    } catch (thrown) {
      if (run === this.#run) this.#change((shown) => refused(shown, problemsOf(thrown)));
    } finally {
      if (run === this.#run) this.isRunning = false;
    }
  }

  /** Stops sending files, or watching; BalkanID goes on by itself. */
  async stop(): Promise<void> {
    if (this.isRunning) await cancel();
  }

  /** Forgets everything; what a running submission still tells is dropped. */
  forget(): void {
    this.#run += 1;
    this.isRunning = false;
    this.shown = null;
    this.byHand = [];
  }

  #show(shown: Submission): void {
    this.shown = shown;
  }

  #change(change: (shown: Submission) => Submission): void {
    if (this.shown !== null) this.#show(change(this.shown));
  }
}
