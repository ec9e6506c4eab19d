import { render, screen, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import ProblemPanel from '../../src/components/ProblemPanel.svelte';
import type { CredentialJson } from '../../src/ipc/index.ts';
import { mendsOf } from '../../src/report/mends.ts';
import Enough from '../../src/report/Enough.svelte';
import { fakeProgram } from '../fake-program.ts';
import { openPage } from '../open-page.ts';
import { problem, report } from './fixture.ts';

const begins = 'The token begins like an Atlassian API token.';
const accepted = 'The workspace access token is accepted from here.';

function credential(over: Partial<CredentialJson> = {}): CredentialJson {
  return {
    slot: 'workspace_token',
    kind: 'workspace_access_token',
    scopes: ['account', 'repository:delete'],
    scopes_known: true,
    excess_scopes: [],
    minimal_scopes: ['account', 'project'],
    account: null,
    ...over,
  };
}

describe('what is known', () => {
  it('stands under the message and before the advice', () => {
    render(ProblemPanel, {
      problem: problem({ message: 'Refused.', seen: [begins, accepted], hints: ['Do this.'] }),
    });
    const group = screen.getByRole('group');
    expect(group.textContent).toMatch(
      /Refused\.\s*What is known\s*The token begins.*accepted from here\.\s*Do this\./,
    );
    expect(within(group).getAllByRole('listitem')).toHaveLength(2);
  });

  it('is not spoken of where there is nothing', () => {
    render(ProblemPanel, { problem: problem({ message: 'Refused.' }) });
    expect(screen.queryByText('What is known')).toBeNull();
  });

  it('is told once in a mend, whichever check it was seen by', async () => {
    const refused = report(
      [],
      [
        problem({ check: 'workspace_token/members', seen: [begins] }),
        problem({ check: 'workspace_token/projects', seen: [begins, accepted] }),
      ],
      'not_ready',
    );
    expect(mendsOf(refused)[0]?.mends[0]?.seen).toEqual([begins, accepted]);
    await openPage('report', { check: () => refused });
    expect(await screen.findAllByText(begins)).toHaveLength(1);
    screen.getByText(accepted);
  });
});

describe('what would be enough', () => {
  it('is a list of boxes a credential, which can be copied', async () => {
    const calls = fakeProgram({ copy_text: () => null });
    render(Enough, {
      credentials: [credential(), credential({ slot: 'account', minimal_scopes: [] })],
    });
    const list = screen.getByRole('list', { name: 'Enough on the workspace token' });
    expect(
      within(list)
        .getAllByRole('listitem')
        .map((item) => item.textContent),
    ).toEqual(['Account: Read', 'Projects: Read']);
    // What could not be told is left out.
    expect(screen.getAllByRole('list')).toHaveLength(1);
    await userEvent.click(
      screen.getByRole('button', { name: 'Copy what is enough on the workspace token' }),
    );
    expect(calls.at(-1)?.called['text']).toBe('Account: Read\nProjects: Read');
  });

  it('stands below the report, and in the warning of too much', async () => {
    const excess = problem({
      code: 'excess_scope',
      title: 'More than needed',
      severity: 'warning',
      slot: 'workspace_token',
      scopes: ['repository:delete'],
    });
    const told = { ...report([], [excess]), credentials: [credential()] };
    await openPage('report', { check: () => told });
    await screen.findByRole('heading', { level: 2, name: 'Enough for this workspace' });
    const warning = screen.getByRole('group', { name: 'More than needed' });
    within(warning).getByText('Enough for this workspace: Account: Read and Projects: Read.');
  });

  it('is not spoken of where it could not be told', async () => {
    const told = { ...report(), credentials: [credential({ minimal_scopes: [] })] };
    await openPage('report', { check: () => told });
    await screen.findByRole('heading', { name: /^Ready/ });
    expect(screen.queryByText(/Enough for this workspace/)).toBeNull();
  });
});
