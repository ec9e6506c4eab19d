/** Draws the flow of access with ECharts; loaded by nobody who sees no picture. */
import { SankeyChart } from 'echarts/charts';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

import type { AccessNodeJson } from '../ipc/index.ts';
import { grouped } from '../numbers.ts';
import { tallest, type Flow } from './flow.ts';

use([SankeyChart, SVGRenderer]);

/** The narrowest drawing in which names can be read, in the height of a letter. */
const NARROWEST = 42;

/** What is drawn in which colour; the names are those of the page's properties. */
const COLOURS = [
  'people',
  'way',
  'project',
  'admin',
  'write',
  'read',
  'link',
  'ink',
  'soft',
  'paper',
] as const;
type Colours = Record<(typeof COLOURS)[number], string>;

/**
 * Draws into a place, and draws anew where its width or the system's colours change; gives what
 * takes the drawing away. `point` is told what the pointer is on.
 */
export function draw(
  place: HTMLElement,
  flow: Flow,
  point: (words: string | null) => void,
): () => void {
  const size = () => {
    const { fontSize, fontFamily } = getComputedStyle(place);
    const letter = parseFloat(fontSize) || 16;
    const width = Math.max(place.clientWidth, NARROWEST * letter);
    const height = Math.max(20, Math.min(44, tallest(flow) * 3.4)) * letter;
    return { letter, width, height, fontFamily };
  };
  const { width, height } = size();
  const chart = init(place, null, { renderer: 'svg', width, height });
  const redraw = () => {
    const { letter, width, height, fontFamily } = size();
    chart.resize({ width, height });
    chart.setOption(optionOf(flow, coloursOf(place), fontFamily, letter, width));
  };
  redraw();
  chart.on('mouseover', ({ data }) => point(pointedWords(data as Pointed)));
  chart.on('mouseout', () => point(null));
  const watched = new ResizeObserver(redraw);
  watched.observe(place);
  const media = ['(prefers-color-scheme: dark)', '(forced-colors: active)'].map((query) =>
    window.matchMedia(query),
  );
  for (const query of media) query.addEventListener('change', redraw);
  return () => {
    watched.disconnect();
    for (const query of media) query.removeEventListener('change', redraw);
    chart.dispose();
  };
}

/** What a node or link of the drawing carries along. */
interface Pointed {
  words: string;
}

function pointedWords({ words }: Pointed): string {
  return words;
}

const pathsInWords = (paths: number) => `${grouped(paths)} ${paths === 1 ? 'path' : 'paths'}`;

/** The colour of a node: permissions by their strength, all else by the layer. */
function colourOf({ layer, label }: AccessNodeJson, colours: Colours): string {
  if (layer !== 'permission') return colours[layer];
  if (/admin/i.test(label)) return colours.admin;
  return /write|create/i.test(label) ? colours.write : colours.read;
}

function optionOf(flow: Flow, colours: Colours, fontFamily: string, letter: number, width: number) {
  const margin = 9 * letter;
  const last = flow.layers.length - 1;
  const room = last === 0 ? width - margin : (width - margin) / last;
  const isLast = (node: AccessNodeJson) => node.layer === flow.layers[last];
  const small = letter * 0.8125;
  return {
    animation: false,
    textStyle: { fontFamily },
    series: [
      {
        type: 'sankey' as const,
        left: 0,
        right: margin,
        top: letter * 0.5,
        bottom: letter * 0.75,
        nodeWidth: letter * 0.625,
        nodeGap: letter * 1.1,
        nodeAlign: 'justify' as const,
        draggable: false,
        silent: false,
        emphasis: { focus: 'trajectory' as const, lineStyle: { opacity: 0.6 } },
        blur: { lineStyle: { opacity: 0.08 }, itemStyle: { opacity: 0.5 } },
        data: flow.nodes.map((node) => ({
          name: node.id,
          words: [`${node.label}: ${pathsInWords(node.paths)}`, node.detail]
            .filter((part) => part !== '')
            .join(', '),
          depth: flow.layers.indexOf(node.layer),
          itemStyle: { color: colourOf(node, colours), borderWidth: 0 },
          label: {
            position: 'right' as const,
            distance: letter * 0.4,
            width: (isLast(node) ? margin : room) - letter * 1.6,
            overflow: 'truncate' as const,
            formatter: () =>
              [
                ['name', node.label],
                ['detail', node.detail],
              ]
                .filter(([, text]) => text !== '')
                .map(([style, text = '']) => `{${style}|${plain(text)}}`)
                .join('\n'),
            rich: {
              name: {
                color: colours.ink,
                fontSize: small,
                fontWeight: 600,
                lineHeight: small * 1.3,
              },
              detail: { color: colours.soft, fontSize: small * 0.92, lineHeight: small * 1.25 },
            },
            textBorderColor: colours.paper,
            textBorderWidth: 3,
          },
        })),
        links: flow.links.map(({ from, to, paths }) => ({
          source: from.id,
          target: to.id,
          value: paths,
          words: `${from.label} to ${to.label}: ${pathsInWords(paths)}`,
          lineStyle: {
            color: isLast(to) ? colourOf(to, colours) : colours.link,
            opacity: isLast(to) ? 0.28 : 0.22,
            curveness: 0.5,
          },
        })),
      },
    ],
  };
}

/** A name in which nothing is taken for the drawing's own marks. */
function plain(text: string): string {
  return text.replaceAll('{', '(').replaceAll('}', ')').replaceAll('|', '¦').replaceAll('\n', ' ');
}

/** The page's colours as they are now, system colours among them. */
function coloursOf(place: HTMLElement): Colours {
  const probe = document.createElement('span');
  place.append(probe);
  const entries = COLOURS.map((name) => {
    probe.style.color = `var(--flow-${name})`;
    return [name, getComputedStyle(probe).color] as const;
  });
  probe.remove();
  return Object.fromEntries(entries) as Colours;
}
