/** Advice as text and buttons: an address inside a sentence is a page to open. */

/** A piece of a hint; with an address it is a button. */
export interface HintPart {
  text: string;
  url: string | null;
}

const address = /https:\/\/[^\s)“”]+[^\s)“”.,;:]/g;

/** The pieces of a hint, in order. An address shows as its host, which is what tells whose it is. */
export function hintParts(hint: string): HintPart[] {
  const parts: HintPart[] = [];
  let from = 0;
  for (const match of hint.matchAll(address)) {
    const [url] = match;
    const before = hint.slice(from, match.index);
    if (before !== '') parts.push({ text: before, url: null });
    parts.push({ text: new URL(url).host, url });
    from = match.index + url.length;
  }
  const rest = hint.slice(from);
  if (rest !== '') parts.push({ text: rest, url: null });
  return parts;
}
