/** Numbers that are too long to be read at a glance. */

const UNITS = [
  { name: 'GB', bytes: 1e9 },
  { name: 'MB', bytes: 1e6 },
  { name: 'kB', bytes: 1e3 },
];

/** `1 000`, with a space that no line is broken at. */
export function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, '\u00a0');
}

/** `12.3 MB`. */
export function bytesInWords(bytes: number): string {
  const unit = unitOf(bytes);
  return `${inUnit(bytes, unit)} ${unit.name}`;
}

/** `12.3 of 40 MB`: both in the unit of the whole. */
export function bytesOf(bytes: number, whole: number): string {
  const unit = unitOf(whole);
  return `${inUnit(bytes, unit)} of ${inUnit(whole, unit)} ${unit.name}`;
}

function unitOf(bytes: number): { name: string; bytes: number } {
  return UNITS.find((unit) => bytes >= unit.bytes) ?? { name: 'bytes', bytes: 1 };
}

function inUnit(bytes: number, unit: { bytes: number }): string {
  const number = bytes / unit.bytes;
  return String(number < 100 ? Math.round(number * 10) / 10 : Math.round(number));
}
