/** What a test asks of a random case, and what it then has. */
import type { Model, Reset, ResetAt } from "../../tools/exporter/model.js";
import type { LearnOptions } from "../../tools/exporter/passes/learning.js";
import type { InputForm, LayerScale } from "../../tools/exporter/passes/quantise.js";
import type { Program, Schedule } from "../../tools/exporter/program.js";
import type { WindowInput } from "../../tools/exporter/simulate/integer.js";
import type { Trail } from "./net.js";

export type InputKind = "spikes" | "frames" | "held";
export type Neuron = "lif" | "alif" | "cuba";

export interface Wish {
  seed: number;
  input: InputKind;
  schedule: Schedule;
  /** spiking layers, the last one included where it spikes */
  depth: number;
  neuron: Neuron;
  /** spiking layers hear themselves, and the first one hears the last one */
  recurrent: boolean;
  /** every spiking layer feeds the output too */
  skips: boolean;
  /** the output spikes */
  spiking: boolean;
  /** a number for all layers, or a range out of which every neuron draws its own */
  beta: number | [number, number];
  kappa: number;
  reset: Reset;
  resetAt: ResetAt;
  /** how far the readout's membranes spread: errors of a spread of 8 are nearly all next to 0 or 1 */
  spread: number;
  /** the class is the one that the net favours: errors are small */
  right: boolean;
  /** largest analogue input: as an integer, and what that means to the model */
  range: number;
  peak: number;
  /** which part of the window counts: all, some of it, or what comes after its first four steps */
  mask: "none" | "some" | "late";
  /** −1 … 1 */
  reward: number;
  /** a net and a window of a size at which integers and floats fire alike for long */
  small: boolean;
  /** the rule of the table */
  rule: Omit<LearnOptions, "layers" | "schedules" | "rate" | "rates" | "seed" | "anyRate">;
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
  /** of rows of targets, 2^14 is 1 */
  rows: Int16Array | null;
  from: number;
  to: number;
  /** the whole window, and a step at a time */
  whole: WindowInput;
  single: WindowInput[];
  /** what the reference is given, in model units */
  inputs: Float64Array[];
  /** what the integers do in the window while nothing is learnt */
  course: Trail[];
}

/** A case whose course is not known yet. */
export type Drawn = Omit<Case, "course">;
