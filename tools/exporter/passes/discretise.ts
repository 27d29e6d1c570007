/**
 * Discretise: from a Graph in seconds to a Model in steps. Runs the passes before it (check, fold) and puts every
 * gain into weights and biases, so that a layer is `U ← β·U + Σ w·x + bias` and its reset.
 */
import { InputError, UsageError } from "../errors.js";
import { NEURONS } from "../graph.js";
import type { Graph, GraphNode } from "../graph.js";
import type { Connection, Layer, Model, Reset, ResetAt } from "../model.js";
import { Assumptions } from "./assumptions.js";
import { checkGraph } from "./check.js";
import { constantsOf } from "./constants.js";
import type { Constants, Discretisation } from "./constants.js";
import { count, isFloat32, numbers } from "./fields.js";
import { fold, toDense } from "./fold.js";
import type { Drive, Term } from "./fold.js";
import { checkResetOptions, resetsOf } from "./resets.js";
import type { ResetRule } from "./resets.js";
import { timeStep } from "./timestep.js";
import { quoted } from "../text.js";

export interface DiscretiseOptions {
  /** seconds a step; guessed, with a warning, where it is missing */
  dt?: number;
  discretise: Discretisation;
  reset?: Reset;
  resetAt?: ResetAt;
  /** lowest membrane of spiking layers, ≤ 0; "threshold" is minus the layer's largest threshold */
  lowerBound?: number | "threshold";
  /** read the last layer, where it is LIF or IF, as a leaky integrator: its membranes, no spikes, no reset */
  readoutMembrane?: boolean;
  /** refuse what would otherwise be assumed with a warning */
  strict?: boolean;
}

/** As many as a file may hold (readers/hdf5.ts); a connection without a matrix becomes one of its own. */
const MOST_WEIGHTS = 2 ** 24;
const NO_RESET: ResetRule = { reset: "none", resetAt: "next" };

/**
 * Makes the Model of a Graph. The last layer is the one that is read.
 *
 * @returns the model, and one line for each thing that was assumed
 * @throws InputError for a graph that cannot be run, or under `strict` for one that leaves something open
 * @throws UsageError for an option out of its range
 */
export function discretise(graph: Graph, options: DiscretiseOptions): { model: Model; warnings: string[] } {
  checkOptions(options);
  const { file } = graph;
  const assumptions = new Assumptions(file, options.strict ?? false);
  const checked = checkGraph(graph, assumptions);
  const drives = fold(graph, checked);
  const neurons = checked.order.filter((node) => NEURONS.has(node.type));
  const dt = timeStep(file, neurons, options.dt, assumptions);

  const atOutput = drives.get(checked.output.name)!;
  const read = populationAt(atOutput, neurons);
  const asMembrane = (node: GraphNode): boolean =>
    node.type === "LI" || (node === read && options.readoutMembrane === true && node.type !== "Threshold");
  const spiking = neurons.filter((node) => !asMembrane(node) && node.type !== "Threshold");
  const rules = resetsOf(file, spiking, dt, options, assumptions);

  const layers: Layer[] = [];
  const indices = new Map<string, number>([[checked.input.name, -1]]);
  for (const node of neurons) {
    const shape = checked.shapes.get(node.name)!;
    const constants = constantsOf(file, node, shape, dt, options.discretise, assumptions);
    const drive = drives.get(node.name)!;
    refuseAnalogueSources(file, drive, node.name, neurons);
    const rule = rules.get(node.name) ?? NO_RESET;
    const lower = rules.has(node.name) ? lowerOf(file, node, constants, rule, options.lowerBound) : -Infinity;
    indices.set(node.name, layers.length);
    const kind = asMembrane(node) ? "li" : "lif";
    layers.push(layerOf(file, node.name, kind, drive, constants, rule, lower, indices));
  }
  if (read === null) {
    if (atOutput.terms.some((term) => term.via.length === 0 && term.source === checked.input.name)) {
      throw new InputError(`${file}: the input leads to the output as it is; expected a layer between them`);
    }
    refuseAnalogueSources(file, atOutput, checked.output.name, neurons);
    const name = atOutput.terms[0].via.at(-1)?.name ?? checked.output.name;
    const constants = memoryless(atOutput.size);
    layers.push(layerOf(file, name, "li", atOutput, constants, NO_RESET, -Infinity, indices));
  }
  const inputShape = Array.from(numbers(file, checked.input, "shape").data);
  return { model: { inputs: count(inputShape), inputShape, layers, dt }, warnings: assumptions.warnings };
}

function checkOptions(options: DiscretiseOptions): void {
  if (options.discretise !== "euler" && options.discretise !== "exact") {
    throw new UsageError(`--discretise: found ${String(options.discretise)}, expected euler or exact`);
  }
  checkResetOptions(options);
  const bound = options.lowerBound;
  if (bound !== undefined && bound !== "threshold" && !(bound <= 0)) {
    throw new UsageError(`--lower-bound: found ${bound}, expected a number up to 0, threshold or none`);
  }
}

/** The population whose output is the network's, unchanged; null where something linear follows it. */
function populationAt(drive: Drive, neurons: GraphNode[]): GraphNode | null {
  const [term] = drive.terms;
  if (drive.terms.length !== 1 || drive.bias !== null || term.matrix.kind !== "identity") return null;
  return neurons.find((node) => node.name === term.source) ?? null;
}

/** Between layers travel spikes; the membranes of an LI can only be read at the end. */
function refuseAnalogueSources(file: string, drive: Drive, target: string, neurons: GraphNode[]): void {
  for (const term of drive.terms) {
    const source = neurons.find((node) => node.name === term.source);
    if (source?.type !== "LI") continue;
    throw new InputError(
      `${file}: node ${quoted(source.name)} is an LI, which has membranes and no spikes, and leads to ${quoted(target)}` +
        `${term.via.length > 0 ? ` by way of ${quoted(term.via.at(-1)!.name)}` : ""}; expected it directly before the Output`,
    );
  }
}

function lowerOf(
  file: string,
  node: GraphNode,
  { threshold, vReset }: Constants,
  rule: ResetRule,
  bound: number | "threshold" | undefined,
): number {
  if (bound === undefined) return -Infinity;
  const lower = bound === "threshold" ? -threshold.reduce((a, b) => Math.max(a, b), 0) : bound;
  const below = rule.reset.startsWith("zero") ? vReset.find((v) => v < lower) : undefined;
  if (below !== undefined) {
    throw new InputError(
      `${file}: node ${quoted(node.name)} has a v_reset of ${below}, below the lower bound of ${lower}; give a lower --lower-bound`,
    );
  }
  return lower;
}

/** A layer that keeps nothing: its membrane is what arrives in the step. */
function memoryless(size: number): Constants {
  const zeros = (): Float64Array => new Float64Array(size);
  return { decay: zeros(), gain: zeros().fill(1), leak: zeros(), threshold: zeros(), vReset: zeros() };
}

function layerOf(
  file: string,
  name: string,
  kind: "lif" | "li",
  drive: Drive,
  { decay, gain, leak, threshold, vReset }: Constants,
  rule: ResetRule,
  lower: number,
  indices: Map<string, number>,
): Layer {
  const bias = leak.map((b, j) => b + gain[j] * (drive.bias?.[j] ?? 0));
  expectFloat32(file, name, "bias", bias);
  return {
    name,
    kind,
    neurons: drive.size,
    connections: drive.terms.map((term) => connectionOf(file, term, name, gain, indices)),
    bias,
    decay,
    threshold,
    vReset,
    lower,
    ...rule,
    orEqual: false,
  };
}

function connectionOf(
  file: string,
  term: Term,
  target: string,
  gain: Float64Array,
  indices: Map<string, number>,
): Connection {
  if (gain.length ** 2 > MOST_WEIGHTS && term.matrix.kind !== "dense") {
    throw new InputError(
      `${file}: ${quoted(term.source)} leads to ${quoted(target)} with a weight from each of ${gain.length} neurons to each, ` +
        `too large: expected at most ${MOST_WEIGHTS} weights; make the layers smaller`,
    );
  }
  const { inputs, outputs, weights } = toDense(term.matrix);
  const gained = weights.map((w, at) => w * gain[at % outputs]);
  expectFloat32(file, target, "weights", gained);
  return { name: nameOf(term, target), source: indices.get(term.source)!, inputs, weights: gained };
}

/** Each number of the file is in range by now; what they multiply to need not be. */
function expectFloat32(file: string, target: string, what: string, values: Float64Array): void {
  const bad = values.find((x) => !isFloat32(x));
  if (bad === undefined) return;
  throw new InputError(
    `${file}: the ${what} of ${quoted(target)} come to ${bad}, once gains and matrices on the way are multiplied, ` +
      `expected float32's range, up to 3.4e38; look at their scales, and at --dt`,
  );
}

/** More matrices than this on the way are not all told. */
const MOST_NAMES = 6;

/** The matrix gives a connection its name, several of them joined; without one a scale, or the layer itself. */
function nameOf(term: Term, target: string): string {
  const matrices = term.via.filter((node) => node.type !== "Scale");
  const names = (matrices.length > 0 ? matrices : term.via).map((node) => node.name);
  if (names.length > MOST_NAMES) names.splice(2, names.length - MOST_NAMES + 1, "…");
  return names.length === 0 ? target : names.join("+");
}
