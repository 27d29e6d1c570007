/**
 * Fold: what lies between two populations (Linear, Affine, Scale, Flatten, and the Inputs and Outputs of former
 * subgraphs) becomes one matrix for each pair of them, and one bias.
 */
import { NEURONS } from "../graph.js";
import type { Graph, GraphNode } from "../graph.js";
import type { Checked } from "./check.js";
import { broadcast, count, numbers } from "./fields.js";

/** A linear map, kept as simple as it is: most networks have nothing between their layers but one matrix. */
export type Matrix =
  | { kind: "identity"; size: number }
  | { kind: "diagonal"; scale: Float64Array }
  /** input-major: `weights[i * outputs + j]` */
  | { kind: "dense"; inputs: number; outputs: number; weights: Float64Array };

/** All ways together by which the output of a population, or of the network's input, arrives. */
export interface Term {
  /** name of the population or of the Input */
  source: string;
  /** nodes that hold the numbers of the matrix, roughly in the order of the values */
  via: GraphNode[];
  matrix: Matrix;
}

/** Everything that arrives at a node in one step: the sum of its terms and the bias. */
export interface Drive {
  size: number;
  terms: Term[];
  bias: Float64Array | null;
}

/** @returns what arrives at each population and at the Output, by the name of the node */
export function fold(graph: Graph, checked: Checked): Map<string, Drive> {
  const arrives = new Map<string, Drive>();
  const leaves = new Map<string, Drive>();
  for (const node of checked.order) {
    const size = count(checked.shapes.get(node.name)!);
    if (node === checked.input || NEURONS.has(node.type)) {
      leaves.set(node.name, {
        size,
        terms: [{ source: node.name, via: [], matrix: { kind: "identity", size } }],
        bias: null,
      });
      if (node === checked.input) continue;
    }
    const drive = sum(checked.before.get(node.name)!.map((name) => leaves.get(name)!));
    if (NEURONS.has(node.type) || node === checked.output) arrives.set(node.name, drive);
    else leaves.set(node.name, apply(graph.file, node, checked.shapes.get(node.name)!, drive));
  }
  return arrives;
}

/** The weights of a map as Connection wants them: input-major, `weights[i * outputs + j]`. */
export function toDense(matrix: Matrix): { inputs: number; outputs: number; weights: Float64Array } {
  if (matrix.kind === "dense") return matrix;
  const size = matrix.kind === "identity" ? matrix.size : matrix.scale.length;
  const weights = new Float64Array(size * size);
  for (let i = 0; i < size; i++) weights[i * size + i] = matrix.kind === "identity" ? 1 : matrix.scale[i];
  return { inputs: size, outputs: size, weights };
}

/** Ways from the same source become one at once: kept apart, their number would double with each place where they part and meet. */
function sum(drives: Drive[]): Drive {
  let bias: Float64Array | null = null;
  const terms = new Map<string, Term>();
  for (const drive of drives) {
    if (drive.bias !== null) bias = bias === null ? drive.bias.slice() : added(bias, drive.bias);
    for (const term of drive.terms) {
      const other = terms.get(term.source);
      terms.set(term.source, other === undefined ? term : both(other, term));
    }
  }
  return { size: drives[0].size, terms: [...terms.values()], bias };
}

function both(one: Term, other: Term): Term {
  return {
    source: one.source,
    via: [...new Set([...one.via, ...other.via])],
    matrix: matrixSum(one.matrix, other.matrix),
  };
}

function matrixSum(one: Matrix, other: Matrix): Matrix {
  const [first, second] = [scaleOf(one), scaleOf(other)];
  if (first !== null && second !== null) return { kind: "diagonal", scale: added(first, second) };
  const { weights, ...size } = toDense(one);
  return { kind: "dense", ...size, weights: added(weights, toDense(other).weights) };
}

/** The diagonal of a matrix that has nothing else, else null. */
function scaleOf(matrix: Matrix): Float64Array | null {
  if (matrix.kind === "identity") return new Float64Array(matrix.size).fill(1);
  return matrix.kind === "diagonal" ? matrix.scale : null;
}

function added(one: Float64Array, other: Float64Array): Float64Array {
  return one.map((x, at) => x + other[at]);
}

function apply(file: string, node: GraphNode, shape: number[], drive: Drive): Drive {
  switch (node.type) {
    case "Linear":
    case "Affine": {
      const { shape: rowsColumns, data } = numbers(file, node, "weight");
      const own = transposed(data, rowsColumns[0], rowsColumns[1]);
      const through = drive.bias === null ? null : timesDense(drive.bias, 1, own);
      const bias = node.type === "Affine" ? broadcast(node.fields.get("bias")!, [own.outputs]) : null;
      return {
        size: own.outputs,
        terms: drive.terms.map((term) => ({
          source: term.source,
          via: [...term.via, node],
          matrix: product(term.matrix, own),
        })),
        bias: through === null ? bias : bias === null ? through : added(through, bias),
      };
    }
    case "Scale": {
      const scale = broadcast(node.fields.get("scale")!, shape)!;
      return {
        size: drive.size,
        terms: drive.terms.map((term) => ({
          source: term.source,
          via: [...term.via, node],
          matrix: scaled(term.matrix, scale),
        })),
        bias: drive.bias === null ? null : drive.bias.map((b, j) => b * scale[j]),
      };
    }
    default:
      return drive;
  }
}

type Dense = Extract<Matrix, { kind: "dense" }>;

function transposed(rows: Float64Array, outputs: number, inputs: number): Dense {
  const weights = new Float64Array(rows.length);
  for (let j = 0; j < outputs; j++) {
    for (let i = 0; i < inputs; i++) weights[i * outputs + j] = rows[j * inputs + i];
  }
  return { kind: "dense", inputs, outputs, weights };
}

/** First `first`, then `then`. */
function product(first: Matrix, then: Dense): Dense {
  if (first.kind === "identity") return then;
  if (first.kind === "dense") {
    const weights = timesDense(first.weights, first.inputs, then);
    return { kind: "dense", inputs: first.inputs, outputs: then.outputs, weights };
  }
  const { inputs, outputs } = then;
  const weights = then.weights.map((w, at) => w * first.scale[Math.floor(at / outputs)]);
  return { kind: "dense", inputs, outputs, weights };
}

/** `count` rows of `then.inputs` values each, times the matrix. */
function timesDense(rows: Float64Array, rowCount: number, then: Dense): Float64Array {
  const { inputs, outputs, weights } = then;
  const out = new Float64Array(rowCount * outputs);
  for (let r = 0; r < rowCount; r++) {
    for (let i = 0; i < inputs; i++) {
      const x = rows[r * inputs + i];
      for (let j = 0; j < outputs; j++) out[r * outputs + j] += x * weights[i * outputs + j];
    }
  }
  return out;
}

function scaled(first: Matrix, scale: Float64Array): Matrix {
  if (first.kind === "identity") return { kind: "diagonal", scale };
  if (first.kind === "diagonal") return { kind: "diagonal", scale: first.scale.map((s, j) => s * scale[j]) };
  return { ...first, weights: first.weights.map((w, at) => w * scale[at % first.outputs]) };
}
