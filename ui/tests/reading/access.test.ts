import { screen, waitFor, within } from '@testing-library/svelte';
import userEvent from '@testing-library/user-event';
import { describe, expect, it } from 'vitest';

import { flowOf, linksFrom, tallest } from '../../src/reading/flow.ts';
import { problem } from '../fake-program.ts';
import { access, effectiveAccess, extract, findings } from './fixture.ts';
import { endsSo, isForEverybody, words } from './open.ts';

const drawn = async () => {
  const picture = await screen.findByRole('img', { name: /^How access flows/ });
  await waitFor(() => {
    expect(picture.querySelector('svg')).not.toBeNull();
  });
  return words(picture);
};

describe('The picture', () => {
  it('names every node, and stands as tables too', async () => {
    await endsSo(extract());
    const picture = await drawn();
    for (const name of ['Owners', 'Developers', 'Direct grants', 'Payments', 'Admin', 'Read'])
      expect(picture).toContain(name);
    await userEvent.click(screen.getByText('The picture as tables'));
    const table = screen.getByRole('table', { name: 'People: by which way' });
    const [first] = within(table).getAllByRole('row').slice(1);
    expect(words(first)).toBe('Members 188 people Developers 86 people 3 780');
    expect(screen.getAllByRole('table', { name: /: / })).toHaveLength(3);
    await isForEverybody();
  });

  it('takes no part of a name for a mark of its own', async () => {
    const nodes = access().nodes.map((node) =>
      node.label === 'Payments' ? { ...node, label: '{detail|Pay}' } : node,
    );
    await endsSo(extract(), { access: () => access({ nodes }) });
    expect(await drawn()).toContain('(detail¦Pay)');
  });

  it('of effective permissions has no way, and says so', async () => {
    await endsSo(extract({ mode: 'effective' }), { access: effectiveAccess });
    await screen.findByText(/^Read as effective permissions: whether access is direct/);
    expect(await drawn()).toContain('Payments');
    expect(screen.queryByText('By which way')).toBeNull();
  });

  it('is none where nobody reaches anything', async () => {
    await endsSo(extract(), { access: () => access({ nodes: [], links: [] }) });
    await screen.findByText(/^Nobody reaches a repository/);
    expect(screen.queryByRole('img')).toBeNull();
  });

  it('says where something is missing in it', async () => {
    await endsSo(extract(), { access: () => access({ complete: false }) });
    await screen.findByText(/^Not everything was read/);
  });

  it('gives way to why there is none', async () => {
    await endsSo(extract(), {
      access: () => {
        throw [problem({ message: 'It holds no reading of a workspace.' })];
      },
    });
    await screen.findByText('It holds no reading of a workspace.');
    expect(screen.queryByRole('img')).toBeNull();
  });
});

describe('The findings', () => {
  it('say how many there are, in words where there is none', async () => {
    await endsSo(extract());
    const articles = await screen.findAllByRole('article');
    expect(articles.map((article) => words(article.querySelector('.head')))).toEqual([
      'Admin in every repository 12 found',
      'Direct grants beside a group’s 1 found',
      'Groups without members None found',
      'Deactivated accounts with access None found',
      'Repositories that everyone can write None found',
    ]);
    screen.getByText('The first 2 of 12. All of them are in the files.');
    screen.getByText('山田太郎');
  });

  it('show the first of many cases, and the others when asked', async () => {
    const [first] = findings;
    const [item] = first?.items ?? [];
    if (first === undefined || item === undefined) throw new Error('One is wanted.');
    const items = Array.from({ length: 40 }, (_, index) => ({
      ...item,
      name: `N${String(index)}`,
    }));
    await endsSo(extract(), {
      access: () => access({ findings: [{ ...first, items, count: 40 }] }),
    });
    const article = await screen.findByRole('article');
    expect(within(article).getAllByRole('row')).toHaveLength(1 + 8);
    await userEvent.click(within(article).getByRole('button', { name: 'Show all 40' }));
    expect(within(article).getAllByRole('row')).toHaveLength(1 + 40);
  });

  it('that cannot be told are not said to be none', async () => {
    const [first] = findings;
    if (first === undefined) throw new Error('One is wanted.');
    const untold = { ...first, count: 0, items: [], cannot_tell: 'No way was read.' };
    await endsSo(extract(), { access: () => access({ findings: [untold] }) });
    const article = await screen.findByRole('article');
    within(article).getByText('Could not tell');
    within(article).getByText('No way was read.');
    expect(within(article).queryByText('None found')).toBeNull();
  });
});

it('a flow leaves out what carries nothing, and what leads nowhere', () => {
  const [people, way] = [access().nodes[0], access().nodes[2]];
  if (people === undefined || way === undefined) throw new Error('Two are wanted.');
  const empty = { ...way, id: 'empty', paths: 0 };
  const told = access({
    nodes: [people, way, empty],
    links: [
      { from: people.id, to: way.id, paths: 3 },
      { from: people.id, to: 'empty', paths: 0 },
      { from: people.id, to: 'unknown', paths: 5 },
    ],
  });
  const flow = flowOf(told);
  expect(flow.layers).toEqual(['people', 'way']);
  expect(flow.nodes.map(({ id }) => id)).toEqual([people.id, way.id]);
  expect(linksFrom(flow, 'people').map(({ paths }) => paths)).toEqual([3]);
  expect(tallest(flow)).toBe(1);
});
