import { describe, expect, it } from 'vitest';

import { passphraseProblem } from '../../src/steps/done/formats.ts';

describe('a passphrase', () => {
  it('has to be there, long enough, and the same twice', () => {
    expect(passphraseProblem('', '')).toContain('Enter a passphrase');
    expect(passphraseProblem('eleven char', 'eleven char')).toBe(
      'The passphrase has 11 characters; it needs at least 12.',
    );
    expect(passphraseProblem('twelve chars', 'twelve charz')).toBe('The two passphrases differ.');
    expect(passphraseProblem('twelve chars', 'twelve chars')).toBeNull();
  });

  it('is counted in characters, as the program counts', () => {
    const letters = '𝒂'.repeat(11);
    expect(passphraseProblem(letters, letters)).toContain('has 11 characters');
  });
});
