import { CheckRun } from '../check-run.svelte.ts';
import type { CredentialSlot, ProblemJson, RotateJson } from '../ipc/index.ts';
import { problemsOf, rotate } from '../ipc/index.ts';

/** How a replacement stands. */
export type RotationState = 'asking' | 'checking' | 'replaced' | 'not_replaced' | 'unknown';

/**
 * The replacement of one token, as it runs and as it ended.
 *
 * The new token passes through to the program, and no part of it stays here.
 */
export class Rotation {
  /** The check of the new token. */
  readonly run = new CheckRun();
  state = $state<RotationState>('asking');
  /** What stood in the way, or is worth knowing. */
  problems = $state.raw<ProblemJson[]>([]);

  /** Checks a new token and replaces the old one with it; answers with what came of it. */
  async start(
    workspace: string,
    slot: CredentialSlot,
    secret: string,
    expires: string | null,
  ): Promise<RotateJson | null> {
    this.state = 'checking';
    this.problems = [];
    this.run.forget();
    let result: RotateJson | null = null;
    await this.run.start(async (told) => {
      try {
        result = await rotate(workspace, slot, secret, expires, told);
      } catch (thrown) {
        this.#fail(problemsOf(thrown));
        throw thrown;
      }
      this.#end(result.replaced ? 'replaced' : 'not_replaced', result.problems);
      // Without a report nothing was checked, and there is none to show.
      if (result.report === null) throw result.problems;
      return result.report;
    });
    return result;
  }

  /** Begins anew, as for the other token. */
  forget(): void {
    this.run.forget();
    this.state = 'asking';
    this.problems = [];
  }

  #end(state: RotationState, problems: ProblemJson[]): void {
    this.state = state;
    this.problems = problems;
  }

  #fail(problems: ProblemJson[]): void {
    // A program that refuses says why; one that says nothing known may have done it.
    const isKnown = problems.every(({ code }) => code !== 'defect_of_this_tool');
    this.#end(isKnown ? 'not_replaced' : 'unknown', problems);
  }
}
