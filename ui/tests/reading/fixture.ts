/** What a program tells of a workspace that it reads, for tests of that page. */
import type {
  AccessFindingJson,
  AccessJson,
  AccessLayerJson,
  AccessLinkJson,
  AccessNodeJson,
  EntityCountsJson,
  EstimateJson,
  ExtractJson,
  GapJson,
  ReadingPlaceJson,
  ReadingProgressJson,
  RelationCountsJson,
  StageJson,
} from '../../src/ipc/index.ts';

export const entities: EntityCountsJson = {
  user: 200,
  app_user: 0,
  group: 20,
  workspace: 1,
  project: 10,
  repository: 200,
};

export const relations: RelationCountsJson = {
  workspace_member: 200,
  group_member: 200,
  project_user: 30,
  project_group: 30,
  repository_user: 1000,
  repository_group: 400,
  contains: 210,
};

export function place(over: Partial<ReadingPlaceJson> = {}): ReadingPlaceJson {
  return {
    workspace: 'acme',
    folder: '/home/ada/Documents/acme',
    state: 'nothing',
    mode: null,
    began_at: null,
    ...over,
  };
}

export function estimate(over: Partial<EstimateJson> = {}): EstimateJson {
  return {
    schema: 'bbsetup.estimate/1',
    workspace: 'acme',
    mode: 'grants',
    requests: 436,
    rows: 2301,
    seconds_at_budget: 1570,
    hourly_limit: 1000,
    limit_from: 'Bitbucket told this limit itself.',
    entities,
    relations,
    sampled: 8,
    requests_made: 14,
    notes: ['How many members each group has is not known before they are read.'],
    problems: [],
    ...over,
  };
}

export function extract(over: Partial<ExtractJson> = {}): ExtractJson {
  const sha256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';
  return {
    schema: 'bbsetup.extract/1',
    workspace: 'acme',
    folder: '/home/ada/Documents/acme',
    mode: 'grants',
    complete: true,
    entities,
    relations,
    requests: 436,
    retries: 2,
    waited_seconds: 0,
    resumed: false,
    began_at: '2026-11-25T10:00:00Z',
    elapsed_ms: 65_000,
    gaps: [],
    vanished: [],
    files: [
      { name: 'entities.csv', sha256, rows: 431 },
      { name: 'entity_relations.csv', sha256: sha256.replace('9f', 'a0'), rows: 1870 },
    ],
    resumable: false,
    problems: [],
    ...over,
  };
}

export function gap(over: Partial<GapJson> = {}): GapJson {
  return {
    what: 'repository_group',
    count: 42,
    of: ['payments-api', 'ledger'],
    code: 'scope_missing',
    message: 'Bitbucket asks for repository:admin.',
    hints: ['Make a new workspace access token with Repositories: Admin.'],
    ...over,
  };
}

const stage = (over: Pick<StageJson, 'stage'> & Partial<StageJson>): StageJson => ({
  done: 0,
  total: null,
  ended: false,
  gaps: 0,
  ...over,
});

/** In the middle of the permissions. */
export function progress(over: Partial<ReadingProgressJson> = {}): ReadingProgressJson {
  return {
    stages: [
      stage({ stage: 'members', done: 200, total: 200, ended: true }),
      stage({ stage: 'groups', done: 20, total: 20, ended: true }),
      stage({ stage: 'projects', done: 10, total: 10, ended: true }),
      stage({ stage: 'repositories', done: 2000, total: 2000, ended: true }),
      stage({ stage: 'project_permissions', done: 10, total: 10, ended: true, gaps: 1 }),
      stage({ stage: 'repository_permissions', done: 120, total: 2000 }),
    ],
    requests: 300,
    requests_left: 3760,
    retries: 2,
    in_flight: 8,
    hourly_limit: 1000,
    hourly_left: 700,
    seconds_left: 13_000,
    ...over,
  };
}

function node(
  layer: AccessLayerJson,
  id: string,
  label: string,
  detail: string,
  paths: number,
): AccessNodeJson {
  return { id, layer, label, detail, paths };
}

const ways: readonly [string, string][] = [
  ['Developers', '86 people'],
  [
    'Plattform und Betrieb der Zahlungsdienste für Deutschland, Österreich und die Schweiz',
    '31 people',
  ],
  ['日本語チーム', '24 people'],
  ['فريق المدفوعات', '18 people'],
  ['Administrators', '6 people'],
  ['15 other groups', '90 people'],
  ['Direct grants', '44 people'],
];
const projects = ['Payments', 'Ledger', 'Møbler & Søn', 'Мобильное приложение', '6 other projects'];

/** Shares that add up, so that the picture is one that can be. */
function nodesAndLinks(): { nodes: AccessNodeJson[]; links: AccessLinkJson[] } {
  const weights = [4200, 1900, 1300, 900, 800, 2100, 700];
  const links: AccessLinkJson[] = [];
  const add = (from: string, to: string, paths: number) => links.push({ from, to, paths });
  ways.forEach((_, way) => {
    const weight = weights[way] ?? 0;
    add('p:owner', `w:${String(way)}`, way === 4 ? weight : Math.floor(weight * 0.1));
    if (way !== 4) add('p:member', `w:${String(way)}`, weight - Math.floor(weight * 0.1));
    projects.forEach((_, project) => {
      const part = Math.floor(weight / projects.length);
      const rest = project === 0 ? weight - part * projects.length : 0;
      add(`w:${String(way)}`, `r:${String(project)}`, part + rest);
    });
  });
  const into = (id: string) =>
    links.filter(({ to }) => to === id).reduce((sum, { paths }) => sum + paths, 0);
  projects.forEach((_, project) => {
    const id = `r:${String(project)}`;
    const sum = into(id);
    const [admin, write] = [Math.floor(sum * 0.12), Math.floor(sum * 0.5)];
    add(id, 'm:admin', admin);
    add(id, 'm:write', write);
    add(id, 'm:read', sum - admin - write);
  });
  const out = (id: string) =>
    links.filter(({ from }) => from === id).reduce((sum, { paths }) => sum + paths, 0);
  const nodes = [
    node('people', 'p:owner', 'Owners', '12 people', out('p:owner')),
    node('people', 'p:member', 'Members', '188 people', out('p:member')),
    ...ways.map(([label, detail], way) =>
      node('way', `w:${String(way)}`, label, detail, into(`w:${String(way)}`)),
    ),
    ...projects.map((label, project) =>
      node(
        'project',
        `r:${String(project)}`,
        label,
        '40 repositories',
        into(`r:${String(project)}`),
      ),
    ),
    node('permission', 'm:admin', 'Admin', 'in 120 repositories', into('m:admin')),
    node('permission', 'm:write', 'Write', 'in 190 repositories', into('m:write')),
    node('permission', 'm:read', 'Read', 'in 200 repositories', into('m:read')),
  ];
  return { nodes, links };
}

export const findings: AccessFindingJson[] = [
  {
    code: 'admin_everywhere',
    title: 'Admin in every repository',
    explanation: 'One of these accounts in the wrong hands is the whole workspace.',
    cannot_tell: null,
    count: 12,
    items: [
      {
        name: 'Ayşe Yılmaz',
        source_id: '{0d7c5f2e-8f13-4a35-9c59-1f3f7d1f1a01}',
        detail: 'Admin in 200 of 200 repositories, through Administrators',
      },
      {
        name: 'Friederike Wolkenstein-Trostburg zu Rodenegg von der Oberen Etsch',
        source_id: '{0d7c5f2e-8f13-4a35-9c59-1f3f7d1f1a02}',
        detail: 'Admin in 200 of 200 repositories, direct',
      },
    ],
  },
  {
    code: 'direct_beside_group',
    title: 'Direct grants beside a group’s',
    explanation: 'Taking somebody out of the group leaves the direct grant.',
    cannot_tell: null,
    count: 1,
    items: [
      {
        name: '山田太郎',
        source_id: '{0d7c5f2e-8f13-4a35-9c59-1f3f7d1f1a03}',
        detail: 'Write in ledger, direct and through Developers',
      },
    ],
  },
  {
    code: 'group_without_members',
    title: 'Groups without members',
    explanation: 'Whoever is put into one has its permissions at once.',
    cannot_tell: null,
    count: 0,
    items: [],
  },
  {
    code: 'deactivated_with_access',
    title: 'Deactivated accounts with access',
    explanation: 'They cannot sign in now, and could as soon as they are activated.',
    cannot_tell: null,
    count: 0,
    items: [],
  },
  {
    code: 'writable_by_all',
    title: 'Repositories that everyone can write',
    explanation: 'Every member of the workspace can change what is in them.',
    cannot_tell: null,
    count: 0,
    items: [],
  },
];

export function access(over: Partial<AccessJson> = {}): AccessJson {
  return {
    schema: 'bbsetup.access/1',
    workspace: 'acme',
    mode: 'grants',
    complete: true,
    read_at: '2026-11-25T10:01:05Z',
    entities,
    ...nodesAndLinks(),
    findings,
    ...over,
  };
}

/** As a reading of effective permissions tells it: without a way. */
export function effectiveAccess(): AccessJson {
  return access({
    mode: 'effective',
    nodes: [
      node('people', 'p', 'Members', '3 people', 6),
      node('project', 'r', 'Payments', '2 repositories', 6),
      node('permission', 'm', 'Write', 'in 2 repositories', 6),
    ],
    links: [
      { from: 'p', to: 'r', paths: 6 },
      { from: 'r', to: 'm', paths: 6 },
    ],
  });
}
