/** Plans and submissions for tests, in the shape in which the program sends them. */
import type {
  FormFieldJson,
  PlanJson,
  StatusJson,
  SubmitJson,
  ValidateJson,
} from '../../src/ipc/index.ts';

const form: FormFieldJson[] = [
  {
    field: 'workspace_token',
    label: 'Bitbucket Access Token',
    also_called: 'Bitbucket Access token of Workspace (Organization)',
    value: '•••• 1111',
    secret: true,
  },
  { field: 'workspace', label: 'Workspace', also_called: null, value: 'acme', secret: false },
];

export function plan(changes: Partial<PlanJson> = {}): PlanJson {
  return {
    route: 'api',
    reason: 'It is there already.',
    tenant: 'Acme',
    updates: 'bitbucket/01H',
    row: [{ column: 'Name', value: 'Bitbucket' }],
    form,
    keys: 'from_tenant',
    candidates: [],
    by_hand: ['Primary Application owner: ada@acme.example'],
    files: null,
    hand_over: null,
    problems: [],
    ...changes,
  };
}

export function assisted(changes: Partial<PlanJson> = {}): PlanJson {
  return plan({ route: 'assisted', row: [], updates: null, keys: 'not_needed', ...changes });
}

export function submitted(changes: Partial<SubmitJson> = {}): SubmitJson {
  return {
    schema: 'bbsetup.submit/1',
    route: 'api',
    integration_id: 'bitbucket/01H',
    correlation_id: 'c-1',
    created: true,
    found: 'nothing',
    differences: [],
    upload: null,
    problems: [],
    ...changes,
  };
}

export function status(
  state: StatusJson['state'],
  words: string,
  seen_at = '2026-11-25T14:02:11Z',
): StatusJson {
  return {
    schema: 'bbsetup.status/1',
    state,
    words,
    message: null,
    last_run: null,
    integration_id: 'bitbucket/01H',
    seen_at,
  };
}

/** Files that were looked through, with nothing in the way. */
export function looked(changes: Partial<ValidateJson> = {}): ValidateJson {
  const file = { errors: 0, warnings: 0 };
  return {
    schema: 'bbsetup.validate/1',
    rows: 1431,
    files: [
      { ...file, file: '/csv/entities.csv', kind: 'entities', rows: 431, bytes: 40_000_000 },
      {
        ...file,
        file: '/csv/entity_relations.csv',
        kind: 'relations',
        rows: 1000,
        bytes: 1_000_000,
      },
    ],
    errors: 0,
    warnings: 0,
    notes: [],
    next: [],
    ...changes,
  };
}
