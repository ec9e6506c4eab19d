import { expect, it } from 'vitest';

import { neededFrom, stepAfter, stepBefore } from '../src/steps.ts';
import { emptyDraft, progress } from './fake-program.ts';

const whole = progress().steps;
const short = progress({ draft: { ...emptyDraft, extraction: 'manual_upload' } }).steps;

it('goes from step to step where every one is needed', () => {
  expect(stepAfter('workspace', whole)).toBe('api_url');
  expect(stepBefore('balkanid', whole)).toBe('report');
  expect(neededFrom('account', whole)).toBe('account');
});

it('passes over what is not needed, in both directions', () => {
  expect(stepAfter('workspace', short)).toBe('balkanid');
  expect(stepBefore('balkanid', short)).toBe('workspace');
  expect(stepBefore('workspace', short)).toBeNull();
  expect(neededFrom('service_account', short)).toBe('workspace');
});

it('knows the last step, which asks nothing and is not listed', () => {
  expect(stepAfter('submit', short)).toBe('done');
  expect(stepAfter('done', short)).toBeNull();
});

it('takes every step for needed before anything is known', () => {
  expect(stepAfter('service_account', undefined)).toBe('workspace');
});
