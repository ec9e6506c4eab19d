/**
 * The only place that speaks to the program behind the window.
 *
 * Every command is a function here, with the types that the program itself is built from
 * (`generated/`, written by `cargo xtask codegen`). A command that fails rejects with
 * `ProblemJson[]`, never with a bare string.
 */
import { Channel, invoke } from '@tauri-apps/api/core';

import type {
  AccessJson,
  AllChecksJson,
  AnswersJson,
  BundleJson,
  CheckEventJson,
  CheckJson,
  ConfirmedJson,
  DiagnoseJson,
  DraftJson,
  EstimateJson,
  ExportFormatJson,
  ExportJson,
  ExtractEventJson,
  ExtractJson,
  GuideJson,
  HomeJson,
  KeychainJson,
  PlanJson,
  ProblemJson,
  ProfileCheckEventJson,
  ProgressJson,
  ReadingJson,
  ReadingModeJson,
  ReadingPlaceJson,
  RotateJson,
  RouteJson,
  SaveJson,
  SavedBundleJson,
  ScimJson,
  StatusJson,
  StepAnswerJson,
  SubmitEventJson,
  SubmitJson,
  ValidateEventJson,
  ValidateJson,
} from './generated/index.ts';

export type * from './generated/index.ts';

/** What a person may say a secret is for. */
export type SecretSlot =
  'workspace_token' | 'account' | 'balkanid_key_id' | 'balkanid_key_secret' | 'scim_token';

/** The two credentials of Bitbucket's that a check looks at. */
export type CredentialSlot = 'workspace_token' | 'account';

/** What a check tells on its way; a SCIM server's report comes back and is no event. */
export type CheckTold = Exclude<CheckEventJson, { event: 'finished' }>;

function channel<T>(told: (event: T) => void): Channel<T> {
  const events = new Channel<T>();
  events.onmessage = told;
  return events;
}

/** What the window opens with. */
export const home = (): Promise<HomeJson> => invoke('home');

/** Proves the keychain by a write, a read and a delete. */
export const probeKeychain = (): Promise<KeychainJson> => invoke('probe_keychain');

/** Goes on without a keychain, for this process only. */
export const useMemoryOnly = (): Promise<KeychainJson> => invoke('use_memory_only');

/** Tells each time a call to the keychain does not answer at once; lasts as long as the page. */
export const onKeychainWaiting = (told: () => void): Promise<void> =>
  invoke('watch_keychain', { events: channel<null>(told) });

/** Begins a set-up; with a workspace, opens that profile to be changed. */
export const begin = (workspace: string | null): Promise<ProgressJson> =>
  invoke('begin', { workspace });

/** Goes on with the unfinished set-up. */
export const resume = (): Promise<ProgressJson> => invoke('resume');

/** Where the set-up under way stands. */
export const progress = (): Promise<ProgressJson> => invoke('progress');

/** Forgets the unfinished set-up; what stands in the keychain stays. */
export const discard = (): Promise<HomeJson> => invoke('discard');

/** What a step says. */
export const guide = (step: string): Promise<GuideJson> => invoke('guide', { step });

/** Keeps what was typed on a step so far, without asking whether it is right. */
export const keep = (step: string, draft: DraftJson): Promise<StepAnswerJson> =>
  invoke('keep', { step, draft });

/**
 * Takes the answer to a step and looks at what it names; what was typed is kept also where it
 * cannot be read.
 */
export const answer = (step: string, draft: DraftJson): Promise<StepAnswerJson> =>
  invoke('answer', { step, draft });

/** Takes a pasted secret into the program; the page forgets it at once. */
export const holdSecret = (slot: SecretSlot, secret: string): Promise<StepAnswerJson> =>
  invoke('hold_secret', { slot, secret });

/** Drops a pasted secret; what stands in the keychain stays. */
export const dropSecret = (slot: SecretSlot): Promise<ProgressJson> =>
  invoke('drop_secret', { slot });

/** Checks the given slots live. A check that is still running is stopped first. */
export const check = (
  slots: CredentialSlot[],
  told: (event: CheckEventJson) => void,
): Promise<CheckJson> => invoke('check', { slots, events: channel(told) });

/** Checks the SCIM server of the answers so far. A check that is still running is stopped first. */
export const checkScim = (told: (event: CheckTold) => void): Promise<ScimJson> =>
  invoke('check_scim', { events: channel(told) });

/** Looks through the files of the folder that is kept; of many problems the first 500 are told. */
export const lookThroughFiles = (told: (event: ValidateEventJson) => void): Promise<ValidateJson> =>
  invoke('look_through_files', { events: channel(told) });

/** Stops the running check, look or submission; it then ends with what it has. */
export const cancel = (): Promise<void> => invoke('cancel');

/** The page "Check your answers". */
export const answers = (): Promise<AnswersJson> => invoke('answers');

/** Saves the secrets to the keychain. */
export const save = (): Promise<SaveJson> => invoke('save');

/** What would be written to BalkanID, secrets masked. */
export const plan = (confirmed: ConfirmedJson): Promise<PlanJson> => invoke('plan', { confirmed });

/** Saves to the keychain, submits, and watches until the sync ends. */
export const submit = (
  route: RouteJson,
  confirmed: ConfirmedJson,
  told: (event: SubmitEventJson) => void,
): Promise<SubmitJson> => invoke('submit', { route, confirmed, events: channel(told) });

/** Puts a field of BalkanID's form on the clipboard; a secret leaves it after 30 s. */
export const copyField = (field: string): Promise<void> => invoke('copy_field', { field });

/** Puts a text that is no secret on the clipboard. */
export const copyText = (text: string): Promise<void> => invoke('copy_text', { text });

/**
 * Where an export goes unless the person says otherwise; of a finished set-up where a workspace is
 * named, else of the one under way.
 */
export const suggestedPath = (
  workspace: string | null,
  format: ExportFormatJson,
): Promise<string> => invoke('suggested_path', { workspace, format });

/** Writes an export or an evidence report; without `overwrite` an existing file stays. */
export const exportTo = (
  workspace: string | null,
  format: ExportFormatJson,
  path: string,
  overwrite: boolean,
  passphrase: string | null,
): Promise<ExportJson> => invoke('export', { workspace, format, path, overwrite, passphrase });

/** Opens a page of an allowed host in the person's own browser. */
export const openLink = (url: string): Promise<void> => invoke('open_link', { url });

/** Forgets a profile and its secrets. */
export const forget = (workspace: string): Promise<HomeJson> => invoke('forget', { workspace });

/** Checks a profile again without touching the set-up that is under way. */
export const checkProfile = (
  workspace: string,
  told: (event: CheckEventJson) => void,
): Promise<CheckJson> => invoke('check_profile', { workspace, events: channel(told) });

/** Checks every profile at once; [`cancel`] stops all of them, and each ends with what it has. */
export const checkAll = (told: (event: ProfileCheckEventJson) => void): Promise<AllChecksJson> =>
  invoke('check_all', { events: channel(told) });

/**
 * Checks a new token of a profile, and puts it in the place of the old one if it will do. The page
 * forgets the secret at once.
 */
export const rotate = (
  workspace: string,
  slot: CredentialSlot,
  secret: string,
  expires: string | null,
  told: (event: CheckEventJson) => void,
): Promise<RotateJson> =>
  invoke('rotate', { workspace, slot, secret, expires, events: channel(told) });

/** Puts the token from before a replacement back into its place. */
export const undoRotation = (workspace: string, slot: CredentialSlot): Promise<HomeJson> =>
  invoke('undo_rotation', { workspace, slot });

/** Deletes the token from before a replacement, which can then not be undone. */
export const dropPrevious = (workspace: string, slot: CredentialSlot): Promise<HomeJson> =>
  invoke('drop_previous', { workspace, slot });

/** Notes the day on which a token of a profile expires; nothing where it has none. */
export const setExpiry = (
  workspace: string,
  slot: CredentialSlot,
  expires: string | null,
): Promise<HomeJson> => invoke('set_expiry', { workspace, slot, expires });

/** What BalkanID says of a profile, now. */
export const status = (workspace: string): Promise<StatusJson> => invoke('status', { workspace });

/** Watches a sync on, whose end was not seen; rejects with how it ended where that is no good end. */
export const watchOn = (
  workspace: string,
  told: (event: SubmitEventJson) => void,
): Promise<StatusJson> => invoke('watch_on', { workspace, events: channel(told) });

/**
 * Where a workspace is read to and what that folder holds; without a folder, one is offered. Of a
 * finished set-up where one is named, else of the one under way, as everywhere below.
 */
export const readingPlace = (
  profile: string | null,
  folder: string | null,
): Promise<ReadingPlaceJson> => invoke('reading_place', { profile, folder });

/** What a reading would need; asked by a few requests. */
export const estimate = (profile: string | null, mode: ReadingModeJson): Promise<EstimateJson> =>
  invoke('estimate', { profile, mode });

/** Reads a workspace into BalkanID's files, or goes on with what the folder holds of a reading. */
export const extract = (
  profile: string | null,
  reading: ReadingJson,
  told: (event: ExtractEventJson) => void,
): Promise<ExtractJson> => invoke('extract', { profile, reading, events: channel(told) });

/** Stops the reading or estimate, and nothing else; what was read is kept. */
export const stopReading = (): Promise<void> => invoke('stop_reading');

/** How access flows in a workspace that was read into a folder. */
export const access = (folder: string): Promise<AccessJson> => invoke('access', { folder });

/** Looks at keychain, hosts, clock, folder and log; what was seen is kept for the zip. */
export const diagnose = (): Promise<DiagnoseJson> => invoke('diagnose');

/** All that the zip of the last look would hold. */
export const diagnoseBundle = (withEmails: boolean): Promise<BundleJson> =>
  invoke('diagnose_bundle', { withEmails });

/** Writes the zip of the last look; without `overwrite` an existing file stays. */
export const diagnoseSave = (
  path: string,
  withEmails: boolean,
  overwrite: boolean,
): Promise<SavedBundleJson> => invoke('diagnose_save', { path, withEmails, overwrite });

/** The problems of a command that failed, whatever was thrown. */
export function problemsOf(thrown: unknown): ProblemJson[] {
  if (Array.isArray(thrown)) return thrown as ProblemJson[];
  return [
    {
      code: 'defect_of_this_tool',
      title: 'A defect of this program',
      slot: null,
      check: null,
      severity: 'error',
      message: 'The window and the program behind it did not understand each other.',
      seen: [],
      hints: ['Nothing that you typed is lost. Close the window and open it again.'],
      causes: [String(thrown)],
      scopes: [],
      field: null,
      place: 'this_program',
      retry: 'after_change',
      retry_at: null,
    },
  ];
}
