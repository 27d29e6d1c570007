/**
 * Post-training quantisation: a Model becomes a Program. A neuron's membrane, threshold and bias live in the unit of its own
 * weights times 2^k, so no scale is ever applied at run time (docs/ARITHMETIC.md).
 */
import type { Layer, Model } from "../model.js";
import type { Code, Operation, Population, Program, Synapses } from "../program.js";
import type { LayerRange } from "./calibrate.js";
import { learningOf } from "./learning.js";
import type { LearnOptions } from "./learning.js";
import { feedback, roundWithFeedback } from "./round.js";
import type { Moments } from "./round.js";

export interface QuantiseOptions {
  stateBits: 8 | 16 | 32;
  /** one scale a neuron for the layers that neither learn nor are read out nor feed a readout that learns; else one a layer */
  perNeuron: boolean;
  /** percentile of |w| that becomes 127; 100 is the exact range */
  percentile: number;
  /** how many times larger than now learning may make the largest weight before it saturates; all layers, or layers by name; 1 */
  headroom?: number | Readonly<Record<string, number>>;
  code: Code;
  classes: number;
  input: InputForm;
  maxSteps: number;
  /** room for input: spikes a window, or frames a window */
  events: number;
  learn: LearnOptions | null;
  metadata: Record<string, unknown>;
}

/** How the network's input arrives: an analogue integer x stands for x · scale in the model. */
export interface InputForm {
  kind: "spikes" | "analogue";
  /** largest analogue magnitude, 1 … 32767; 1 for spikes */
  range: number;
  scale: number;
}

/** Scales of one layer, for reports and for the learning pass. */
export interface LayerScale {
  name: string;
  /** membrane units of the model that one unit of the accumulators stands for, a neuron */
  unit: Float64Array;
  /** fractional bits k */
  shift: number;
  /** index of the population in the Program */
  operation: number;
  /** largest relative error of a decay's time constant, from rounding β to 16 bits */
  tauError: number;
}

export interface Quantised {
  program: Program;
  scales: LayerScale[];
  warnings: string[];
}

const LARGEST_WEIGHT = 127;
/** Scales of one layer's neurons differ at most so much. */
const SPREAD = 8;
/** Below this a threshold's rounding is worth a scale that makes it whole. */
const COARSE_THRESHOLD = 4096;

/**
 * @param ranges one a layer, from calibrate() or guessRanges()
 */
export function quantise(model: Model, ranges: LayerRange[], options: QuantiseOptions): Quantised {
  const warnings: string[] = [];
  const operations: Operation[] = [];
  const scales: LayerScale[] = [];
  const place = populationsOf(model);
  model.layers.forEach((layer, l) => {
    const last = l === model.layers.length - 1;
    // eight bits have no room for thresholds that differ with their neurons' scales
    const shared = !options.perNeuron || last || options.learn !== null || options.stateBits === 8;
    const units = weightUnits(layer, options, shared).map((unit) => unit * headroomOf(layer, options));
    const { unit, shift } = membraneScale(layer, units, ranges[l], options, shared);
    const { rounded, bias } = roundConnections(layer, unit, ranges[l], options.input);
    operations.push(...quantiseConnections(layer, rounded, options.input, place));
    const population = quantisePopulation({ ...layer, bias }, { unit, shift }, ranges[l], options, warnings);
    scales.push({
      name: layer.name,
      unit,
      shift,
      operation: operations.length,
      tauError: tauError(layer, population),
    });
    operations.push(population);
  });
  for (const scale of scales) {
    if (scale.tauError <= 0.01) continue;
    const percent = (100 * scale.tauError).toFixed(0);
    warnings.push(
      `layer "${scale.name}": rounding the decay to 16 bits moves its time constant by ${percent} %`,
    );
  }
  const program: Program = {
    inputs: model.inputs,
    inputKind: options.input.kind,
    inputRange: options.input.range,
    events: options.events,
    maxSteps: options.maxSteps,
    classes: options.classes,
    code: options.code,
    operations,
    learning: null,
    metadata: options.metadata,
  };
  if (options.learn) program.learning = learningOf(model, program, scales, options.input, options.learn);
  return { program, scales, warnings };
}

/** Index of each layer's population among the operations: it stands behind its connections. */
function populationsOf({ layers }: Model): number[] {
  let next = -1;
  return layers.map(({ connections }) => (next += connections.length + 1));
}

/** What an input of a connection stands for: an analogue unit or a spike. */
function gainOf(source: number, input: InputForm): number {
  return source < 0 && input.kind === "analogue" ? input.scale : 1;
}

/** Unit of each neuron's accumulator, so that its largest weight becomes 127. */
function weightUnits(layer: Layer, { input, percentile }: QuantiseOptions, shared: boolean): Float64Array {
  const units = new Float64Array(layer.neurons);
  for (let j = 0; j < layer.neurons; j++) {
    for (const { source, inputs, weights } of layer.connections) {
      const gain = gainOf(source, input);
      const column = Float64Array.from(
        { length: inputs },
        (_, i) => Math.abs(weights[i * layer.neurons + j]) * gain,
      );
      units[j] = Math.max(units[j], quantile(column, percentile) / LARGEST_WEIGHT);
    }
  }
  const most = units.reduce((a, b) => Math.max(a, b), 0) || 1;
  // weaker neurons than this would only push their threshold out of the membrane's range
  const least = most / SPREAD;
  return units.map((unit) => (shared ? most : Math.max(unit, least)));
}

function headroomOf({ name }: Layer, { headroom = 1 }: QuantiseOptions): number {
  return typeof headroom === "number" ? headroom : (headroom[name] ?? 1);
}

function quantile(values: Float64Array, percentile: number): number {
  if (percentile >= 100) return values.reduce((a, b) => Math.max(a, b), 0);
  const sorted = values.slice().sort();
  return sorted[Math.min(sorted.length - 1, Math.floor((percentile / 100) * sorted.length))];
}

/** Model units that one unit of a neuron's accumulator stands for, and k: one of its membrane stands for unit · 2^−k. */
interface MembraneScale {
  unit: Float64Array;
  shift: number;
}

/**
 * k such that what the calibration saw, and the threshold, fit the membrane; and units that make a coarse threshold whole.
 */
function membraneScale(
  layer: Layer,
  units: Float64Array,
  range: LayerRange,
  options: QuantiseOptions,
  shared: boolean,
): MembraneScale {
  const { stateBits, events, input } = options;
  const headroom = headroomOf(layer, options);
  const top = 2 ** (stateBits - 1) - 1;
  let reach = 1;
  for (let j = 0; j < layer.neurons; j++) {
    const threshold = layer.kind === "lif" ? range.levels[j] : 0;
    // a spiking membrane that saturates some way above its threshold still says the same: fire
    const peak =
      layer.kind === "lif"
        ? Math.min(range.peaks[j] * headroom, saturation(stateBits) * threshold)
        : range.peaks[j] * headroom;
    reach = Math.max(reach, Math.max(peak, threshold) / units[j]);
  }
  const room = Math.floor(Math.log2(top / reach));
  const bound = accumulatorBound(layer, events, input);
  const whole = adaptationRoom(layer, units);
  const shift = Math.max(-24, Math.min(16, room, whole, Math.floor(Math.log2(2 ** 29 / bound))));
  if (layer.kind !== "lif") return { unit: units, shift };
  const unit = units.map((u, j) => wholeThreshold(layer.threshold[j], u, shift, top));
  return { unit: shared ? unit.fill(unit.reduce((a, b) => Math.max(a, b))) : unit, shift };
}

/** Fractional bits at which what a spike adds to each threshold still fits 16 bits. */
function adaptationRoom({ adaptation }: Layer, units: Float64Array): number {
  const most = adaptation?.strength.reduce((a, b, j) => Math.max(a, b / units[j]), 0);
  return most ? Math.floor(Math.log2(65535 / most)) : Infinity;
}

/**
 * So many thresholds high a spiking membrane may be before it saturates: what is cut off would have become spikes of later steps.
 * Eight bits have no room for more than two.
 */
function saturation(stateBits: number): number {
  return stateBits === 8 ? 2 : 8;
}

/** The next larger unit in which θ is a whole number. */
function wholeThreshold(threshold: number, unit: number, shift: number, top: number): number {
  const exact = (threshold / unit) * 2 ** shift;
  if (exact >= COARSE_THRESHOLD) return unit;
  const whole = Math.max(1, Math.min(top, Math.floor(exact)));
  return (threshold * 2 ** shift) / whole;
}

/** What docs/ARITHMETIC.md bounds: every weight at its largest, every source active. */
function accumulatorBound(layer: Layer, events: number, input: InputForm): number {
  let bound = 0;
  for (const { source, inputs } of layer.connections) {
    if (source >= 0) bound += inputs * 128;
    else bound += (input.kind === "analogue" ? inputs * input.range : events) * 128;
  }
  return bound;
}

function quantiseConnections(
  layer: Layer,
  rounded: Int8Array[],
  input: InputForm,
  place: number[],
): Synapses[] {
  const synapses = layer.connections.map(({ name, source, inputs }, index): Synapses => {
    const analogue = source < 0 && input.kind === "analogue";
    const from = source < 0 ? 0 : 1 + place[source];
    const kind = analogue ? "analogue" : "dense";
    return { kind, name, source: from, adds: false, inputs, outputs: layer.neurons, weights: rounded[index] };
  });
  // an analogue operation can only be the first into its population, and reads source 0
  synapses.sort((a, b) => a.source - b.source);
  return synapses.map((op, index) => ({ ...op, adds: index > 0 }));
}

/** Weights as whole numbers of their neuron's unit, a connection each, and the bias as it is then best, in model units. */
function roundConnections(
  layer: Layer,
  unit: Float64Array,
  { moments }: LayerRange,
  input: InputForm,
): { rounded: Int8Array[]; bias: Float64Array } {
  const { neurons, connections } = layer;
  const scaled = connections.map(({ source, weights }) => {
    const gain = gainOf(source, input);
    return weights.map((w, at) => (w * gain) / unit[at % neurons]);
  });
  if (!moments) {
    const nearest = (w: number): number => clamp(Math.round(w), -128, 127);
    return { rounded: scaled.map((weights) => Int8Array.from(weights, nearest)), bias: layer.bias };
  }
  const all = new Float64Array(moments.size * neurons);
  let at = 0;
  for (const weights of scaled) {
    all.set(weights, at);
    at += weights.length;
  }
  // moments are of inputs in model units: the bias is the weight of an input that is always 1 of its own unit
  all.set(
    layer.bias.map((b, j) => b / unit[j]),
    at,
  );
  const result = roundWithFeedback(all, neurons, feedback(inIntegers(moments, connections, input)));
  at = 0;
  const rounded = scaled.map(({ length }) => result.weights.slice(at, (at += length)));
  return { rounded, bias: result.bias.map((b, j) => b * unit[j]) };
}

/** Moments of the integers that the core multiplies: analogue inputs are x / scale. */
function inIntegers({ size, sums }: Moments, connections: Layer["connections"], input: InputForm): Moments {
  const gains = new Float64Array(size).fill(1);
  let at = 0;
  for (const { source, inputs } of connections) {
    gains.fill(1 / gainOf(source, input), at, at + inputs);
    at += inputs;
  }
  return { size, sums: sums.map((m, index) => m * gains[Math.floor(index / size)] * gains[index % size]) };
}

function quantisePopulation(
  layer: Layer,
  { unit, shift }: MembraneScale,
  range: LayerRange,
  { stateBits, learn }: QuantiseOptions,
  warnings: string[],
): Population {
  const top = 2 ** (stateBits - 1) - 1;
  const whole = (x: number, j: number): number => Math.round((x / unit[j]) * 2 ** shift);
  const spiking = layer.kind === "lif";
  const threshold = spiking ? Int32Array.from(layer.threshold, (x, j) => clamp(whole(x, j), 1, top)) : null;
  const biased = layer.bias.some((b) => b !== 0) || learn !== null;
  const keeps = layer.decay.every((b) => b === 1);
  if (!keeps && layer.decay.some((b) => b === 1)) {
    warnings.push(
      `layer "${layer.name}": neurons with and without a leak; those without get a decay of 65535/65536`,
    );
  }
  if (spiking && layer.threshold.some((x, j) => whole(x, j) < 1)) {
    warnings.push(
      `layer "${layer.name}": thresholds below one unit of an ${stateBits}-bit membrane became 1`,
    );
  }
  const zeroing = layer.reset === "zero" || layer.reset === "zero-step";
  if (zeroing && new Set(layer.vReset.map((v, j) => whole(v, j))).size > 1) {
    warnings.push(
      `layer "${layer.name}": the neurons' different v_reset became one value, that of the first`,
    );
  }
  return {
    kind: layer.kind,
    name: layer.name,
    neurons: layer.neurons,
    bits: stateBits,
    shift,
    reset: spiking ? layer.reset : "none",
    resetAt: spiking ? layer.resetAt : "next",
    orEqual: spiking && layer.orEqual,
    decay: keeps ? null : decays(layer.decay),
    threshold,
    bias: biased ? Int32Array.from(layer.bias, (b, j) => clamp(whole(b, j), -(2 ** 21), 2 ** 21)) : null,
    lower: layer.lower === -Infinity ? -top - 1 : clamp(whole(layer.lower, 0), -top - 1, 0),
    vReset: zeroing ? clamp(whole(layer.vReset[0], 0), -top - 1, top) : 0,
    ...(layer.adaptation && {
      adaptation: {
        decay: decays(layer.adaptation.decay),
        strength: Uint16Array.from(layer.adaptation.strength, (b, j) => clamp(whole(b, j), 0, 65535)),
      },
    }),
    ...(layer.current && {
      current: { decay: decays(layer.current.decay), fine: fineOf(range.currents, unit, shift) },
    }),
  };
}

/** Q0.16 */
function decays(values: Float64Array): Uint16Array {
  return Uint16Array.from(values, (b) => clamp(Math.round(b * 65536), 0, 65535));
}

/** A current may become so many times larger than calibration saw before it saturates at 2^30. */
const CURRENT_ROOM = 4;
const MOST_FINE = 12;

/** c: as many fractional bits as fit, so that the rounding of a current is far below that of the membrane. */
function fineOf(currents: Float64Array, unit: Float64Array, shift: number): number {
  const reach = currents.reduce((most, x, j) => Math.max(most, (x / unit[j]) * 2 ** shift), 1);
  return clamp(Math.floor(Math.log2(2 ** 30 / (CURRENT_ROOM * reach))), 0, MOST_FINE);
}

/** |τ' / τ − 1| of the rounded decays, the largest of the layer. */
function tauError({ decay, adaptation, current }: Layer, population: Population): number {
  return Math.max(
    tauErrorOf(decay, population.decay),
    tauErrorOf(adaptation?.decay, population.adaptation?.decay),
    tauErrorOf(current?.decay, population.current?.decay),
  );
}

function tauErrorOf(decay: Float64Array | undefined, rounded: Uint16Array | null | undefined): number {
  if (!decay || !rounded) return 0;
  return decay.reduce((worst, beta, j) => {
    const found = rounded[j] / 65536;
    if (beta <= 0 || beta >= 1 || found <= 0) return worst;
    return Math.max(worst, Math.abs(Math.log(beta) / Math.log(found) - 1));
  }, 0);
}

function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x));
}
