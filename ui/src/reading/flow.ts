/** The picture of access as layers, nodes and links that fit together. */
import type { AccessJson, AccessLayerJson, AccessNodeJson } from '../ipc/index.ts';

const LAYERS: readonly AccessLayerJson[] = ['people', 'way', 'project', 'permission'];

const layerTitles: Record<AccessLayerJson, string> = {
  people: 'People',
  way: 'By which way',
  project: 'In which project',
  permission: 'To do what',
};

export function layerTitle(layer: AccessLayerJson): string {
  return layerTitles[layer];
}

export interface FlowLink {
  from: AccessNodeJson;
  to: AccessNodeJson;
  paths: number;
}

export interface Flow {
  /** The layers that there is something of, from left to right. */
  layers: readonly AccessLayerJson[];
  nodes: readonly AccessNodeJson[];
  links: readonly FlowLink[];
}

/** Nodes and links that carry something; a layer that nothing is in, such as ways, is left out. */
export function flowOf(access: AccessJson): Flow {
  const nodes = access.nodes.filter(({ paths }) => paths > 0);
  const byId = new Map(nodes.map((node) => [node.id, node]));
  const links = access.links.flatMap(({ from, to, paths }): FlowLink[] => {
    const [start, end] = [byId.get(from), byId.get(to)];
    return start === undefined || end === undefined || paths === 0
      ? []
      : [{ from: start, to: end, paths }];
  });
  const layers = LAYERS.filter((layer) => nodes.some((node) => node.layer === layer));
  return { layers, nodes, links };
}

/** The links from one layer to the next, the strongest first. */
export function linksFrom(flow: Flow, layer: AccessLayerJson): FlowLink[] {
  return flow.links
    .filter(({ from }) => from.layer === layer)
    .sort((one, other) => other.paths - one.paths);
}

/** The most nodes that stand below each other. */
export function tallest({ layers, nodes }: Flow): number {
  return Math.max(...layers.map((layer) => nodes.filter((node) => node.layer === layer).length));
}
