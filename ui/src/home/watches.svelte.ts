/** Syncs whose end was not seen, watched on in the background. */
import type { ProblemJson, ProfileJson, StatusJson } from '../ipc/index.ts';
import { home, problemsOf, watchOn } from '../ipc/index.ts';

/** What a card shows of its watch. */
export interface Watched {
  isRunning: boolean;
  /** What BalkanID said last. */
  status: StatusJson | null;
  /** How it ended, where that is no good end. */
  problems: readonly ProblemJson[];
}

/** What the watches need to know of the window, and tell it. */
interface Surroundings {
  /** Whether a submission of a workspace runs, which watches by itself. */
  isSubmitting: (workspace: string) => boolean;
  /** The keychain has answered, or is not asked any more. */
  answered: () => void;
  /** How the set-up stands after the end. */
  ended: (profile: ProfileJson) => void;
}

const BEGUN: Watched = { isRunning: true, status: null, problems: [] };

export class Watches {
  #shown = $state.raw<Readonly<Record<string, Watched>>>({});
  readonly #around: Surroundings;
  /** Those whose call has not come back, also where nothing is shown of it any more. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- shown nowhere
  readonly #running = new Set<string>();

  constructor(around: Surroundings) {
    this.#around = around;
  }

  /** The watch of a workspace, running or ended. */
  of(workspace: string): Watched | null {
    return this.#shown[workspace] ?? null;
  }

  /** Watches every sync that may still run: each once, and never two of a workspace. */
  begin(profiles: readonly ProfileJson[]): void {
    for (const { workspace, under_way: stage, integration_id: integration } of profiles) {
      const isWanted = stage === 'watching' && integration !== null;
      const isTaken = this.#running.has(workspace) || this.of(workspace) !== null;
      if (isWanted && !isTaken && !this.#around.isSubmitting(workspace))
        void this.#watch(workspace);
    }
  }

  /** BalkanID is looked at anew: how a watch ended before says nothing of that. */
  look(workspace: string): void {
    const watched = this.of(workspace);
    if (watched !== null) this.#show(workspace, { ...watched, problems: [] });
  }

  /** Forgets what was seen of a workspace, as something else is now to be watched. */
  forget(workspace: string): void {
    const others = Object.entries(this.#shown).filter(([known]) => known !== workspace);
    this.#shown = Object.fromEntries(others);
  }

  async #watch(workspace: string): Promise<void> {
    this.#running.add(workspace);
    this.#show(workspace, BEGUN);
    try {
      const status = await watchOn(workspace, (event) => {
        if (event.event !== 'status') return;
        this.#around.answered();
        this.#show(workspace, { ...BEGUN, status: event.status });
      });
      this.#show(workspace, { isRunning: false, status, problems: [] });
    } catch (thrown) {
      const status = this.of(workspace)?.status ?? null;
      this.#show(workspace, { isRunning: false, status, problems: problemsOf(thrown) });
    }
    this.#around.answered();
    await this.#refresh(workspace);
    this.#running.delete(workspace);
  }

  /** Takes over how the card now stands. */
  async #refresh(workspace: string): Promise<void> {
    try {
      const { profiles } = await home();
      const profile = profiles.find((known) => known.workspace === workspace);
      if (profile !== undefined) this.#around.ended(profile);
    } catch {
      // The card shows what was told; the next look at the first page reads the rest.
    }
  }

  #show(workspace: string, watched: Watched): void {
    // What is being submitted is told on its own page, and newer.
    if (this.#around.isSubmitting(workspace)) return;
    this.#shown = { ...this.#shown, [workspace]: watched };
  }
}
