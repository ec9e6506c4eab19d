/** What can be exported, and what a passphrase has to be. */
import type { ExportFormatJson } from '../../ipc/index.ts';

/** One line of the page. */
export interface Format {
  format: ExportFormatJson;
  /** What it is called. */
  title: string;
  /** What it is good for, and what it holds. */
  says: string;
}

/** The configuration, without and with secrets. */
export const configurations: readonly Format[] = [
  {
    format: 'json',
    title: 'JSON',
    says: 'For other programs. Without secrets.',
  },
  {
    format: 'toml',
    title: 'TOML',
    says: 'For people and version control. Without secrets.',
  },
  {
    format: 'env',
    title: '.env',
    says: 'The variables that bbsetup reads. Without secrets.',
  },
  {
    format: 'age',
    title: 'Everything, encrypted',
    says: 'With the tokens, locked with a passphrase. age -d opens it.',
  },
];

/** The evidence report. */
export const reports: readonly Format[] = [
  {
    format: 'evidence_html',
    title: 'HTML',
    says: 'Made to be printed to PDF.',
  },
  {
    format: 'evidence_markdown',
    title: 'Markdown',
    says: 'For a ticket or a wiki.',
  },
];

/** Reminders in the person's own calendar. */
export const reminder: Format = {
  format: 'reminder',
  title: 'Reminder',
  says: 'A calendar file (.ics) that reminds you before a token expires. Without secrets.',
};

/** The fewest characters of a passphrase. */
export const shortestPassphrase = 12;

/** What keeps two typed passphrases from being used; nothing where they will do. */
export function passphraseProblem(passphrase: string, again: string): string | null {
  // Counted in characters, as the program behind the window counts.
  const length = [...passphrase].length;
  if (length === 0) return 'Enter a passphrase: it is all that protects the secrets in the file.';
  if (length < shortestPassphrase) {
    return `The passphrase has ${String(length)} characters; it needs at least ${String(shortestPassphrase)}.`;
  }
  if (passphrase !== again) return 'The two passphrases differ.';
  return null;
}
