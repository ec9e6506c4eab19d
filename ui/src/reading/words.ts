/** What a reading is, how far it is and what it comes to, in words. */
import type {
  EntityCountsJson,
  EstimateJson,
  ExtractJson,
  GapJson,
  ReadingPlaceJson,
  ReadingProgressJson,
  StageJson,
  StageNameJson,
} from '../ipc/index.ts';
import { durationInWords, grouped } from '../numbers.ts';
import { listed } from '../report/words.ts';
import { dayAndTime, type Status } from '../words.ts';

/** The parts of a reading, in the order in which they are shown. */
export const STAGES: readonly StageNameJson[] = [
  'members',
  'groups',
  'projects',
  'repositories',
  'project_permissions',
  'repository_permissions',
];

const stageTitles: Record<StageNameJson, string> = {
  members: 'Members',
  groups: 'Groups',
  projects: 'Projects',
  repositories: 'Repositories',
  project_permissions: 'Project permissions',
  repository_permissions: 'Repository permissions',
};

export function stageTitle(stage: StageNameJson): string {
  return stageTitles[stage];
}

/** A part before anything is told of it. */
export function untold(stage: StageNameJson): StageJson {
  return { stage, done: 0, total: null, ended: false, gaps: 0 };
}

/** Where a part stands; nothing where it is under way, and its numbers say so. */
export function stageStatus({ done, ended, gaps }: StageJson): Status | null {
  if (ended) return gaps === 0 ? { word: 'Read', tone: 'good' } : { word: 'Gaps', tone: 'unsure' };
  return done === 0 && gaps === 0 ? { word: 'Not started', tone: 'quiet' } : null;
}

/** How much of a part was read: `120 of 2 000`. */
export function stageCount({ done, total, ended }: StageJson): string {
  if (ended) return grouped(done);
  if (total === null) return done === 0 ? '' : `${grouped(done)} so far`;
  return `${grouped(done)} of ${grouped(total)}`;
}

/** How much of a reading is done, in whole percent; nothing before that can be told. */
export function percentOf({ requests, requests_left }: ReadingProgressJson): number | null {
  const all = requests + requests_left;
  return all === 0 ? null : Math.min(100, Math.floor((requests / all) * 100));
}

/** A whole number with what is counted: `1 person`, `2 000 people`. */
export function amount(count: number, one: string, many: string): string {
  return `${grouped(count)} ${count === 1 ? one : many}`;
}

/** `200 people, 20 groups, 10 projects and 200 repositories`; apps only where there are any. */
export function entitiesInWords(counts: EntityCountsJson): string {
  const apps = counts.app_user === 0 ? [] : [amount(counts.app_user, 'app', 'apps')];
  return listed([
    amount(counts.user, 'person', 'people'),
    ...apps,
    amount(counts.group, 'group', 'groups'),
    amount(counts.project, 'project', 'projects'),
    amount(counts.repository, 'repository', 'repositories'),
  ]);
}

/** What a folder holds of a reading. */
export function heldSentence({ workspace, state, began_at }: ReadingPlaceJson): string {
  const began = began_at === null ? '' : dayAndTime(began_at);
  switch (state) {
    case 'nothing':
      return '';
    case 'unfinished':
      return `A reading of ${workspace} was begun${began === '' ? '' : ` ${began}`} and is not finished. What it has read is kept in this folder.`;
    case 'done':
      return `${workspace} was read into this folder${began === '' ? '' : `, begun ${began}`}. Reading it again replaces the files once everything is read.`;
  }
}

/** How a reading ended. */
export type ReadingEnd = 'complete' | 'gaps' | 'stopped' | 'nothing';

export function endOf({ complete, files, resumable }: ExtractJson): ReadingEnd {
  if (files.length === 0) return resumable ? 'stopped' : 'nothing';
  return complete ? 'complete' : 'gaps';
}

/** Whether a reading came to its end, so that there is something to be seen of it. */
export function hasFiles({ files }: ExtractJson): boolean {
  return files.length > 0;
}

/** A reading in one or two sentences. */
export function verdictSentence(extract: ExtractJson): string {
  const what = entitiesInWords(extract.entities);
  switch (endOf(extract)) {
    case 'complete':
      return `${what}. Everything was read.`;
    case 'gaps':
      return `${what}. Not everything could be read.`;
    case 'stopped':
      return 'The reading stopped before its end. What it has read is kept.';
    case 'nothing':
      return 'Nothing was read.';
  }
}

const gapTitles: ReadonlyMap<string, string> = new Map([
  ['user', 'People'],
  ['app_user', 'Apps'],
  ['group', 'Groups'],
  ['workspace', 'The workspace'],
  ['project', 'Projects'],
  ['repository', 'Repositories'],
  ['workspace_member', 'Members of the workspace'],
  ['group_member', 'Members of groups'],
  ['project_user', 'Permissions of people in projects'],
  ['project_group', 'Permissions of groups in projects'],
  ['repository_user', 'Permissions of people in repositories'],
  ['repository_group', 'Permissions of groups in repositories'],
  ['contains', 'Which project a repository is in'],
]);

/** What is missing, in words. */
export function gapTitle({ what }: GapJson): string {
  return gapTitles.get(what) ?? what.replaceAll('_', ' ');
}

/** `a, b, c and 40 more`: the first of what a gap is about, and how many more there are. */
export function gapOf({ of, count }: GapJson): string {
  const more = count - of.length;
  return listed(more > 0 && of.length > 0 ? [...of, `${grouped(more)} more`] : of);
}

/** What a reading would need, in a sentence. */
export function estimateSentence(estimate: EstimateJson): string {
  const requests = amount(estimate.requests, 'request', 'requests');
  const rows = amount(estimate.rows, 'row', 'rows');
  const time = durationInWords(estimate.seconds_at_budget);
  return `About ${requests} and ${rows}: ${time} at ${grouped(estimate.hourly_limit)} requests an hour.`;
}

/** Where the numbers of an estimate come from. */
export function estimateGrounds({ sampled, mode, requests_made }: EstimateJson): string {
  const made = amount(requests_made, 'request', 'requests');
  const grants =
    sampled === 0 || mode === 'effective'
      ? ''
      : ` The number of grants is reckoned from ${amount(sampled, 'project or repository', 'projects and repositories')}.`;
  return `The estimate made ${made}.${grants}`;
}

/** How much of the hour's budget is left. */
export function budgetWords({ hourly_left, hourly_limit }: ReadingProgressJson): string {
  if (hourly_limit === null) return 'No limit is known';
  const left = hourly_left ?? hourly_limit;
  return `${grouped(left)} of ${grouped(hourly_limit)}`;
}
