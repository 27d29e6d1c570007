/** A net in integers with a window of input, net and lesson in float64 too, and the course that the integers take. */
import type { Model, Reset, ResetAt } from "../../tools/exporter/model.js";
import { DAMPENING } from "../../tools/exporter/passes/learning.js";
import type { InputForm, LayerScale } from "../../tools/exporter/passes/quantise.js";
import { padded } from "../../tools/exporter/program.js";
import type { Population, Program, Schedule, Synapses } from "../../tools/exporter/program.js";
import { IntegerNetwork } from "../../tools/exporter/simulate/integer.js";
import type { WindowInput } from "../../tools/exporter/simulate/integer.js";
import { writeBlob } from "../../tools/exporter/writers/blob.js";
import type { CoreNetwork } from "../core.js";
import type { Course, Lesson, Net } from "./eprop.js";

export type InputKind = "spikes" | "frames" | "held";

export interface Wish {
  seed: number;
  input: InputKind;
  schedule: Schedule;
  filtered: boolean;
  /** a number for the layer, or a range out of which every neuron draws its own */
  beta: number | [number, number];
  kappa: number;
  reset: Reset;
  resetAt: ResetAt;
  /** how far the readout's membranes spread: errors of a spread of 8 are nearly all next to 0 or 1 */
  spread: number;
  /** the class is the one that the net favours: errors are small */
  right?: boolean;
  /** largest analogue input: as an integer, and what that means to the model */
  range: number;
  peak: number;
  /** a net and a window of a size at which integers and floats fire alike for long */
  small?: boolean;
}

/** A random net in integers with one window of input. */
export interface Case {
  wish: Wish;
  model: Model;
  form: InputForm;
  program: Program;
  scales: LayerScale[];
  steps: number;
  target: number;
  /** the whole window, and a step at a time */
  whole: WindowInput;
  single: WindowInput[];
  /** what the reference is given, in model units */
  inputs: Float64Array[];
  /** what the integers do in the window while nothing is learnt */
  course: Course;
}

/** A case whose course is not known yet. */
export type Drawn = Omit<Case, "course">;

/** Integers of the hidden layer and the readout stand at these operations. */
export const HIDDEN = 1;
export const READOUT = 3;

/** The integer net in the model's units. */
export function netOf({ program, scales, form }: Case): Net {
  const [into, lif, out, li] = program.operations as [Synapses, Population, Synapses, Population];
  const [unit, readoutUnit] = scales.map((scale) => scale.unit[0]);
  const [fine, readoutFine] = scales.map((scale) => scale.unit[0] / 2 ** scale.shift);
  const decayOf = ({ decay, neurons }: Population): Float64Array =>
    Float64Array.from({ length: neurons }, (_, j) => (decay ? decay[j] / 65536 : 1));
  return {
    ...{ inputs: into.inputs, hidden: lif.neurons, outputs: li.neurons },
    weights: Float64Array.from(into.weights, (w) => (w * unit) / form.scale),
    bias: Float64Array.from(lif.bias!, (b) => b * fine),
    decay: decayOf(lif),
    threshold: Float64Array.from(lif.threshold!, (x) => x * fine),
    ...{ vReset: lif.vReset * fine, lower: lif.lower * fine, upper: 32767 * fine },
    ...{ reset: lif.reset, resetAt: lif.resetAt, orEqual: lif.orEqual },
    readoutWeights: Float64Array.from(out.weights, (w) => w * readoutUnit),
    readoutBias: Float64Array.from(li.bias!, (b) => b * readoutFine),
    readoutDecay: decayOf(li),
    dampening: DAMPENING,
  };
}

export function lessonOf({ wish, inputs, target }: Case): Lesson {
  return { inputs, target, filtered: wish.schedule === "window" && wish.filtered };
}

/** The membranes before a reset that acts now are worked out from those that were stored. */
export class Recorder {
  readonly course: Course = { membranes: [], spikes: [], readout: [] };
  private stored: Int32Array;

  constructor(private readonly example: Drawn) {
    this.stored = new Int32Array((example.program.operations[HIDDEN] as Population).neurons);
  }

  /** @param weights, biases of the hidden layer as they were in this step: bytes, `stride` a row */
  observe(net: CoreNetwork | IntegerNetwork, t: number, weights: Uint8Array, biases: Int32Array): void {
    const [hidden, readout] = this.example.scales.map((scale) => scale.unit[0] / 2 ** scale.shift);
    const spikes = new Float64Array(this.stored.length);
    net.spikes(HIDDEN).forEach((j) => (spikes[j] = 1));
    const before = this.stored;
    this.stored = net.membranes(HIDDEN);
    const { resetAt, reset, threshold } = this.example.program.operations[HIDDEN] as Population;
    const peaks = this.stored.map((u, j) => {
      if (resetAt === "next" || !spikes[j] || reset === "none") return u;
      return reset === "subtract" ? u + threshold![j] : this.integrated(j, t, before[j], weights, biases[j]);
    });
    this.course.membranes.push(Float64Array.from(peaks, (u) => u * hidden));
    this.course.spikes.push(spikes);
    this.course.readout.push(Float64Array.from(net.membranes(READOUT), (y) => y * readout));
  }

  /** What docs/ARITHMETIC.md adds up for a neuron whose reset acts now. */
  private integrated(j: number, t: number, u: number, weights: Uint8Array, bias: number): number {
    const { decay, shift, neurons } = this.example.program.operations[HIDDEN] as Population;
    const { form, inputs } = this.example;
    const stride = padded(neurons);
    const sum = inputs[t].reduce(
      (a, x, i) => a + Math.round(x / form.scale) * (weights[i * stride + j] - 128),
      0,
    );
    const kept = Math.sign(u) * Math.floor((Math.abs(u) * (decay ? decay[j] : 65536)) / 65536);
    return Math.min(32767, kept + Math.floor(sum * 2 ** shift + (shift < 0 ? 0.5 : 0)) + bias);
  }
}

/** Every state of the twin, step by step. */
export function courseOf(example: Drawn): Course {
  const twin = new IntegerNetwork(writeBlob(example.program, 0));
  const recorder = new Recorder(example);
  const [weights, biases] = [twin.weights(HIDDEN - 1), twin.biases(HIDDEN)!];
  example.single.forEach((input, t) => {
    twin.run(input, { steps: 1 });
    recorder.observe(twin, t, weights, biases);
  });
  return recorder.course;
}

/** Whether the hidden layer fires alike in two courses, in every step. */
export function sameSpikes(a: Course, b: Course): boolean {
  return a.spikes.every((row, t) => row.every((z, j) => z === b.spikes[t][j]));
}
