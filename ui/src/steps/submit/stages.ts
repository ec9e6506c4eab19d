/** A submission as a list of stages that fill in as the events come. */
import type {
  ProblemJson,
  RouteJson,
  StatusJson,
  SubmitEventJson,
  SubmitJson,
} from '../../ipc/index.ts';

/** Where a stage stands. */
export type StageState = 'to_come' | 'running' | 'done' | 'stopped';

/** One stage. */
export interface Stage {
  name: string;
  state: StageState;
  /** What is being waited for, or what was seen. */
  text: string;
}

/** How a submission ended. */
export type End =
  /** Not yet. */
  | 'open'
  /** Connected / Data available. */
  | 'connected'
  /** Written, and nothing more to wait for here. */
  | 'written'
  /** The person stopped the watching. */
  | 'watching_stopped'
  /** Written; the sync did not end while it was watched. */
  | 'not_finished'
  /** Written, but the sync failed or could not be started. */
  | 'written_with_problems'
  /** Not written. */
  | 'failed';

/** Everything that is shown of a submission. */
export interface Submission {
  route: RouteJson;
  stages: readonly Stage[];
  submitted: SubmitJson | null;
  /** BalkanID's status lines, each time it said something new. */
  statuses: readonly StatusJson[];
  problems: readonly ProblemJson[];
  end: End;
}

const words: ReadonlyMap<string, string> = new Map([
  ['keychain', 'Save the secrets to the keychain'],
  ['upload', 'Send the integration to BalkanID'],
  ['find', 'Find it in BalkanID’s list'],
  ['sync', 'Start the sync'],
  ['watch', 'Wait until BalkanID has read everything'],
]);

const expected: Record<RouteJson, readonly string[]> = {
  api: ['keychain', 'upload', 'find', 'sync', 'watch'],
  assisted: ['keychain'],
};

/** What a stage is called before it has said anything. */
export function stageWords(name: string): string {
  return words.get(name) ?? name.replaceAll('_', ' ');
}

/** The word for a stage's state. */
export const stateWord: Record<StageState, string> = {
  to_come: 'To come',
  running: 'Running',
  done: 'Done',
  stopped: 'Stopped here',
};

/** A submission that begins. */
export function submitting(route: RouteJson): Submission {
  const stages = expected[route].map((name) => ({
    name,
    state: 'to_come' as const,
    text: '',
  }));
  return { route, stages, submitted: null, statuses: [], problems: [], end: 'open' };
}

/** What an event changes. */
export function after(submission: Submission, event: SubmitEventJson): Submission {
  switch (event.event) {
    case 'stage':
      return withStage(submission, { name: event.stage, state: 'running', text: event.text });
    case 'stage_done':
      return withStage(submission, { name: event.stage, state: 'done', text: event.text });
    case 'submitted':
      return { ...submission, submitted: event.submission };
    case 'status':
      return { ...submission, statuses: told(submission.statuses, event.status) };
    case 'ended':
      return { ...submission, problems: event.problems };
  }
}

function withStage(submission: Submission, stage: Stage): Submission {
  const known = submission.stages.some(({ name }) => name === stage.name);
  const stages = known
    ? submission.stages.map((old) => (old.name === stage.name ? stage : old))
    : [...submission.stages, stage];
  return { ...submission, stages };
}

/** A status that says the same as the last is the last, seen later. */
function told(statuses: readonly StatusJson[], status: StatusJson): StatusJson[] {
  const last = statuses.at(-1);
  const same =
    last?.state === status.state &&
    last.words === status.words &&
    last.message === status.message &&
    last.last_run === status.last_run;
  return same ? [...statuses.slice(0, -1), status] : [...statuses, status];
}

/** The command came back with what was done. */
export function finished(submission: Submission, submitted: SubmitJson): Submission {
  const problems = submitted.problems;
  const isConnected = submission.statuses.at(-1)?.state === 'connected';
  const end = problems.some(({ severity }) => severity === 'error')
    ? 'written_with_problems'
    : isConnected
      ? 'connected'
      : 'written';
  // A stage that was never begun had nothing to do, such as a watch without a sync.
  const stages = submission.stages
    .map((stage) => (stage.state === 'running' ? { ...stage, state: 'stopped' as const } : stage))
    .filter(({ state }) => state !== 'to_come');
  return { ...submission, stages, submitted, problems, end };
}

/** The command came back with what is wrong. */
export function refused(submission: Submission, problems: readonly ProblemJson[]): Submission {
  const has = (wanted: string): boolean => problems.some(({ code }) => code === wanted);
  const stages = submission.stages.map((stage) =>
    stage.state === 'running' ? { ...stage, state: 'stopped' as const } : stage,
  );
  return { ...submission, stages, problems, end: ending() };

  function ending(): End {
    if (submission.submitted === null) return 'failed';
    if (has('cancelled')) return 'watching_stopped';
    return has('timed_out') ? 'not_finished' : 'written_with_problems';
  }
}

/** Something goes on that the person may leave alone. */
export function isWatching(submission: Submission): boolean {
  return submission.stages.some(({ name, state }) => name === 'watch' && state === 'running');
}

/** The whole in one sentence, for those who hear the page. */
export function spoken(submission: Submission): string {
  const status = submission.statuses.at(-1);
  switch (submission.end) {
    case 'open': {
      const running = submission.stages.find(({ state }) => state === 'running');
      if (running === undefined) return 'Beginning.';
      if (running.name === 'watch' && status !== undefined)
        return `BalkanID says: ${status.words}.`;
      return `${running.text}.`;
    }
    case 'connected':
      return `BalkanID says: ${status?.words ?? 'Connected / Data available'}.`;
    case 'written':
      return submission.route === 'api'
        ? 'BalkanID took the integration.'
        : 'The secrets are in the keychain.';
    case 'watching_stopped':
      return 'The watching was stopped. BalkanID goes on by itself.';
    case 'not_finished':
      return 'BalkanID took the integration and has not finished reading.';
    case 'written_with_problems':
      return 'BalkanID took the integration, and something is wrong.';
    case 'failed':
      return 'Nothing was submitted.';
  }
}
