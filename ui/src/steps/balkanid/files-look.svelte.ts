/** A look through the files of an upload, as it runs and as it ended. */
import type { FindingJson, ProblemJson, ValidateEventJson, ValidateJson } from '../../ipc/index.ts';
import { cancel, lookThroughFiles, problemsOf } from '../../ipc/index.ts';

/** What is found comes in by the hundred; it is shown this often. */
const EVERY_MS = 100;

/** What arrives after a newer look has begun, or the folder was changed, is dropped. */
export class FilesLook {
  isRunning = $state(false);
  /** The bytes read so far, of all files. */
  bytes = $state(0);
  /** The first problems, in the order in which they were found. */
  findings = $state.raw<readonly FindingJson[]>([]);
  /** What was looked through, with the sums of all. */
  result = $state.raw<ValidateJson | null>(null);
  /** What kept the files from being looked through to their end. */
  failure = $state.raw<readonly ProblemJson[]>([]);

  #run = 0;
  #found: FindingJson[] = [];
  #read: Record<string, number> = {};
  #later: ReturnType<typeof setTimeout> | undefined;

  /** Looks through the files of the folder that the program knows. */
  async start(): Promise<void> {
    this.forget();
    const run = this.#run;
    this.isRunning = true;
    try {
      const result = await lookThroughFiles((event) => {
        if (run === this.#run) this.#take(event);
      });
      if (run === this.#run) this.result = result;
    } catch (thrown) {
      if (run === this.#run) this.failure = problemsOf(thrown);
    } finally {
      if (run === this.#run) {
        this.isRunning = false;
        this.#tell();
      }
    }
  }

  /** Stops it; nothing is then known of the rest. */
  async stop(): Promise<void> {
    if (this.isRunning) await cancel();
  }

  /** Forgets everything; what a running look still tells is dropped. */
  forget(): void {
    this.#run += 1;
    this.#found = [];
    this.#read = {};
    this.isRunning = false;
    this.result = null;
    this.failure = [];
    this.#tell();
  }

  #take(event: ValidateEventJson): void {
    switch (event.event) {
      case 'problem':
        this.#found.push(event.problem);
        break;
      case 'progress':
        this.#read[event.file] = event.bytes;
        break;
      case 'ended':
        return;
    }
    this.#later ??= setTimeout(() => this.#tell(), EVERY_MS);
  }

  #tell(): void {
    clearTimeout(this.#later);
    this.#later = undefined;
    this.findings = [...this.#found];
    this.bytes = Object.values(this.#read).reduce((sum, bytes) => sum + bytes, 0);
  }
}
