/** The order in which reviewers come: pure, so that a list and a pointer can share it. */

/** The list with the item in another place; a place beyond an end is that end. */
export function moved<T>(list: readonly T[], item: T, to: number): T[] {
  if (!list.includes(item)) return [...list];
  const others = list.filter((other) => other !== item);
  const place = Math.max(0, Math.min(to, others.length));
  return [...others.slice(0, place), item, ...others.slice(place)];
}

/**
 * The place at a height: how many of the others have their middle above it.
 *
 * It is the others that are measured, so that a row that has just changed its place is not driven
 * back by its own height.
 */
export function placeAt(height: number, middlesOfOthers: readonly number[]): number {
  return middlesOfOthers.filter((middle) => middle < height).length;
}

/** `Risk Manager is now 1 of 3.`; for those who hear the page. */
export function placeWords<T>(list: readonly T[], item: T, label: string): string {
  const place = list.indexOf(item);
  return place === -1
    ? `${label} is removed.`
    : `${label} is now ${String(place + 1)} of ${String(list.length)}.`;
}
