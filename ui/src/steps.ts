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

export type PageName = 'home' | 'diagnose' | StepName;

/** The step with a name, where there is one. */
export function stepNamed(name: string): StepName | null {
  return STEPS.find((step) => step === name) ?? null;
}

export function stepBefore(step: StepName): StepName | null {
  return STEPS[STEPS.indexOf(step) - 1] ?? null;
}

export function stepAfter(step: StepName): StepName | null {
  return STEPS[STEPS.indexOf(step) + 1] ?? null;
}
