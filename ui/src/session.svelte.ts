import { CheckRun } from './check-run.svelte.ts';
import { Watches } from './home/watches.svelte.ts';
import * as ipc from './ipc/index.ts';
import type {
  ConfirmedJson,
  CredentialSlot,
  DraftJson,
  GuideJson,
  HomeJson,
  KeychainJson,
  ProblemJson,
  ProfileJson,
  ProgressJson,
  ReadingJson,
  RouteJson,
  ScimJson,
  SecretJson,
  SecretSlot,
  StepAnswerJson,
} from './ipc/index.ts';
import { practiceFor } from './practice.ts';
import { ReadingRun } from './reading/reading-run.svelte.ts';
import { wasStopped } from './report/cells.ts';
import { FilesLook } from './steps/balkanid/files-look.svelte.ts';
import type { FileStage } from './steps/submit/stages.ts';
import { SubmissionRun, type BeginSubmission } from './steps/submit/submission-run.svelte.ts';
import {
  neededFrom,
  stepAfter,
  stepBefore,
  stepNamed,
  type PageName,
  type StepName,
} from './steps.ts';

const EMPTY_DRAFT: DraftJson = {
  service_account_confirmed: false,
  workspace: null,
  api_url: null,
  account: null,
  workspace_token_expires: null,
  account_token_expires: null,
  balkanid_url: null,
  balkanid_public_url: null,
  primary_owner: null,
  secondary_owners: [],
  description: null,
  extraction: 'direct',
  scim_url: null,
  scim_user: null,
  files: null,
  reviewers: [],
  reviewer_count: null,
  provisioning: null,
};

/** What the page that reads a workspace is about. */
export interface ReadingOf {
  /** The finished set-up whose workspace is read; nothing means the one under way. */
  profile: string | null;
  /** The folder to begin with; without one, one is offered. */
  folder: string | null;
  /** The page that it was come from, and that Back leads to. */
  back: PageName;
}

/** What is being waited for; `why` is said once it takes long. */
export interface Wait {
  text: string;
  why: string;
}

/**
 * The one state of the window.
 *
 * What a person types is in `draft`; it is sent to the program whenever a field is left, so that
 * going back, changing and closing lose nothing. No secret is ever a part of this state.
 */
export class Session {
  /** What the window opened with; nothing until it is told. */
  home = $state.raw<HomeJson | null>(null);
  keychain = $state.raw<KeychainJson | null>(null);
  /** Whether the keychain has not answered at once: its own dialog may be open. */
  isKeychainWaiting = $state(false);
  /** The set-up under way. */
  progress = $state.raw<ProgressJson | null>(null);
  page = $state<PageName>('home');
  /** What the step on this page says. */
  guide = $state.raw<GuideJson | null>(null);
  /** What is wrong with the answer on this page, newest list each time it is told. */
  problems = $state.raw<ProblemJson[]>([]);
  /** What stood in the way when the page was last to be left: the summary above it. */
  summary = $state.raw<ProblemJson[]>([]);
  /** What is wrong with what was pasted, by slot. */
  secretProblems = $state<Partial<Record<SecretSlot, ProblemJson[]>>>({});
  /** What keeps the answers from being saved to the disk, as a folder that may not be written to. */
  unkept = $state.raw<ProblemJson | null>(null);
  draft = $state<DraftJson>(structuredClone(EMPTY_DRAFT));
  /** What was seen of the answer to the page before, in one line. */
  seen = $state.raw<string | null>(null);
  wait = $state.raw<Wait | null>(null);

  /** The check of one credential, beside the field into which it is pasted. */
  readonly credentialChecks: Record<CredentialSlot, CheckRun> = {
    workspace_token: new CheckRun(),
    account: new CheckRun(),
  };
  /** The permission report: the check of both. */
  readonly report = new CheckRun();
  /** The check of the SCIM server, beside its address and token. */
  readonly scim = new CheckRun<ScimJson>();
  /** The look through the files of an upload, beside their folder. */
  readonly files = new FilesLook();
  /** The syncs of finished set-ups that are watched on in the background. */
  readonly watches = new Watches({
    isSubmitting: (workspace) => this.#submitting.has(workspace),
    answered: () => {
      this.isKeychainWaiting = false;
    },
    ended: (profile) => {
      this.acceptProfile(profile);
    },
  });
  /** The submission to BalkanID, which goes on while another page is looked at. */
  readonly submission = new SubmissionRun();

  /** The reading of a workspace, which goes on while another page is looked at. */
  readonly reading = new ReadingRun();
  /** What the page of the reading is about. */
  readingOf = $state.raw<ReadingOf>({ profile: null, folder: null, back: 'home' });

  /** Calls that change the set-up run one after another, in the order in which they were made. */
  #line: Promise<unknown> = Promise.resolve();
  #keptDraft = '';
  /** The workspaces that are being submitted, also where another set-up was opened meanwhile. */
  // eslint-disable-next-line svelte/prefer-svelte-reactivity -- shown nowhere
  readonly #submitting = new Set<string>();
  /** Counts the pages that were gone to, so that an answer to an older one moves nothing. */
  #visit = 0;

  /** Whether this window plays with the practice servers. */
  get isPractice(): boolean {
    return this.home?.practice != null;
  }

  /** The step on this page, or nothing on a page that is none. */
  get step(): StepName | null {
    return stepNamed(this.page);
  }

  /** The API URL that is right unless the person knows better. */
  get usualApiUrl(): string {
    return this.home?.practice?.bitbucket_url ?? 'https://api.bitbucket.org';
  }

  /** Where a secret goes that is pasted now. */
  get secretHint(): string {
    const keychain = this.keychain;
    if (keychain === null || keychain.memory_only) {
      return 'It is held in memory for this process only, and gone when it ends.';
    }
    return `It is held in memory, and saved to ${keychain.store} at the last step.`;
  }

  /** What the window may know of a secret. */
  secret(slot: SecretSlot): SecretJson | null {
    return this.progress?.secrets.find((secret) => secret.slot === slot) ?? null;
  }

  /** The problems of a field, those of a pasted secret among them. */
  problemsOfField(field: string): ProblemJson[] {
    return this.inputProblems.filter((problem) => problem.field === field);
  }

  /** Everything on this page that is a matter of what was typed or pasted. */
  get inputProblems(): ProblemJson[] {
    const pasted = Object.values(this.secretProblems).flat();
    return [...this.problems, ...pasted].filter(isAboutInput);
  }

  /** Everything on this page that is not: it gets a panel of its own. */
  get otherProblems(): ProblemJson[] {
    return this.problems.filter((problem) => !isAboutInput(problem));
  }

  /** Asks for what the window opens with. */
  async start(): Promise<void> {
    await this.#during(
      { text: 'Reading what was saved', why: 'The disk is slow to answer.' },
      async () => {
        this.#acceptHome(await ipc.home());
      },
    );
    void ipc
      .onKeychainWaiting(() => {
        this.isKeychainWaiting = true;
      })
      .catch((thrown: unknown) => {
        this.problems = ipc.problemsOf(thrown);
      });
  }

  /** Begins a set-up, or opens a finished one at a step to be changed. */
  async begin(workspace: string | null, step: StepName = 'service_account'): Promise<void> {
    await this.#open(() => ipc.begin(workspace), step);
  }

  /** Goes on with the unfinished set-up where it was left, or at a step. */
  async resume(at: StepName | null = null): Promise<void> {
    await this.#open(() => ipc.resume(), at);
  }

  /** Forgets the unfinished set-up and begins another. */
  async beginAnew(): Promise<void> {
    await this.discard();
    if (this.problems.length === 0) await this.begin(null);
  }

  /** Forgets the unfinished set-up. */
  async discard(): Promise<void> {
    await this.#during(
      { text: 'Forgetting the unfinished set-up', why: 'The disk is slow to answer.' },
      async () => {
        this.#acceptHome(await this.#inLine(() => ipc.discard()));
        this.progress = null;
      },
    );
  }

  /** Goes to the first page, with everything as the program now knows it. */
  async goHome(): Promise<void> {
    await this.keep();
    await this.#during(
      { text: 'Reading what was saved', why: 'The disk is slow to answer.' },
      async () => {
        const home = await ipc.home();
        this.#turnTo('home', null);
        this.#acceptHome(home);
      },
    );
  }

  /** Goes to the page that looks at the surroundings; it is reached from the first page alone. */
  diagnose(): void {
    this.#turnTo('diagnose', null);
  }

  /** Goes to the page that reads a workspace: of a finished set-up, or of the one under way. */
  async read(profile: string | null, folder: string | null = null): Promise<void> {
    await this.keep();
    // How another one ended is no matter of this one.
    if (!this.reading.isRunning && this.reading.profile !== profile) this.reading.forget();
    this.readingOf = { profile, folder, back: this.page };
    this.#turnTo('reading', null);
  }

  /** Goes to the page of the reading that is under way. */
  async seeReading(): Promise<void> {
    await this.read(this.reading.profile);
  }

  /** Reads the workspace of the page, or goes on with what the folder holds. */
  async startReading(workspace: string, reading: ReadingJson): Promise<void> {
    if (this.reading.isRunning) return;
    this.readingOf = { ...this.readingOf, folder: reading.folder };
    await this.reading.start(this.readingOf.profile, workspace, reading);
    this.isKeychainWaiting = false;
  }

  /** Goes back to the page that the reading was come from. */
  async leaveReading(): Promise<void> {
    const step = stepNamed(this.readingOf.back);
    if (!this.reading.isRunning) this.reading.forget();
    await (step === null ? this.goHome() : this.#show(step));
  }

  /** Goes back to the page of the files, with the folder that was read into. */
  async useFolder(folder: string): Promise<void> {
    this.draft.files = folder;
    this.files.forget();
    await this.leaveReading();
    await this.keep();
  }

  /** Goes to a step; what was typed on this page is kept. */
  async go(step: StepName): Promise<void> {
    await this.keep();
    await this.#show(step);
  }

  /** Goes to the page before this one. */
  async back(): Promise<void> {
    const before = this.step === null ? null : stepBefore(this.step, this.progress?.steps);
    await (before === null ? this.goHome() : this.go(before));
  }

  /** Keeps what was typed so far, without asking whether it is right. */
  async keep(): Promise<void> {
    const step = this.step;
    if (step === null || !this.#isChanged()) return;
    try {
      const sent = this.#sent();
      const { progress, problems } = await this.#inLine(() => ipc.keep(step, sent));
      this.accept(progress, sent);
      this.unkept = problems.find(isAboutKeeping) ?? null;
    } catch (thrown) {
      this.problems = ipc.problemsOf(thrown);
    }
  }

  /** Answers the step on this page and goes on to the next, unless something is wrong. */
  async continue(): Promise<void> {
    const step = this.step;
    if (step === null) return;
    const visit = this.#visit;
    const answer = await this.answer(step);
    const isElsewhere = visit !== this.#visit;
    if (answer === null || isElsewhere) return;
    const stands = this.inputProblems.length > 0 || answer.problems.some(isInTheWay);
    this.summary = this.inputProblems;
    // Only now: the answer may be what makes a step needed or not.
    const next = stepAfter(step, this.progress?.steps);
    if (stands || next === null) return;
    await this.#show(next);
    this.seen = answer.seen;
    // What could not be told goes along, as a word of warning.
    this.problems = answer.problems;
  }

  /** Tells the program the answer to a step; nothing where the call failed. */
  async answer(step: StepName): Promise<StepAnswerJson | null> {
    const visit = this.#visit;
    let told: StepAnswerJson | null = null;
    await this.#during(
      {
        text: 'Looking at your answer',
        why: 'The network is slow to answer. What you typed is kept.',
      },
      async () => {
        const sent = await this.#inLine(() => Promise.resolve(this.#sent()));
        const answer = await this.#inLine(() => ipc.answer(step, sent));
        this.accept(answer.progress, sent);
        this.unkept = answer.problems.find(isAboutKeeping) ?? null;
        const problems = answer.problems.filter((problem) => !isAboutKeeping(problem));
        if (visit === this.#visit) this.problems = problems;
        told = answer;
      },
    );
    return told;
  }

  /** Hands a pasted secret to the program; tells whether it took it. The caller forgets it at once. */
  async hold(slot: SecretSlot, secret: string): Promise<boolean> {
    try {
      const { progress, problems } = await this.#inLine(() => ipc.holdSecret(slot, secret));
      this.accept(progress);
      this.secretProblems[slot] = problems;
      if (problems.length > 0) return false;
      if (slot === 'workspace_token' || slot === 'account') {
        this.credentialChecks[slot].forget();
        this.checkIfComplete(slot);
      }
      if (slot === 'scim_token') {
        this.scim.forget();
        this.checkScimIfComplete();
      }
      return true;
    } catch (thrown) {
      this.problems = ipc.problemsOf(thrown);
      return false;
    }
  }

  /** Drops a pasted secret; what stands in the keychain stays. */
  async drop(slot: SecretSlot): Promise<void> {
    try {
      this.accept(await this.#inLine(() => ipc.dropSecret(slot)));
      this.secretProblems[slot] = [];
      if (slot === 'scim_token') this.scim.forget();
    } catch (thrown) {
      this.problems = ipc.problemsOf(thrown);
    }
  }

  /** Checks one credential, live. */
  async checkCredential(slot: CredentialSlot): Promise<void> {
    await this.keep();
    await this.credentialChecks[slot].start((told) => ipc.check([slot], told));
    this.isKeychainWaiting = false;
  }

  /** Keeps another e-mail, and checks the account anew once its token is there too. */
  async accountChanged(): Promise<void> {
    this.credentialChecks.account.forget();
    await this.keep();
    this.checkIfComplete('account');
  }

  /** Checks one credential, live, once everything that it needs is there. */
  checkIfComplete(slot: CredentialSlot): void {
    const isHeld = (this.secret(slot)?.held ?? 'absent') !== 'absent';
    const hasEmail = slot === 'workspace_token' || (this.draft.account ?? '').trim() !== '';
    if (isHeld && hasEmail) void this.checkCredential(slot);
  }

  /** Checks the SCIM server, live; a submission that runs would be stopped by it. */
  async checkScim(): Promise<void> {
    if (this.submission.isRunning) return;
    await this.keep();
    await this.scim.start((told) => ipc.checkScim(told));
    this.isKeychainWaiting = false;
  }

  /** Keeps another address or user name, and checks the server anew once all of it is there. */
  async scimChanged(): Promise<void> {
    this.scim.forget();
    await this.keep();
    this.checkScimIfComplete();
  }

  /** Checks the SCIM server, live, once everything that it needs is there. */
  checkScimIfComplete(): void {
    const isHeld = (this.secret('scim_token')?.held ?? 'absent') !== 'absent';
    const hasAddress = (this.draft.scim_url ?? '').trim() !== '';
    if (this.draft.extraction === 'scim' && isHeld && hasAddress) void this.checkScim();
  }

  /** Looks through the files of an upload; a submission that runs would be stopped by it. */
  async lookThroughFiles(): Promise<void> {
    if (this.submission.isRunning) return;
    await this.keep();
    await this.files.start();
  }

  /** Whether the permission report is about the values and secrets that are there now. */
  get isReportFresh(): boolean {
    const { about, report } = this.report;
    const isWhole = report !== null && !wasStopped(report);
    return isWhole && about === this.#checked;
  }

  /** What a report is made of: every value and secret that Bitbucket is asked with. */
  get #checked(): string {
    const { workspace, api_url, account } = this.draft;
    const secrets = [this.secret('workspace_token'), this.secret('account')];
    return JSON.stringify([workspace, api_url, account, secrets]);
  }

  /** Checks both credentials: the permission report. */
  async checkAll(): Promise<void> {
    const before = this.report.report?.workspace;
    // The answers of another workspace are nothing to compare with.
    if (before !== undefined && before !== this.progress?.workspace) this.report.forget();
    await this.report.start(
      (told) => ipc.check(['workspace_token', 'account'], told),
      this.#checked,
    );
    const step = this.step;
    if (step !== null) await this.#refresh();
  }

  /** Proves the keychain by a write, a read and a delete. */
  async probeKeychain(): Promise<void> {
    await this.#ofKeychain(() => ipc.probeKeychain());
  }

  /** Goes on without a keychain. */
  async useMemoryOnly(): Promise<void> {
    await this.#ofKeychain(() => ipc.useMemoryOnly());
  }

  /** Fills the inputs of this page with values that open the practice servers alone. */
  async fillPractice(): Promise<void> {
    const step = this.step;
    const practice = this.home?.practice;
    if (step === null || practice == null) return;
    const { draft, secrets } = practiceFor(step, practice);
    Object.assign(this.draft, draft);
    if (step === 'balkanid') this.#forgetNeeds();
    this.problems = [];
    this.summary = [];
    await this.keep();
    for (const { slot, value } of secrets) await this.hold(slot, value);
  }

  /** Takes over where the set-up now stands; `sent` is the draft that the answer is about. */
  accept(progress: ProgressJson, sent?: DraftJson): void {
    this.progress = progress;
    this.#keptDraft = JSON.stringify(progress.draft);
    if (sent === undefined) return;
    // What was typed meanwhile is newer than the answer.
    const isAsSent = JSON.stringify(this.draft) === JSON.stringify(sent);
    if (isAsSent) this.draft = structuredClone(progress.draft);
  }

  /** Takes over what the first page shows. */
  acceptHome(home: HomeJson): void {
    this.#acceptHome(home);
  }

  /** Takes over how one finished set-up now stands. */
  acceptProfile(profile: ProfileJson): void {
    if (this.home === null) return;
    const profiles = this.home.profiles.map((known) =>
      known.workspace === profile.workspace ? profile : known,
    );
    this.home = { ...this.home, profiles };
  }

  #acceptHome(home: HomeJson): void {
    this.home = home;
    this.keychain = home.keychain;
    this.problems = home.problems;
    this.watches.begin(home.profiles);
  }

  async #open(call: () => Promise<ProgressJson>, at: StepName | null): Promise<void> {
    await this.#during(
      { text: 'Opening the set-up', why: 'The disk is slow to answer.' },
      async () => {
        const progress = await this.#inLine(call);
        this.#takeUp(progress);
        const left = stepNamed(progress.current) ?? 'service_account';
        await this.#show(at ?? neededFrom(left, progress.steps));
      },
    );
  }

  /** Takes up another set-up; what was seen of the one before is no part of it. */
  #takeUp(progress: ProgressJson): void {
    this.accept(progress);
    this.draft = structuredClone(progress.draft);
    for (const check of Object.values(this.credentialChecks)) check.forget();
    this.report.forget();
    this.#forgetNeeds();
    if (!this.reading.isRunning) this.reading.forget();
    this.submission.forget();
  }

  /** Forgets what was found of the SCIM server and of the files. */
  #forgetNeeds(): void {
    this.scim.forget();
    this.files.forget();
  }

  async #show(step: StepName): Promise<void> {
    this.#visit += 1;
    const visit = this.#visit;
    try {
      const guide = await this.#inLine(() => ipc.guide(step));
      if (visit !== this.#visit) return;
      this.#turnTo(step, guide);
    } catch (thrown) {
      if (visit === this.#visit) this.problems = ipc.problemsOf(thrown);
    }
  }

  #turnTo(page: PageName, guide: GuideJson | null): void {
    this.#visit += 1;
    this.page = page;
    this.guide = guide;
    this.problems = [];
    this.seen = null;
    this.summary = [];
    this.secretProblems = {};
    this.isKeychainWaiting = false;
  }

  /** Saves, submits by the given route, and watches until the sync ends. */
  async submit(
    route: RouteJson,
    confirmed: ConfirmedJson,
    byHand: readonly string[],
    files: readonly FileStage[] = [],
  ): Promise<void> {
    if (this.submission.isRunning) return;
    const workspace = this.progress?.workspace ?? '';
    this.#submitting.add(workspace);
    this.watches.forget(workspace);
    const begin: BeginSubmission = (told) => ipc.submit(route, confirmed, told);
    // Not in line: a sync takes minutes, and the window can be used meanwhile.
    await this.submission.start(route, begin, byHand, files);
    this.#submitting.delete(workspace);
    this.isKeychainWaiting = false;
    await this.#refresh();
  }

  /** Asks where the set-up stands, where something other than an answer has changed it. */
  async #refresh(): Promise<void> {
    try {
      this.accept(await this.#inLine(() => ipc.progress()));
    } catch {
      // The states of the list stay as they were; nothing is lost by it.
    }
  }

  async #ofKeychain(call: () => Promise<KeychainJson>): Promise<void> {
    try {
      this.keychain = await call();
    } catch (thrown) {
      this.problems = ipc.problemsOf(thrown);
    } finally {
      this.isKeychainWaiting = false;
    }
  }

  #isChanged(): boolean {
    return JSON.stringify(this.#sent()) !== this.#keptDraft;
  }

  #sent(): DraftJson {
    return $state.snapshot(this.draft);
  }

  #inLine<T>(call: () => Promise<T>): Promise<T> {
    const turn = this.#line.then(call, call);
    this.#line = turn.catch(() => undefined);
    return turn;
  }

  async #during(wait: Wait, work: () => Promise<void>): Promise<void> {
    this.wait = wait;
    try {
      await work();
    } catch (thrown) {
      this.problems = ipc.problemsOf(thrown);
    } finally {
      if (this.wait === wait) this.wait = null;
    }
  }
}

/** Whether a problem is about what stands in a field, and so belongs beside it. */
function isAboutInput(problem: ProblemJson): boolean {
  return problem.field !== null && !isAboutKeeping(problem) && problem.severity === 'error';
}

/** Whether a problem is about the folder of saved progress, which is no matter of this page. */
function isAboutKeeping(problem: ProblemJson): boolean {
  return problem.field === 'home';
}

function isInTheWay(problem: ProblemJson): boolean {
  return problem.severity === 'error';
}
