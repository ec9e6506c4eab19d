/** A submission as a list of stages that fill in as the events come. */
import type {
  ProblemJson,
  RouteJson,
  StatusJson,
  SubmitEventJson,
  SubmitJson,
  UploadEventJson,
  UploadedFileJson,
  ValidateJson,
} from '../../ipc/index.ts';

/** Where a stage stands. */
export type StageState = 'to_come' | 'running' | 'done' | 'stopped' | 'not_sent';

/** One stage. */
export interface Stage {
  name: string;
  state: StageState;
  /** What is being waited for, or what was seen. */
  text: string;
  /** How much of its file is there; of a file that is being sent. */
  sent?: Sent;
  /** What became of the attempt before, and why it is made again. */
  again?: string;
}

/** How much of a file was sent. */
export interface Sent {
  name: string;
  bytes: number;
  of: number;
}

/** The stages that send a file, in their order. */
export const FILE_STAGES = ['entities', 'relations'] as const;
export type FileStage = (typeof FILE_STAGES)[number];

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
  /** Written; of the files that feed it, not all were sent. */
  | 'files_missing'
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
  ['validate', 'Look through the files'],
  ['key', 'Try the API key'],
  ['entities', 'Send the entities'],
  ['relations', 'Send the entity relations'],
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
  not_sent: 'Not sent',
};

/** The stages that the files of a plan need; none where the program sends none. */
export function fileStages(route: RouteJson, files: ValidateJson | null): FileStage[] {
  if (route !== 'api' || files === null) return [];
  return FILE_STAGES.filter((stage) => files.files.some(({ kind }) => kind === stage));
}

/** A submission that begins; with files, those are sent in the place of a sync. */
export function submitting(route: RouteJson, files: readonly FileStage[] = []): Submission {
  const names = expected[route].flatMap((name) =>
    name === 'sync' && files.length > 0 ? ['validate', 'key', ...files] : [name],
  );
  const stages = names.map((name) => ({ name, state: 'to_come' as const, text: '' }));
  return { route, stages, submitted: null, statuses: [], problems: [], end: 'open' };
}

/** What an event changes. */
export function after(submission: Submission, event: SubmitEventJson): Submission {
  switch (event.event) {
    case 'stage':
      return withStage(submission, { name: event.stage, state: 'running', text: event.text });
    case 'stage_done':
      return withStage(submission, { name: event.stage, state: 'done', text: event.text });
    case 'upload':
      return uploading(submission, event.upload);
    case 'submitted':
      return { ...submission, submitted: event.submission };
    case 'status':
      return { ...submission, statuses: told(submission.statuses, event.status) };
    case 'ended':
      return { ...submission, problems: event.problems };
  }
}

function uploading(submission: Submission, event: UploadEventJson): Submission {
  switch (event.event) {
    case 'stage': {
      const stage: Stage = { name: event.stage, state: 'running', text: event.text };
      return withStage(withSkipped(submission, event.stage), stage);
    }
    case 'stage_done':
      return withStage(submission, { name: event.stage, state: 'done', text: event.text });
    case 'sent': {
      const { name, bytes, of } = event;
      return withFile(submission, name, (stage) => ({ ...stage, sent: { name, bytes, of } }));
    }
    case 'again':
      return withFile(submission, event.name, (stage) => ({
        ...stage,
        again: event.problem.message,
      }));
    // The plan has told of what was found, and where the files stand comes back in the end.
    case 'finding':
    case 'ended':
      return submission;
  }
}

/** A file that is passed over on the way to the next is there from before. */
function withSkipped(submission: Submission, begun: string): Submission {
  const before = FILE_STAGES.slice(
    0,
    Math.max(
      0,
      FILE_STAGES.findIndex((name) => name === begun),
    ),
  );
  const stages = submission.stages.map((stage) =>
    stage.state === 'to_come' && before.some((name) => name === stage.name)
      ? { ...stage, state: 'done' as const, text: ALREADY_SENT }
      : stage,
  );
  return { ...submission, stages };
}

const ALREADY_SENT = 'Already sent.';

function withFile(
  submission: Submission,
  file: string,
  change: (stage: Stage) => Stage,
): Submission {
  const stages = submission.stages.map((stage) =>
    stage.name === fileStageOf(file) ? change(stage) : stage,
  );
  return { ...submission, stages };
}

/** The stage that sends a file, by the file's name. */
function fileStageOf(file: string): FileStage {
  return file === 'entities.csv' ? 'entities' : 'relations';
}

/** Where a file's stage stands in the end. */
function ended(stage: Stage, files: readonly UploadedFileJson[]): Stage {
  const file = files.find(({ name }) => fileStageOf(name) === stage.name);
  switch (file?.state) {
    case undefined:
    case 'done':
      return stage;
    case 'already_done':
      return { ...stage, state: 'done', text: ALREADY_SENT };
    case 'failed':
      return { ...stage, state: 'stopped' };
    case 'not_sent':
      return { ...stage, state: 'not_sent', text: '' };
  }
}

/** Whether it was the person who stopped it, so that nothing is at fault. */
export function isStopped({ problems }: Submission): boolean {
  return problems.some(({ code }) => code === 'cancelled');
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
  const files = submitted.upload?.files ?? [];
  const isMissing = files.some(({ state }) => state === 'failed' || state === 'not_sent');
  const end = problems.some(({ severity }) => severity === 'error')
    ? isMissing
      ? 'files_missing'
      : 'written_with_problems'
    : isConnected
      ? 'connected'
      : 'written';
  // A stage that was never begun had nothing to do, such as a watch without a sync.
  const stages = submission.stages
    .map((stage) => (stage.state === 'running' ? { ...stage, state: 'stopped' as const } : stage))
    .map((stage) => ended(stage, files))
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

/** Files are looked through or sent, which can be stopped and gone on with later. */
export function isSending({ stages }: Submission): boolean {
  const running = stages.find(({ state }) => state === 'running')?.name;
  return ['validate', 'key', ...FILE_STAGES].some((name) => name === running);
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
    case 'files_missing':
      return isStopped(submission)
        ? 'The sending was stopped. BalkanID took the integration, and not all of the files.'
        : 'BalkanID took the integration, and not all of the files.';
    case 'written_with_problems':
      return 'BalkanID took the integration, and something is wrong.';
    case 'failed':
      return 'Nothing was submitted.';
  }
}
