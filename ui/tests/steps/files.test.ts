import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import type { FindingJson, ValidateEventJson, ValidateJson } from '../../src/ipc/index.ts';
import { practiceFor } from '../../src/practice.ts';
import { filesSentence, nextOf } from '../../src/steps/balkanid/files.ts';
import { choices, problem } from '../fake-program.ts';
import { called, streaming } from '../home/fixture.ts';
import { looked } from '../submit/fixture.ts';
import { openBalkanId } from './fixture.ts';

const finding = (row: number, over: Partial<FindingJson> = {}): FindingJson => ({
  file: '/csv/entities.csv',
  row,
  column: 'source_id',
  code: 'source_id_duplicate',
  severity: 'error',
  message: `Row ${String(row)} is there already.`,
  ...over,
});
const upload = { extraction: 'automated_upload', files: '/csv' } as const;
const start = async () => {
  await userEvent.click(await screen.findByRole('button', { name: 'Look through the files' }));
};
const validation = () =>
  document.querySelector('[data-validation]')?.getAttribute('data-validation') ?? null;

describe('The look through the files', () => {
  it('says how far it has read, and that nothing is in the way', async () => {
    const look = streaming<ValidateEventJson, ValidateJson>();
    const calls = await openBalkanId({ ...upload, files: null }, [], {
      look_through_files: look.answer,
    });
    const button = await screen.findByRole('button', { name: 'Look through the files' });
    expect(button).toHaveProperty('disabled', true);
    await userEvent.type(screen.getByLabelText(/^Folder with the CSV files/), '/csv');
    await start();
    // The program looks at what it has kept.
    await waitFor(() => {
      expect(called(calls, 'look_through_files')).toHaveLength(1);
    });
    expect(called(calls, 'keep').at(-1)?.draft.files).toBe('/csv');
    look.tell({ event: 'progress', file: 'entities.csv', bytes: 12_000_000 });
    look.tell({ event: 'progress', file: 'entity_relations.csv', bytes: 300_000 });
    await screen.findByText('12.3 MB read');
    expect(validation()).toBeNull();
    look.end(looked());
    await screen.findByText('431 entities and 1 000 relations, nothing is in the way.', {
      selector: '.sentence',
    });
    expect(validation()).toBe('0');
    expect(screen.queryByRole('table')).toBeNull();
  });

  it('names the first problems row by row, file by file, and counts all', async () => {
    const look = streaming<ValidateEventJson, ValidateJson>();
    await openBalkanId(upload, [], { look_through_files: look.answer });
    await start();
    for (let row = 2; row < 32; row += 1) look.tell({ event: 'problem', problem: finding(row) });
    const other = finding(1002, {
      file: '/csv/entity_relations.csv',
      column: null,
      severity: 'warning',
      code: 'cell_spaces',
    });
    look.tell({ event: 'problem', problem: other });
    look.end(looked({ errors: 640, warnings: 1, next: ['Mend the rows that are named.'] }));
    await screen.findByText(
      '640 problems keep the files from being sent. 1 more is worth a look.',
      {
        selector: '.sentence',
      },
    );
    expect(validation()).toBe('640');
    const [first, second] = screen.getAllByRole('table');
    if (first === undefined || second === undefined) throw new Error('Two tables are wanted.');
    expect(first.querySelector('caption')?.textContent).toMatch(/^entities\.csv/);
    expect(first.querySelectorAll('tbody tr')).toHaveLength(20);
    const cells = within(second).getAllByRole('cell');
    expect(cells.map((cell) => cell.textContent.replace(/\s+/g, ' ').trim())).toEqual([
      '1 002',
      '–',
      'Row 1002 is there already. Worth a look.',
      'cell_spaces',
    ]);
    screen.getByText('The first 31 of 641 are told one by one.');
    screen.getByText('Mend the rows that are named.');
    screen.getByText(/^The files cannot be sent as they are\. You can go on/);
    await userEvent.click(screen.getByRole('button', { name: 'Show the first 31' }));
    expect(first.querySelectorAll('tbody tr')).toHaveLength(30);
  });

  it('forgets what was found once the folder is another, and drops what comes late', async () => {
    const look = streaming<ValidateEventJson, ValidateJson>();
    await openBalkanId(upload, [], { look_through_files: look.answer });
    await start();
    await screen.findByText('0 bytes read');
    await userEvent.type(screen.getByLabelText(/^Folder with the CSV files/), 'x');
    look.tell({ event: 'problem', problem: finding(2) });
    look.end(looked({ errors: 1 }));
    await screen.findByRole('button', { name: 'Look through the files' });
    expect(validation()).toBeNull();
    expect(screen.queryByRole('table')).toBeNull();
  });

  it('says what kept the files from being read', async () => {
    await openBalkanId(upload, [], {
      look_through_files: () => {
        throw [problem({ code: 'file_not_read', field: 'files', message: 'It is not there.' })];
      },
    });
    await start();
    await screen.findByText('It is not there.');
    screen.getByRole('button', { name: 'Look again' });
    expect(validation()).toBeNull();
  });
});

describe('in words', () => {
  it('one of each', () => {
    const [entities, relations] = looked().files;
    if (entities === undefined || relations === undefined) throw new Error('Two are wanted.');
    const one = looked({
      files: [
        { ...entities, rows: 1 },
        { ...relations, rows: 1 },
      ],
      warnings: 1,
    });
    expect(filesSentence(one)).toBe(
      '1 entity and 1 relation, nothing is in the way. 1 thing is worth a look.',
    );
    expect(filesSentence(looked({ errors: 1 }))).toBe('1 problem keeps the files from being sent.');
  });

  it('a file whose header does not tell what it holds has rows', () => {
    const [entities] = looked().files;
    if (entities === undefined) throw new Error('One is wanted.');
    const untold = looked({ rows: 431, files: [{ ...entities, kind: null }] });
    expect(filesSentence(untold)).toBe('431 rows, nothing is in the way.');
  });

  it('what comes next is of the chosen type, and names no command', () => {
    const labels = choices.extraction.map(({ label }) => label);
    const next = [
      'Manual file upload: send both.',
      'Automated upload using API: then bbsetup upload FOLDER.',
      'Look again.',
    ];
    expect(nextOf(looked({ next }), 'Manual file upload', labels)).toEqual([
      'Manual file upload: send both.',
      'Look again.',
    ]);
    expect(nextOf(looked({ next }), 'Automated upload using API', labels)).toEqual(['Look again.']);
  });
});

it('practice fills in what the scenario has of a SCIM server and of files', () => {
  const values = [
    ['scim-url', 'http://127.0.0.1:4/scim/v2'],
    ['scim-user', 'svc'],
    ['files', '/practice/csv'],
    ['scim_token', 'practice-4444'],
  ].map(([input = '', value = '']) => ({ input, label: input, value }));
  expect(practiceFor('balkanid', { bitbucket_url: 'http://127.0.0.1:3', values })).toEqual({
    draft: { scim_url: 'http://127.0.0.1:4/scim/v2', scim_user: 'svc', files: '/practice/csv' },
    secrets: [{ slot: 'scim_token', value: 'practice-4444' }],
  });
});
