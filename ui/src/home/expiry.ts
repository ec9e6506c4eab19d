/** When a token expires, in words. */
import type { CredentialSlot, ExpiryJson, ProfileJson } from '../ipc/index.ts';
import { counted, dayInWords } from '../words.ts';

/** `in 12 days, on 7 December 2026`, to follow "expires". */
function until({ day, days_left: left }: ExpiryJson): string {
  const date = dayInWords(day);
  if (left === 0) return `today, ${date}`;
  if (left === 1) return `tomorrow, ${date}`;
  return `in ${counted(left, 'day')}, on ${date}`;
}

/** `expires in 12 days, on 7 December 2026`, `expired on 20 November 2026`. */
export function expiryWords(expiry: ExpiryJson): string {
  return expiry.days_left < 0 ? `expired on ${dayInWords(expiry.day)}` : `expires ${until(expiry)}`;
}

/** When the token of a slot expires; nothing where that was not entered. */
export function expiryOf(profile: ProfileJson, slot: CredentialSlot): ExpiryJson | null {
  return profile.expiries.find((expiry) => expiry.slot === slot) ?? null;
}
