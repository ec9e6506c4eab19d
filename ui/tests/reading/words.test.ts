import { expect, it } from 'vitest';

import { durationInWords } from '../../src/numbers.ts';
import {
  budgetWords,
  entitiesInWords,
  gapOf,
  percentOf,
  stageCount,
  stageStatus,
  untold,
} from '../../src/reading/words.ts';
import { entities, gap, progress } from './fixture.ts';

it('one of each is one, and apps are named where there are some', () => {
  const one = { ...entities, user: 1, app_user: 1, group: 1, project: 1, repository: 1 };
  expect(entitiesInWords(one)).toBe('1 person, 1 app, 1 group, 1 project and 1 repository');
  expect(entitiesInWords(entities)).toBe('200 people, 20 groups, 10 projects and 200 repositories');
});

it('a part whose number is not known yet says how much so far', () => {
  const members = { ...untold('members'), done: 300 };
  expect(stageCount(members)).toBe('300 so far');
  expect(stageStatus(members)).toBeNull();
  expect(stageCount(untold('members'))).toBe('');
  expect(stageStatus({ ...members, ended: true, gaps: 2 })?.word).toBe('Gaps');
});

it('nothing is done of what is not known, and never more than all', () => {
  expect(percentOf(progress({ requests: 0, requests_left: 0 }))).toBeNull();
  expect(percentOf(progress({ requests: 7, requests_left: 0 }))).toBe(100);
});

it('a limit that is not known is not made up', () => {
  expect(budgetWords(progress({ hourly_limit: null, hourly_left: null }))).toBe(
    'No limit is known',
  );
  expect(budgetWords(progress({ hourly_left: null }))).toBe('1\u00a0000 of 1\u00a0000');
});

it('what a gap is about ends with how many more there are', () => {
  expect(gapOf(gap({ count: 2 }))).toBe('payments-api and ledger');
  expect(gapOf(gap({ of: [] }))).toBe('');
});

it.each([
  [0, 'less than a minute'],
  [59, 'less than a minute'],
  [60, '1 minute'],
  [3599, '1 hour'],
  [3900, '1 hour 5 minutes'],
  [7200, '2 hours'],
  [97_200, '1 day 3 hours'],
])('%d seconds are %s', (seconds, words) => {
  expect(durationInWords(seconds)).toBe(words);
});
