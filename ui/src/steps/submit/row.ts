/** A cell of the row as a person reads it. */

/** One of the values that the cell `Secrets` carries. */
interface Secret {
  name: string;
  key: string;
  value: string;
}

/**
 * The lines of a cell: one a value where it carries named values, as `Secrets` does, else the
 * text as it is sent.
 */
export function cellLines(value: string): string[] {
  if (value === '') return ['–'];
  return (
    secretsOf(value)?.map(({ name, key, value: held }) => `${name} (${key}): ${held}`) ?? [value]
  );
}

function secretsOf(value: string): Secret[] | null {
  if (!value.startsWith('[')) return null;
  try {
    const parsed: unknown = JSON.parse(value);
    return Array.isArray(parsed) && parsed.length > 0 && parsed.every(isSecret) ? parsed : null;
  } catch {
    // Not what it looked like: it is shown as it is.
    return null;
  }
}

function isSecret(value: unknown): value is Secret {
  if (typeof value !== 'object' || value === null) return false;
  const held = value as Record<string, unknown>;
  return ['name', 'key', 'value'].every((name) => typeof held[name] === 'string');
}
