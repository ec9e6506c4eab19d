/** The page of BalkanID's form, with a program that keeps what it is told. */
import type { DraftJson, ProgressJson, SecretSlot, StepAnswerJson } from '../../src/ipc/index.ts';
import { emptyDraft, home, progress, type Calls } from '../fake-program.ts';
import { openPage } from '../open-page.ts';

type Answers = NonNullable<Parameters<typeof openPage>[1]>;

/** Opens it with these answers, these secrets held, and a program that answers so. */
export async function openBalkanId(
  over: Partial<DraftJson>,
  slots: SecretSlot[] = [],
  answers: Answers = {},
): Promise<Calls> {
  let kept: DraftJson = { ...emptyDraft, workspace: 'acme', ...over };
  const held = new Set(slots);
  const now = (): ProgressJson => {
    const told = progress({ draft: kept, current: 'balkanid', workspace: 'acme' });
    const secrets = told.secrets.map((secret) =>
      held.has(secret.slot as SecretSlot)
        ? { ...secret, held: 'in_memory' as const, last_four: '4444' }
        : secret,
    );
    return { ...told, secrets };
  };
  const answered = (): StepAnswerJson => ({ progress: now(), problems: [], seen: null });
  const keep: Answers[string] = ({ draft }) => {
    kept = draft;
    return answered();
  };
  return openPage('balkanid', {
    home: () => home({ unfinished: now() }),
    resume: now,
    progress: now,
    keep,
    answer: keep,
    hold_secret: ({ slot }) => {
      held.add(slot as SecretSlot);
      return answered();
    },
    drop_secret: ({ slot }) => {
      held.delete(slot as SecretSlot);
      return now();
    },
    ...answers,
  });
}
