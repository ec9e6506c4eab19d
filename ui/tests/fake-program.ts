/** The program behind the window, as far as a test of the window needs one. */
import { mockIPC } from '@tauri-apps/api/mocks';

import type {
  CheckEventJson,
  CheckJson,
  CheckResultJson,
  ChoiceJson,
  ChoicesJson,
  DraftJson,
  GuideJson,
  HomeJson,
  KeychainJson,
  ProblemJson,
  ProgressJson,
  SecretSlot,
  StepAnswerJson,
} from '../src/ipc/index.ts';
import { STEPS } from '../src/steps.ts';

export const emptyDraft: DraftJson = {
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

/** The steps that a set-up without tokens of Bitbucket's does not need. */
const OF_TOKENS: readonly string[] = [
  'service_account',
  'api_url',
  'workspace_token',
  'account',
  'report',
];

export function progress(over: Partial<ProgressJson> = {}): ProgressJson {
  const slots: SecretSlot[] = [
    'workspace_token',
    'account',
    'balkanid_key_id',
    'balkanid_key_secret',
    'scim_token',
  ];
  const isNeeded = (step: string) =>
    (over.draft ?? emptyDraft).extraction === 'direct' || !OF_TOKENS.includes(step);
  const asking = STEPS.slice(0, 9);
  return {
    draft: emptyDraft,
    secrets: slots.map((slot) => ({
      slot,
      label: slot,
      held: 'absent',
      last_four: null,
      since: null,
    })),
    current: 'service_account',
    steps: asking.map((step, index) => ({
      step,
      number: Math.max(1, asking.slice(0, index + 1).filter(isNeeded).length),
      title: step,
      state: isNeeded(step) ? 'not_started' : 'not_needed',
    })),
    counted: asking.filter(isNeeded).length,
    workspace: null,
    ...over,
  };
}

export function problem(over: Partial<ProblemJson> = {}): ProblemJson {
  return {
    code: 'value_missing',
    title: 'A value is missing',
    slot: null,
    check: null,
    severity: 'error',
    message: 'Something is missing.',
    seen: [],
    hints: [],
    causes: [],
    scopes: [],
    field: null,
    place: 'this_program',
    retry: 'after_change',
    retry_at: null,
    ...over,
  };
}

export const keychain: KeychainJson = {
  store: 'Secret Service',
  proved: true,
  memory_only: false,
  problem: null,
};

const choice = (name: string, label: string, by_api = true): ChoiceJson => ({
  name,
  label,
  meaning: `What ${label} means.`,
  by_api,
});

/** BalkanID's own words, as the program tells them. */
export const choices: ChoicesJson = {
  extraction: [
    choice('direct', 'Direct integration'),
    choice('scim', 'SCIM integration', false),
    choice('manual_upload', 'Manual file upload'),
    choice('automated_upload', 'Automated upload using API'),
  ],
  reviewers: [
    choice('first_line_manager', 'First Line Manager'),
    choice('business_owner', 'Business Owner', false),
    choice('risk_manager', 'Risk Manager'),
    choice('application_owner', 'Application Owner'),
  ],
  provisioning: [
    choice('sso', 'SSO'),
    choice('app', 'App'),
    choice('ticket', 'Ticket'),
    choice('scim', 'SCIM'),
    choice('webhook', 'Webhook'),
    choice('playbook', 'Playbook'),
  ],
};

export function home(over: Partial<HomeJson> = {}): HomeJson {
  return {
    version: '0.1.0',
    practice: null,
    keychain,
    unfinished: null,
    profiles: [],
    choices,
    home_folder: '/home/ada/bbsetup',
    problems: [],
    ...over,
  };
}

export function guide(step: string): GuideJson {
  return {
    step,
    title: `Title of ${step}`,
    purpose: 'What it is for.',
    documented_as: null,
    instructions: [],
    notes: [],
    picture: null,
  };
}

export function checkResult(id: string, over: Partial<CheckResultJson> = {}): CheckResultJson {
  return {
    id,
    slot: id.slice(0, id.indexOf('/')),
    title: id,
    needs: [],
    outcome: 'granted',
    required: true,
    evidence: null,
    problem: null,
    reason: null,
    ...over,
  };
}

export function report(checks: CheckResultJson[]): CheckJson {
  return {
    schema: 'bbsetup.check/1',
    workspace: 'acme',
    api_url: 'https://api.bitbucket.org',
    verdict: 'ready',
    credentials: [],
    checks,
    problems: [],
    requests: checks.length,
    checked_at: '2026-11-25T10:00:00Z',
    elapsed_ms: 1,
    since: null,
    changes: [],
  };
}

/** What a command is called with; a channel takes what is told to it at once. */
export interface Called {
  [name: string]: unknown;
  draft: DraftJson;
  step: string;
  events: { onmessage: (event: CheckEventJson) => void };
}

type Answer = (called: Called) => unknown;

/** Every call that was made, in order. */
export type Calls = { command: string; called: Called }[];

/** Puts a program behind the window that keeps what it is told and finds nothing wrong. */
export function fakeProgram(answers: Record<string, Answer> = {}): Calls {
  const calls: Calls = [];
  let draft = emptyDraft;
  const kept: Answer = (called): StepAnswerJson => {
    draft = called.draft;
    return { progress: progress({ draft }), problems: [], seen: null };
  };
  const usual: Record<string, Answer> = {
    home: () => home(),
    watch_keychain: () => null,
    probe_keychain: () => keychain,
    begin: () => progress(),
    resume: () => progress({ draft }),
    progress: () => progress({ draft }),
    guide: ({ step }) => guide(step),
    keep: kept,
    answer: kept,
    hold_secret: (): StepAnswerJson => ({
      progress: progress({ draft }),
      problems: [],
      seen: null,
    }),
    check: () => report([]),
    // As long as BalkanID reads.
    watch_on: () => new Promise(() => undefined),
  };
  mockIPC((command, payload) => {
    const called = payload as unknown as Called;
    calls.push({ command, called });
    const answer = answers[command] ?? usual[command];
    if (answer === undefined) throw new Error(`The test names no answer to ${command}.`);
    return answer(called);
  });
  return calls;
}
