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

/** `less than a minute`, `12 minutes`, `2 hours 5 minutes`, `1 day 3 hours`. */
export function durationInWords(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return 'less than a minute';
  if (minutes < 60) return of(minutes, 'minute');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return inTwo(of(hours, 'hour'), minutes % 60, 'minute');
  return inTwo(of(Math.floor(hours / 24), 'day'), hours % 24, 'hour');
}

const of = (count: number, unit: string) => `${String(count)} ${unit}${count === 1 ? '' : 's'}`;

const inTwo = (first: string, rest: number, unit: string) =>
  rest === 0 ? first : `${first} ${of(rest, unit)}`;
