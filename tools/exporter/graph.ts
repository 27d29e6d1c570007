/**
 * A Graph: a network in NIR's own terms, float64, seconds. Every reader makes one, and nothing after the readers
 * knows where a model came from.
 */

/** An array in row-major order; `data.length` is the product of `shape`. */
export interface ArrayField {
  shape: number[];
  data: Float64Array;
}

/** A scalar of the file is a number, whatever its type there. */
export type Field = ArrayField | number | string;

export interface GraphNode {
  /** full name; a node `lif` of the subgraph `block` is called `block.lif` */
  name: string;
  /** NIR's name of the primitive: `LIF`, `Affine`, … */
  type: string;
  fields: Map<string, Field>;
}

/** From a node's name to a node's name. */
export type Edge = readonly [from: string, to: string];

export interface Graph {
  /** name of the file, for messages */
  file: string;
  nodes: Map<string, GraphNode>;
  /** every pair once, in any order; values that arrive at one node over several edges are added */
  edges: Edge[];
}

/** Nodes with a state, or at least a spike, of their own: each becomes a layer. */
export const NEURONS: ReadonlySet<string> = new Set(["LIF", "IF", "LI", "Threshold"]);

/** The primitives that the exporter runs, and the fields without which they say nothing. */
export const REQUIRED_FIELDS: ReadonlyMap<string, readonly string[]> = new Map([
  ["Input", ["shape"]],
  ["Output", ["shape"]],
  ["Linear", ["weight"]],
  ["Affine", ["weight", "bias"]],
  ["Scale", ["scale"]],
  ["Flatten", []],
  ["LIF", ["tau", "r", "v_leak", "v_threshold"]],
  ["IF", ["r", "v_threshold"]],
  ["LI", ["tau", "r", "v_leak"]],
  ["Threshold", ["threshold"]],
]);

/** Names of the nodes with an edge into each node, in the order of the nodes. */
export function predecessors(graph: Graph): Map<string, string[]> {
  return neighbours(graph, 1, 0);
}

/** Names of the nodes to which each node has an edge, in the order of the nodes. */
export function successors(graph: Graph): Map<string, string[]> {
  return neighbours(graph, 0, 1);
}

function neighbours(graph: Graph, of: 0 | 1, neighbour: 0 | 1): Map<string, string[]> {
  const rank = new Map([...graph.nodes.keys()].map((name, i) => [name, i]));
  const lists = new Map<string, string[]>([...graph.nodes.keys()].map((name) => [name, []]));
  for (const edge of graph.edges) lists.get(edge[of])!.push(edge[neighbour]);
  for (const list of lists.values()) list.sort((a, b) => rank.get(a)! - rank.get(b)!);
  return lists;
}

/**
 * Names in an order in which every node comes after all of its predecessors. The order depends on the nodes and
 * the set of edges, not on the order in which a file lists them.
 *
 * @returns `cycle` is null, or the names along one cycle, each once; `order` then holds what precedes all cycles
 */
export function topologicalOrder(graph: Graph): { order: string[]; cycle: string[] | null } {
  const before = predecessors(graph);
  const after = successors(graph);
  const names = [...graph.nodes.keys()].sort();
  const missing = new Map(names.map((name) => [name, before.get(name)!.length]));
  const order = names.filter((name) => missing.get(name) === 0);
  for (let i = 0; i < order.length; i++) {
    for (const next of after.get(order[i])!) {
      const left = missing.get(next)! - 1;
      missing.set(next, left);
      if (left === 0) order.push(next);
    }
  }
  if (order.length === names.length) return { order, cycle: null };

  // What is left has a predecessor that is left: walking backwards must meet a node twice.
  const done = new Set(order);
  const path: string[] = [];
  let name = names.find((n) => !done.has(n))!;
  while (!path.includes(name)) {
    path.push(name);
    name = before.get(name)!.find((n) => !done.has(n))!;
  }
  return { order, cycle: path.slice(path.indexOf(name)).reverse() };
}
