/**
 * Check: refuses by name what cannot be run, and finds the shape of what leaves every node. Later passes rely on
 * it: one Input, one Output, no cycle, finite numbers, sizes that agree along every edge.
 */
import { InputError } from "../errors.js";
import { NEURONS, predecessors, REQUIRED_FIELDS, successors, topologicalOrder } from "../graph.js";
import type { Graph, GraphNode } from "../graph.js";
import type { Assumptions } from "./assumptions.js";
import { broadcast, count, isFloat32, numbers } from "./fields.js";
import { quoted } from "../text.js";

export interface Checked {
  input: GraphNode;
  output: GraphNode;
  /** the nodes that lead to the output, each after all of its predecessors */
  order: GraphNode[];
  /** names of the nodes with an edge into each node of `order` */
  before: Map<string, string[]>;
  /** shape of what leaves each node of `order` */
  shapes: Map<string, number[]>;
}

/** Per-neuron fields; the others hold weights, shapes or sizes. */
const NEURON_FIELDS = ["tau", "r", "v_leak", "v_threshold", "v_reset", "threshold"];

/**
 * @throws InputError for an unknown type, a missing or unusable field, NaN or infinity in one, a cycle, more or
 *   fewer than one Input and Output, no way between them, and shapes that disagree
 */
export function checkGraph(graph: Graph, assumptions: Assumptions): Checked {
  for (const node of graph.nodes.values()) checkFields(graph.file, node);
  const before = predecessors(graph);
  const after = successors(graph);
  const input = only(graph, "Input", before);
  const output = only(graph, "Output", after);
  const { order: names, cycle } = topologicalOrder(graph);
  if (cycle !== null) {
    throw new InputError(
      `${graph.file}: the edges form a cycle, ${[...cycle, cycle[0]].map(quoted).join(" → ")}; ` +
        `this version runs feed-forward networks only`,
    );
  }
  const order = leadingTo(output.name, names, before).map((name) => graph.nodes.get(name)!);
  if (!order.includes(input)) {
    throw new InputError(
      `${graph.file}: no way leads from ${quoted(input.name)} to ${quoted(output.name)}; expected edges that connect them`,
    );
  }
  const left = names.filter((name) => !order.some((node) => node.name === name));
  if (left.length > 0) {
    assumptions.note(`left out, since nothing of it reaches the output: ${left.map(quoted).join(", ")}`);
  }
  const shapes = new Map<string, number[]>();
  for (const node of order) {
    shapes.set(node.name, shapeAfter(graph.file, node, before.get(node.name)!, shapes, assumptions));
  }
  return { input, output, order, before, shapes };
}

function checkFields(file: string, node: GraphNode): void {
  const required = REQUIRED_FIELDS.get(node.type);
  if (required === undefined) {
    throw new InputError(
      `${file}: node ${quoted(node.name)} is of type ${node.type}, which this version does not run`,
    );
  }
  for (const field of required) {
    if (!node.fields.has(field)) {
      throw new InputError(
        `${file}: node ${quoted(node.name)} of type ${node.type} has no attribute ${quoted(field)}`,
      );
    }
  }
  for (const [name, field] of node.fields) {
    if (typeof field === "string") continue;
    const data = typeof field === "number" ? [field] : field.data;
    // An infinite tau is a neuron that does not leak; snnTorch then writes an infinite r as well.
    const infinityMeansSomething = name === "tau" || (name === "r" && node.fields.has("tau"));
    const bad = data.findIndex(
      (x: number) => !Number.isFinite(x) && !(infinityMeansSomething && x === Infinity),
    );
    if (bad >= 0) {
      throw new InputError(
        `${file}: node ${quoted(node.name)} has ${data[bad]} in ${quoted(name)} (element ${bad} of ${data.length}), ` +
          `expected finite numbers; look for a training that diverged`,
      );
    }
    const large = data.findIndex((x: number) => Number.isFinite(x) && !isFloat32(x));
    if (large >= 0) {
      throw new InputError(
        `${file}: node ${quoted(node.name)} has ${data[large]} in ${quoted(name)} (element ${large} of ${data.length}), ` +
          `expected numbers of float32's range, up to 3.4e38; look for a training that diverged`,
      );
    }
  }
}

/** The one node of a type that has nothing on its outer side; those inside of former subgraphs have. */
function only(graph: Graph, type: "Input" | "Output", outside: Map<string, string[]>): GraphNode {
  const found = [...graph.nodes.values()].filter(
    (node) => node.type === type && outside.get(node.name)!.length === 0,
  );
  if (found.length === 1) return found[0];
  const names = found.map((node) => quoted(node.name)).join(", ");
  throw new InputError(
    `${graph.file}: found ${found.length} nodes of type ${type}${found.length > 0 ? ` (${names})` : ""}, expected one`,
  );
}

/** Those of the names from which the node can be reached, and the node, in the same order. */
function leadingTo(node: string, names: string[], before: Map<string, string[]>): string[] {
  const reached = new Set<string>([node]);
  for (const name of reached) for (const previous of before.get(name)!) reached.add(previous);
  return names.filter((name) => reached.has(name));
}

function shapeAfter(
  file: string,
  node: GraphNode,
  sources: string[],
  shapes: Map<string, number[]>,
  assumptions: Assumptions,
): number[] {
  if (sources.length === 0) {
    if (node.type === "Input") return declaredShape(file, node);
    throw new InputError(
      `${file}: node ${quoted(node.name)} leads to the output but no edge leads to it; expected one`,
    );
  }
  const source = sources[0];
  const shape = shapes.get(source)!;
  const other = sources.find((name) => count(shapes.get(name)!) !== count(shape));
  if (other !== undefined) {
    throw new InputError(
      `${file}: ${quoted(source)} (shape ${shown(shape)}) and ${quoted(other)} (shape ${shown(shapes.get(other)!)}) ` +
        `both lead to ${quoted(node.name)} and differ in size; expected the same, since they are added`,
    );
  }
  const refuse = (what: string): never => {
    throw new InputError(
      `${file}: edge ${quoted(source)} → ${quoted(node.name)}: found ${count(shape)} values (shape ${shown(shape)}), ` +
        `expected ${what}; correct the model and export it again`,
    );
  };
  if (NEURONS.has(node.type)) {
    for (const name of NEURON_FIELDS) {
      const field = node.fields.get(name);
      if (field === undefined) continue;
      const { shape: own } = numbers(file, node, name);
      if (broadcast(field, shape) === null) refuse(`${count(own)} (shape ${shown(own)} of ${quoted(name)})`);
    }
    return shape;
  }
  switch (node.type) {
    case "Input":
    case "Output": {
      const declared = declaredShape(file, node);
      if (count(declared) !== count(shape)) refuse(`${count(declared)} (shape ${shown(declared)})`);
      if (shown(declared) !== shown(shape)) {
        assumptions.assume(
          `${quoted(node.name)} is declared with shape ${shown(declared)} and gets ${shown(shape)}: ` +
            `taken as the same ${count(shape)} values in the same order`,
        );
      }
      return declared;
    }
    case "Linear":
    case "Affine": {
      const weight = numbers(file, node, "weight");
      if (weight.shape.length !== 2) {
        throw new InputError(
          `${file}: node ${quoted(node.name)} has a weight of shape ${shown(weight.shape)}, expected two dimensions (outputs, inputs)`,
        );
      }
      const [outputs, inputs] = weight.shape;
      if (weight.data.length === 0) {
        throw new InputError(
          `${file}: node ${quoted(node.name)} has a weight of shape ${shown(weight.shape)}, which is empty, expected at least one output and one input`,
        );
      }
      if (count(shape) !== inputs) refuse(`${inputs} (weight of shape ${shown(weight.shape)})`);
      if (shape.at(-1) !== inputs) {
        assumptions.assume(
          `${quoted(node.name)} takes ${inputs} values and gets shape ${shown(shape)}: flattened row by row; ` +
            `put a Flatten before it to say so`,
        );
      }
      if (node.type === "Affine" && broadcast(node.fields.get("bias")!, [outputs]) === null) {
        throw new InputError(
          `${file}: node ${quoted(node.name)} has a bias of shape ${shown(numbers(file, node, "bias").shape)}, expected ${outputs}`,
        );
      }
      return [outputs];
    }
    case "Scale":
      if (broadcast(node.fields.get("scale")!, shape) === null) {
        const own = numbers(file, node, "scale").shape;
        refuse(`${count(own)} (scale of shape ${shown(own)})`);
      }
      return shape;
    default: {
      // Flatten: whichever dimensions it joins, the order of the values stays
      const declared = node.fields.get("input_type");
      if (typeof declared === "object" && declared.data.length > 0) {
        const size = count(Array.from(declared.data));
        if (size !== count(shape)) refuse(`${size} (input_type ${shown(Array.from(declared.data))})`);
      }
      return [count(shape)];
    }
  }
}

/** Values that leave one node; a model of 65535 neurons a layer is the largest that can be exported. */
const MOST_VALUES = 2 ** 24;

function declaredShape(file: string, node: GraphNode): number[] {
  const shape = Array.from(numbers(file, node, "shape").data);
  if (shape.length === 0 || shape.some((n) => !Number.isInteger(n) || n < 1)) {
    throw new InputError(
      `${file}: node ${quoted(node.name)} has the shape ${shown(shape)}, expected whole numbers from 1 on`,
    );
  }
  if (count(shape) > MOST_VALUES) {
    throw new InputError(
      `${file}: node ${quoted(node.name)} has the shape ${shown(shape)}, too large: expected at most ${MOST_VALUES} values`,
    );
  }
  return shape;
}

function shown(shape: number[]): string {
  return shape.length === 0 ? "()" : shape.join("×");
}
