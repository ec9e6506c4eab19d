/** What a look through the files comes to, in words. */
import type { FindingJson, ValidateJson, ValidatedFileJson } from '../../ipc/index.ts';
import { grouped, bytesInWords } from '../../numbers.ts';

/** `431 entities and 1 000 relations`; rows where a header does not tell what they are. */
export function heldSentence({ files, rows }: ValidateJson): string {
  const parts = files.flatMap(({ kind, rows }) => {
    if (kind === 'entities') return [`${grouped(rows)} ${rows === 1 ? 'entity' : 'entities'}`];
    if (kind === 'relations') return [`${grouped(rows)} ${rows === 1 ? 'relation' : 'relations'}`];
    return [];
  });
  const isTold = parts.length === files.length && parts.length > 0;
  return isTold ? parts.join(' and ') : `${grouped(rows)} ${rows === 1 ? 'row' : 'rows'}`;
}

/** The whole look in one sentence. */
export function filesSentence(result: ValidateJson): string {
  const { errors, warnings } = result;
  const held = heldSentence(result);
  if (errors > 0) {
    const more = warnings === 0 ? '' : ` ${grouped(warnings)} more ${are(warnings)} worth a look.`;
    const first = errors === 1 ? '1 problem keeps' : `${grouped(errors)} problems keep`;
    return `${first} the files from being sent.${more}`;
  }
  const worth =
    warnings === 0
      ? ''
      : ` ${grouped(warnings)} ${warnings === 1 ? 'thing' : 'things'} ${are(warnings)} worth a look.`;
  return `${held}, nothing is in the way.${worth}`;
}

/** How many bytes all files have. */
export function sizeOf({ files }: ValidateJson): string {
  return bytesInWords(files.reduce((sum, { bytes }) => sum + bytes, 0));
}

/** What going on leaves open; nothing where it leaves nothing. */
export function goingOn(result: ValidateJson | null, isRunning: boolean): string {
  if (isRunning)
    return 'You can go on meanwhile; the files are looked through again before they are sent.';
  if (result === null || result.errors === 0) return '';
  return 'The files cannot be sent as they are. You can go on; they have to be mended before the last step.';
}

/** The problems of one file: the first, and how many there are in all. */
export interface FileFindings {
  file: string;
  findings: readonly FindingJson[];
  /** Its sums; nothing while it is still being read. */
  sums: ValidatedFileJson | null;
}

/** The first problems, file by file. */
export function byFile(
  findings: readonly FindingJson[],
  result: ValidateJson | null,
): FileFindings[] {
  const names = [...new Set(findings.map(({ file }) => file))];
  return names.map((file) => ({
    file,
    findings: findings.filter((finding) => finding.file === file),
    sums: result?.files.find((sums) => sums.file === file) ?? null,
  }));
}

/** The last part of a path, as either system writes it. */
export function nameOf(path: string): string {
  return path.split(/[/\\]/).at(-1) ?? path;
}

/**
 * What to do next: of the sentences those about the type that was chosen, and none that names a
 * command to type, which a window has no place for.
 */
export function nextOf(result: ValidateJson, type: string, types: readonly string[]): string[] {
  const others = types.filter((other) => other !== type);
  return result.next.filter(
    (line) => !others.some((other) => line.startsWith(other)) && !line.includes('bbsetup '),
  );
}

const are = (count: number) => (count === 1 ? 'is' : 'are');
