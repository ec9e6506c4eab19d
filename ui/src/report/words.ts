/** The words of a report that the program behind the window does not send. */
import type { CredentialSlot, PlaceJson } from '../ipc/index.ts';

/** The two columns of a report, in the order in which they are shown. */
export const slots: readonly CredentialSlot[] = ['workspace_token', 'account'];

/** What a column is headed with. */
export function slotTitle(slot: string): string {
  return slot === 'account' ? 'Account' : 'Workspace token';
}

/** Whether a credential is of the kind that its place needs. */
export function fits(slot: CredentialSlot, kind: string): boolean {
  return kind === (slot === 'account' ? 'api_token' : 'workspace_access_token');
}

/** The checks in the order of a report, with the headings of their rows. */
const checkTitles: ReadonlyMap<string, string> = new Map([
  ['identity', 'Sign-in'],
  ['workspace', 'Workspace'],
  ['membership', 'Administrator'],
  ['members', 'Members'],
  ['projects', 'Projects'],
  ['repositories', 'Repositories'],
  ['project_permissions', 'Project permissions'],
  ['repository_permissions', 'Repository permissions'],
  ['groups', 'Groups'],
]);

/** The heading of a row before its first answer brings it. */
export function checkTitle(name: string): string {
  const known = checkTitles.get(name);
  if (known !== undefined) return known;
  const words = name.replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** Where a check stands in a report; those without a place of their own come last. */
export function checkOrder(name: string): number {
  const index = [...checkTitles.keys()].indexOf(name);
  return index === -1 ? checkTitles.size : index;
}

/** The box to tick on Bitbucket's form, or the scope's own name where the form shows that. */
export function tickLabel(scope: string): string {
  switch (scope) {
    case 'account':
      return 'Account: Read';
    case 'project':
      return 'Projects: Read';
    case 'project:admin':
      return 'Projects: Admin';
    case 'repository':
      return 'Repositories: Read';
    case 'repository:write':
      return 'Repositories: Write';
    case 'repository:admin':
      return 'Repositories: Admin';
    case 'repository:delete':
      return 'Repositories: Delete';
    default:
      return scope;
  }
}

/** Where something is mended, as the way to the page. */
export function placePath(place: PlaceJson, workspace: string): string[] {
  const here = workspace === '' ? 'your workspace' : workspace;
  switch (place) {
    case 'workspace_settings':
      return ['Bitbucket', here, 'Workspace settings'];
    case 'workspace_access_tokens':
      return ['Bitbucket', here, 'Access tokens'];
    case 'atlassian_api_tokens':
      return ['Atlassian account', 'Security', 'API tokens'];
    case 'workspace_user_groups':
      return ['Bitbucket', here, 'User groups'];
    case 'workspace_access_controls':
      return ['Bitbucket', here, 'Access controls'];
    case 'this_program':
      return ['This program'];
    case 'network':
      return ['The network'];
    case 'keychain':
      return ['The keychain'];
    case 'balkanid_api_keys':
      return ['BalkanID', 'Profile menu', 'API Keys'];
    case 'balkanid_integrations':
      return ['BalkanID', 'Configure', 'Integrations'];
    case 'wait':
      return ['Nothing to do but wait'];
  }
}

/** Whose page a place is on, as far as a visit to it is concerned. */
export function placeHost(place: PlaceJson): string | null {
  switch (place) {
    case 'workspace_settings':
    case 'workspace_access_tokens':
    case 'workspace_user_groups':
    case 'workspace_access_controls':
      return 'Bitbucket';
    case 'atlassian_api_tokens':
      return 'the Atlassian account';
    case 'balkanid_api_keys':
    case 'balkanid_integrations':
      return 'BalkanID';
    case 'this_program':
    case 'network':
    case 'keychain':
    case 'wait':
      return null;
  }
}

/** `one` to `nine` in words, above that in figures. */
export function countWord(count: number): string {
  const words = ['no', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine'];
  return words[count] ?? String(count);
}

/** `a`, `a and b`, `a, b and c`. */
export function listed(items: readonly string[]): string {
  const last = items.at(-1);
  if (last === undefined) return '';
  if (items.length === 1) return last;
  return `${items.slice(0, -1).join(', ')} and ${last}`;
}

/** `0.4 s`, `12 s`. */
export function seconds(milliseconds: number): string {
  const whole = milliseconds / 1000;
  return whole < 10 ? `${whole.toFixed(1)} s` : `${String(Math.round(whole))} s`;
}
