/** Which page a button opens: the addresses are those of the guides. */
import type { GuideJson, LinkJson, PlaceJson } from '../../ipc/index.ts';
import type { Mend } from '../../report/mends.ts';
import type { StepName } from '../../steps.ts';

/** The guide that links to the page on which something is mended. */
export function guideOf(place: PlaceJson): StepName | null {
  switch (place) {
    case 'workspace_settings':
    case 'workspace_access_controls':
      return 'workspace';
    case 'workspace_user_groups':
      return 'service_account';
    case 'workspace_access_tokens':
      return 'workspace_token';
    case 'atlassian_api_tokens':
      return 'account';
    case 'balkanid_api_keys':
    case 'balkanid_integrations':
      return 'balkanid';
    case 'this_program':
    case 'network':
    case 'keychain':
    case 'wait':
      return null;
  }
}

/** The first page that a guide opens. */
export function linkOf(guide: GuideJson | undefined): LinkJson | null {
  return guide?.instructions.find(({ link }) => link !== null)?.link ?? null;
}

/** What a guide says to tick, one a line. */
export function listOf(guide: GuideJson | undefined): string | null {
  return guide?.instructions.find(({ copy }) => copy !== null)?.copy ?? null;
}

/** The act of the button that leads to the step on which a mend ends. */
export function actOf(mend: Mend): { step: StepName; label: string } | null {
  switch (mend.step) {
    case 'workspace_token':
      return { step: 'workspace_token', label: 'Paste new token' };
    case 'account':
      return mend.slot === null
        ? { step: 'account', label: 'Change the e-mail or the token' }
        : { step: 'account', label: 'Paste new token' };
    case 'workspace':
      return { step: 'workspace', label: 'Change the workspace ID' };
    case 'api_url':
      return { step: 'api_url', label: 'Change the API URL' };
    case 'balkanid':
      return { step: 'balkanid', label: 'Change what BalkanID needs' };
    default:
      return null;
  }
}
