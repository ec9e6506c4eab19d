import type { DraftJson, PracticeJson, SecretSlot } from './ipc/index.ts';
import type { StepName } from './steps.ts';

interface Fill {
  draft: Partial<DraftJson>;
  secrets: { slot: SecretSlot; value: string }[];
}

/** Which inputs a page has: parts of the draft, and secrets by the name of their field. */
const INPUTS: Partial<
  Record<StepName, { texts: TextInput[]; secrets: Record<string, SecretSlot> }>
> = {
  workspace: { texts: ['workspace'], secrets: {} },
  api_url: { texts: ['api_url'], secrets: {} },
  workspace_token: {
    texts: ['workspace_token_expires'],
    secrets: { workspace_token: 'workspace_token' },
  },
  account: { texts: ['account', 'account_token_expires'], secrets: { account_token: 'account' } },
  balkanid: {
    texts: [
      'primary_owner',
      'description',
      'balkanid_url',
      'balkanid_public_url',
      'scim_url',
      'scim_user',
      'files',
    ],
    secrets: {
      balkanid_key_id: 'balkanid_key_id',
      balkanid_key_secret: 'balkanid_key_secret',
      scim_token: 'scim_token',
    },
  },
};

type TextInput =
  | 'workspace'
  | 'api_url'
  | 'account'
  | 'workspace_token_expires'
  | 'account_token_expires'
  | 'primary_owner'
  | 'description'
  | 'balkanid_url'
  | 'balkanid_public_url'
  | 'scim_url'
  | 'scim_user'
  | 'files';

/** Whether a page has anything that practice values can fill. */
export function canFill(step: StepName, practice: PracticeJson): boolean {
  const { draft, secrets } = practiceFor(step, practice);
  return Object.keys(draft).length > 0 || secrets.length > 0;
}

/** The practice values for the inputs of a page. */
export function practiceFor(step: StepName, practice: PracticeJson): Fill {
  if (step === 'service_account')
    return { draft: { service_account_confirmed: true }, secrets: [] };
  const inputs = INPUTS[step];
  if (inputs === undefined) return { draft: {}, secrets: [] };
  const draft = textsOf(inputs.texts, practice);
  const secrets = Object.entries(inputs.secrets).flatMap(([field, slot]) => {
    const text = valueOf(field, practice);
    return text === undefined ? [] : [{ slot, value: text }];
  });
  return { draft, secrets };
}

function textsOf(inputs: TextInput[], practice: PracticeJson): Partial<DraftJson> {
  const draft: Partial<DraftJson> = {};
  for (const input of inputs) {
    const text = input === 'api_url' ? practice.bitbucket_url : valueOf(input, practice);
    if (text !== undefined) draft[input] = text;
  }
  return draft;
}

function valueOf(input: string, practice: PracticeJson): string | undefined {
  return practice.values.find((known) => known.input.replaceAll('-', '_') === input)?.value;
}
