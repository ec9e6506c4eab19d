/** The words for the two tokens of a set-up, and where each is made and revoked. */
import type { CredentialSlot, PlaceJson } from './ipc/index.ts';
import { slots } from './report/words.ts';

/** What a token is called where it stands alone. */
export function tokenTitle(slot: CredentialSlot): string {
  return slot === 'account' ? 'Account API token' : 'Workspace access token';
}

/** What a token is called inside a sentence. */
export function tokenInSentence(slot: CredentialSlot): string {
  return slot === 'account' ? 'account API token' : 'workspace access token';
}

/** The slots among names, in the order in which they are shown. */
export function slotsAmong(names: readonly string[]): CredentialSlot[] {
  return slots.filter((slot) => names.includes(slot));
}

/** The field in which a token is pasted, as problems name it. */
export function secretField(slot: CredentialSlot): string {
  return slot === 'account' ? 'account_token' : 'workspace_token';
}

/** The field of the day on which a token expires, as problems and the draft name it. */
export function expiryField(
  slot: CredentialSlot,
): 'workspace_token_expires' | 'account_token_expires' {
  return slot === 'account' ? 'account_token_expires' : 'workspace_token_expires';
}

/** Where the day is found, and what it is for. */
export function expiryHint(slot: CredentialSlot): string {
  return slot === 'account'
    ? 'Atlassian shows it when the token is made; one year at most. Such as 2027-11-20. It is used to remind you in time.'
    : 'Bitbucket shows it on the access tokens page; leave it empty where there is none.';
}

/** The page on which a token is made and revoked. */
export function tokenPlace(slot: CredentialSlot): PlaceJson {
  return slot === 'account' ? 'atlassian_api_tokens' : 'workspace_access_tokens';
}

/** The address of that page; in practice mode its stand-in. The program opens none but known ones. */
export function tokenPage(
  slot: CredentialSlot,
  workspace: string,
  practice: string | null,
): { label: string; url: string } {
  if (slot === 'account') {
    const real = 'https://id.atlassian.com/manage-profile/security/api-tokens';
    return {
      label: 'Open API tokens',
      url: practice === null ? real : `${practice}/practice/api-tokens`,
    };
  }
  const id = encodeURIComponent(workspace);
  const real = `https://bitbucket.org/${id}/workspace/settings/access-tokens`;
  return {
    label: 'Open Access tokens',
    url: practice === null ? real : `${practice}/practice/access-tokens`,
  };
}
