/** A reading of a workspace, as it runs and as it ended. */
import type {
  ExtractEventJson,
  ExtractJson,
  ProblemJson,
  ReadingJson,
  ReadingProgressJson,
} from '../ipc/index.ts';
import { extract, problemsOf, stopReading } from '../ipc/index.ts';

/** A wait for Bitbucket's rate limit, or for the budget. */
export interface ReadingWait {
  until: string;
  seconds: number;
  reason: string;
}

/** It goes on while another page is looked at; what arrives after a newer one has begun is dropped. */
export class ReadingRun {
  isRunning = $state(false);
  /** Whether it was told to stop, and has not ended yet. */
  isStopping = $state(false);
  /** Whose workspace: a finished set-up, or the one under way. */
  profile = $state<string | null>(null);
  /** Its name, as far as it is known. */
  workspace = $state('');
  /** When it began, which may be in an earlier run. */
  beganAt = $state<string | null>(null);
  resumed = $state(false);
  progress = $state.raw<ReadingProgressJson | null>(null);
  waiting = $state.raw<ReadingWait | null>(null);
  /** Whether everything is read, and the files are being written. */
  isWriting = $state(false);
  /** What it came to. */
  extract = $state.raw<ExtractJson | null>(null);
  /** What was asked for, so that it can be gone on with. */
  asked = $state.raw<ReadingJson | null>(null);
  /** What kept it from running at all. */
  failure = $state.raw<readonly ProblemJson[]>([]);

  #run = 0;

  /** Begins a reading, or goes on with the one that the folder holds. */
  async start(profile: string | null, workspace: string, reading: ReadingJson): Promise<void> {
    this.forget();
    const run = this.#run;
    this.isRunning = true;
    this.profile = profile;
    this.workspace = workspace;
    this.asked = reading;
    try {
      const ended = await extract(profile, reading, (event) => {
        if (run === this.#run) this.#take(event);
      });
      if (run === this.#run) this.extract = ended;
    } catch (thrown) {
      if (run === this.#run) this.failure = problemsOf(thrown);
    } finally {
      if (run === this.#run) {
        this.isRunning = false;
        this.isStopping = false;
        this.waiting = null;
        this.isWriting = false;
      }
    }
  }

  /** Goes on where it stopped. */
  async goOn(): Promise<void> {
    if (this.asked === null || this.isRunning) return;
    await this.start(this.profile, this.workspace, { ...this.asked, afresh: false });
  }

  /** Stops it; it ends with what it has, which is kept. */
  async stop(): Promise<void> {
    if (!this.isRunning) return;
    this.isStopping = true;
    await stopReading();
  }

  /** Forgets how the last one ended; one that runs is left alone. */
  leave(): void {
    if (!this.isRunning) this.forget();
  }

  /** Forgets everything; what a running one still tells is dropped. */
  forget(): void {
    this.#run += 1;
    this.isRunning = false;
    this.isStopping = false;
    this.profile = null;
    this.workspace = '';
    this.beganAt = null;
    this.resumed = false;
    this.progress = null;
    this.waiting = null;
    this.isWriting = false;
    this.extract = null;
    this.asked = null;
    this.failure = [];
  }

  #take(event: ExtractEventJson): void {
    switch (event.event) {
      case 'started':
        this.resumed = event.resumed;
        this.beganAt = event.began_at;
        return;
      case 'progress':
        this.progress = event.progress;
        this.waiting = null;
        return;
      case 'waiting':
        this.waiting = event;
        return;
      case 'writing':
        this.waiting = null;
        this.isWriting = true;
        return;
      case 'finished':
        this.extract = event.extract;
    }
  }
}
