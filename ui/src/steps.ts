import type { StepJson } from './ipc/index.ts';

/** The steps of a set-up, by the names that the program gives them. */
export const STEPS = [
  'service_account',
  'workspace',
  'api_url',
  'workspace_token',
  'account',
  'report',
  'balkanid',
  'answers',
  'submit',
  'done',
] as const;

export type StepName = (typeof STEPS)[number];

export type PageName = 'home' | 'diagnose' | 'reading' | StepName;

/** The step with a name, where there is one. */
export function stepNamed(name: string): StepName | null {
  return STEPS.find((step) => step === name) ?? null;
}

/** What is known of the steps; one that is not listed is needed. */
type States = readonly StepJson[] | undefined;

/** The last step before this one that the set-up needs. */
export function stepBefore(step: StepName, states: States): StepName | null {
  const before = STEPS.slice(0, STEPS.indexOf(step));
  return before.filter((earlier) => isNeeded(earlier, states)).at(-1) ?? null;
}

/** The next step after this one that the set-up needs. */
export function stepAfter(step: StepName, states: States): StepName | null {
  return STEPS.slice(STEPS.indexOf(step) + 1).find((later) => isNeeded(later, states)) ?? null;
}

/** This step, or the next one after it that the set-up needs. */
export function neededFrom(step: StepName, states: States): StepName {
  return isNeeded(step, states) ? step : (stepAfter(step, states) ?? step);
}

function isNeeded(step: StepName, states: States): boolean {
  return states?.find((known) => known.step === step)?.state !== 'not_needed';
}
