/** What a user may choose of learning: a learning signal, what is remembered, when and how it turns into weights. docs/LEARNING.md. */
import { UsageError } from "../../errors.js";
import type { Schedule, Shape, Update } from "../../program.js";
import { quoted } from "../../text.js";

/** Where the learning signal of a spiking layer comes from; the last layer's is the loss, or nothing but spike times under `stdp`. */
export type HiddenSignal = "symmetric" | "spatial" | "random" | "target" | "local" | "reward" | "stdp";

export const HIDDEN_SIGNALS: readonly HiddenSignal[] = [
  "symmetric",
  "spatial",
  "random",
  "target",
  "local",
  "reward",
  "stdp",
];

export const SHAPES: readonly Shape[] = ["triangle", "fast-sigmoid", "sigmoid", "arctan", "straight-through"];

export interface LossOptions {
  /** of the last layer's membranes, spike counts, or first spikes */
  of: "membrane" | "count" | "time";
  kind: "cross-entropy" | "mean-square";
  /** membranes: at which of the steps that a lesson counts; by default at every one */
  when?: "every" | "last" | "max" | "sum";
  /**
   * mean squares: what the right class and the others should come to, in units of the model's membrane, in spikes or in steps. With rows of
   * targets, the ends of what they hold.
   */
  on?: number;
  off?: number;
  /** cross entropy of first spikes: logits are 1/t in place of −t */
  inverted?: boolean;
  /** mean square of first spikes: the others' target counts from the right one's time */
  relative?: boolean;
  /** room for rows of targets, one number an output and step */
  targets?: boolean;
}

/** ψ = γ/θ · h((U − A) / (width · θ)), h(0) = 1 */
export interface SurrogateOptions {
  shape: Shape;
  /** in thresholds */
  width: number;
  gamma: number;
}

/**
 * Adds to dLoss/dz of each neuron that learns: `strength · (f − bound)` with f its spikes a step in the window, of whichever bounds are given.
 */
export interface RegulariseOptions {
  /** c, dLoss/dz for a spike a step too many */
  strength: number;
  /** neurons that fire less are pushed up */
  lower?: number;
  /** neurons are pushed towards it from both sides */
  rate?: number;
  /** a layer that fires more in the mean is pushed down: by a constant, as an excess of 1/16 would be under l2, or by the excess; or each neuron by its own excess */
  upper?: { bound: number; norm: "l1" | "l2" | "each" };
}

/** Pair-based: amplitudes, relative to each other and to the rate, and what a trace keeps a step. */
export interface StdpOptions {
  /** of pairs in which the source fires first */
  plus: number;
  /** of those in which it fires last */
  minus: number;
  /** decays of the traces of spikes to come (they meet `plus`) and of those that have been */
  comes: number;
  been: number;
}

export interface LearnOptions {
  /** layers whose weights and biases learn: the last alone, all, or those of these names */
  layers: "readout" | "all" | readonly string[];
  /** false: only weights learn; default true */
  biases?: boolean;
  schedules: Schedule[];
  /** plain gradient descent, in the model's own units, on the loss summed over the window's steps */
  rate: number;
  /** rates of layers by name, in place of `rate` */
  rates?: Readonly<Record<string, number>>;
  seed: number;
  /** a rate that a blob has no place for becomes the nearest that it has; else it is refused */
  anyRate?: boolean;
  /** default symmetric */
  signal?: HiddenSignal;
  /** spatial: what a layer above hands down: of this step (the default with the schedule `step`), or of it and all that comes after, as backpropagation through time does */
  through?: "present" | "carried";
  /** recurrent connections hand back what is carried: without it the way through other neurons' spikes of the past is cut */
  recurrent?: boolean;
  /** what the last layer hands down carries its own memory (κ); the default. The schedule `step` has no means to: it takes the step's own error */
  filtered?: boolean;
  /** default: cross entropy of the membranes at every step */
  loss?: LossOptions;
  surrogate?: Partial<SurrogateOptions>;
  regularise?: RegulariseOptions;
  /** most that dLoss/dU of a neuron of a spiking layer may be, in the model's units, to the next power of two: what recurrence may add up to */
  clip?: number;
  /** default plain */
  update?: { kind: "plain" } | { kind: "momentum"; kept: number } | { kind: "sign"; step: number };
  /** false: no residual byte a weight, updates are rounded at random as they meet it; default true */
  residuals?: boolean;
  /** n, 1 … 24: every window moves weights by 2^−n of the way back to what they were when loaded */
  pull?: number;
  stdp?: Partial<StdpOptions>;
}

/** γ of Bellec et al. 2020. */
export const DAMPENING = 0.3;
const USUAL_SURROGATE: SurrogateOptions = { shape: "triangle", width: 1, gamma: DAMPENING };
/** Time constants of 20 steps, depression a little stronger, so that chance pairs wear weights down (Song et al. 2000). */
const USUAL_STDP: StdpOptions = { plus: 1, minus: 1.05, comes: Math.exp(-1 / 20), been: Math.exp(-1 / 20) };

/** LearnOptions with nothing left open. */
export interface Choice extends Omit<LearnOptions, "surrogate" | "stdp" | "regularise" | "update"> {
  signal: HiddenSignal;
  through: "present" | "carried";
  recurrent: boolean;
  filtered: boolean;
  loss: LossOptions;
  surrogate: SurrogateOptions;
  regularise: RegulariseOptions | null;
  update: Update;
  residuals: boolean;
  pull: number;
  stdp: StdpOptions;
}

const Q16 = 65536;

/**
 * @param spikes whether the last layer does
 * @throws UsageError for a number out of its range
 */
export function choiceOf(options: LearnOptions, spikes: boolean): Choice {
  const { signal = "symmetric", residuals = true, pull = 0, schedules } = options;
  const steps = schedules.includes("step");
  const { through = steps ? "present" : "carried" } = options;
  const usualLoss: LossOptions =
    spikes && signal === "stdp"
      ? { of: "count", kind: "cross-entropy" }
      : { of: "membrane", kind: "cross-entropy" };
  const choice: Choice = {
    ...options,
    ...{ signal, through, residuals, pull },
    recurrent: options.recurrent ?? false,
    filtered: (options.filtered ?? true) && !steps,
    loss: options.loss ?? usualLoss,
    surrogate: { ...USUAL_SURROGATE, ...options.surrogate },
    regularise: options.regularise ?? null,
    update: updateOf(options.update),
    stdp: { ...USUAL_STDP, ...options.stdp },
  };
  checkChoice(choice);
  return choice;
}

function updateOf(update: LearnOptions["update"]): Update {
  if (update?.kind !== "momentum") return update ?? { kind: "plain" };
  expect("update.kept", update.kept, update.kept >= 0 && update.kept < 1, "0 up to, not including, 1");
  return { kind: "momentum", kept: Math.min(Q16 - 1, Math.round(update.kept * Q16)) };
}

function checkChoice({ schedules, surrogate, regularise, update, pull, stdp, loss }: Choice): void {
  expect("schedules", schedules.join(", "), schedules.length > 0, "window, step or both");
  expect(
    "surrogate.width",
    surrogate.width,
    surrogate.width > 0 && surrogate.width <= 64,
    "above 0, up to 64 thresholds",
  );
  expect("surrogate.gamma", surrogate.gamma, surrogate.gamma > 0 && surrogate.gamma < Infinity, "above 0");
  expect(
    "pull",
    pull,
    Number.isInteger(pull) && pull >= 0 && pull <= 24,
    "a whole number, 1 … 24, or 0 for none",
  );
  if (update.kind === "sign") {
    const fits = Number.isInteger(update.step) && update.step >= 1 && update.step <= 32767;
    expect("update.step", update.step, fits, "1 … 32767, in 1/256 of a weight's unit");
  }
  for (const name of ["comes", "been"] as const) {
    expect(`stdp.${name}`, stdp[name], stdp[name] >= 0 && stdp[name] < 1, "0 up to, not including, 1");
  }
  for (const name of ["plus", "minus"] as const) {
    expect(`stdp.${name}`, stdp[name], stdp[name] >= 0 && stdp[name] < Infinity, "0 or more");
  }
  expect("stdp.plus", stdp.plus, stdp.plus + stdp.minus > 0, "above 0, or stdp.minus above 0");
  if (regularise) checkBounds(regularise);
  if (loss.kind === "mean-square") {
    for (const name of ["on", "off"] as const) {
      expect(`loss.${name}`, loss[name], Number.isFinite(loss[name]), "what a mean square aims at, a number");
    }
    expect("loss.off", loss.off, loss.off !== loss.on, `another number than on, ${loss.on}`);
  }
}

function checkBounds({ strength, lower, rate, upper }: RegulariseOptions): void {
  expect("regularise.strength", strength, strength > 0 && strength < Infinity, "above 0");
  const bounds = { lower, rate, upper: upper?.bound };
  for (const [name, bound] of Object.entries(bounds)) {
    if (bound !== undefined)
      expect(`regularise.${name}`, bound, bound >= 0 && bound <= 1, "spikes a step, 0 … 1");
  }
  const given = Object.values(bounds).some((bound) => bound !== undefined);
  expect("regularise", "no bound", given, "lower, rate or upper");
}

function expect(name: string, found: unknown, fits: boolean, expected: string): void {
  if (fits) return;
  throw new UsageError(
    `learning, ${name}: found ${typeof found === "string" ? quoted(found) : String(found)}, expected ${expected}`,
  );
}
