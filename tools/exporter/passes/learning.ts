/**
 * The learning section: from a learning rate in the model's own units to mantissas and shifts. docs/LEARNING.md derives each line.
 */
import type { Model } from "../model.js";
import type { Learning, Population, Program, Rule, Schedule } from "../program.js";
import { isSynapses } from "../program.js";
import { InputError, UsageError } from "../errors.js";
import type { InputForm, LayerScale } from "./quantise.js";

export interface LearnOptions {
  /** `readout`: the last synapses alone; `all`: also those of the spiking layer below */
  layers: "readout" | "all";
  schedules: Schedule[];
  /** plain gradient descent on the cross entropy, summed over the window's steps */
  rate: number;
  /** the error that reaches the layer below carries the readout's filter */
  filtered: boolean;
  seed: number;
  /** a rate that a blob has no place for becomes the nearest that it has; else it is refused */
  anyRate?: boolean;
}

/** Height of the surrogate, γ of Bellec et al. 2020. */
export const DAMPENING = 0.3;
/** Fractional bits of an error, of ψ, of a log2 logit. */
const ERROR_BITS = 14;
const PSI_BITS = 15;
const LOGIT_BITS = 10;
const TRACE_BITS = 18;
const ANALOGUE_TRACE_BITS = 10;
/** V has 20 bits. */
const VIEW_BITS = 20;
/** Weights are 256 times finer than their byte. */
const FINE = 256;
/** L is cut to 16 bits: the errors of all classes add up to 2, so through weights of 8 bits they fill as many bits more. */
const FEEDBACK_BITS = 8;
const SIGNAL_BITS = 15;
/** C may fill its 30 bits, V has 20 of them. */
const VIEW_SHIFT = 10;
/** Relative error that the rounding of a bias scale to a whole number may leave. */
const BIAS_TOLERANCE = 1 / 256;

/** Steps that a leak remembers, at most the window. */
function memory(decay: Uint16Array | null, steps: number): number {
  if (!decay) return steps;
  return Math.min(steps, 65536 / (65536 - decay.reduce((a, b) => Math.max(a, b), 0)));
}

/** What mantissa · 2^−shift can be, with a mantissa of 1 … 1023 and a shift of 0 … 30. */
const SMALLEST_RATE = 2 ** -30;
const LARGEST_RATE = 1023;

/** mantissa · 2^−shift, nine bits of precision. */
function rateOf(value: number): { mantissa: number; shift: number } {
  if (!(value > 0)) return { mantissa: 0, shift: 0 };
  const shift = Math.min(30, Math.max(0, 9 - Math.floor(Math.log2(value))));
  return { mantissa: Math.min(1023, Math.round(value * 2 ** shift)), shift };
}

/**
 * @param window of a rule at a learning rate of 1, and so `step`
 * @throws UsageError for a learning rate that the blob has no place for
 */
function ratesOf(
  window: number,
  step: number,
  { rate, schedules, anyRate }: LearnOptions,
): Pick<Rule, "rate" | "rateShift" | "stepRate" | "stepRateShift"> {
  if (!anyRate) for (const schedule of schedules) expectRate(rate, schedule === "window" ? window : step);
  const [ofWindow, ofStep] = [rateOf(rate * window), rateOf(rate * step)];
  return {
    rate: ofWindow.mantissa,
    rateShift: ofWindow.shift,
    stepRate: ofStep.mantissa,
    stepRateShift: ofStep.shift,
  };
}

function expectRate(rate: number, ofOne: number): void {
  const value = rate * ofOne;
  if (value >= SMALLEST_RATE && value <= LARGEST_RATE) return;
  if (!(ofOne > 0 && ofOne < Infinity)) {
    throw new UsageError(
      `--learn: found a scale of the input or weights for which no --rate fits the blob, expected both nearer to 1`,
    );
  }
  const [least, most] = [SMALLEST_RATE, LARGEST_RATE].map((bound) => (bound / ofOne).toPrecision(2));
  throw new UsageError(
    `--rate: found ${rate}, expected about ${least} … ${most}, what a blob of this model has a place for`,
  );
}

/**
 * @throws InputError where the net has no layers that these rules can teach
 * @throws UsageError for a learning rate that the blob has no place for
 */
export function learningOf(
  model: Model,
  program: Program,
  scales: LayerScale[],
  input: InputForm,
  options: LearnOptions,
): Learning {
  const { operations } = program;
  const readout = operations[operations.length - 1] as Population;
  if (readout.kind !== "li") {
    throw new InputError(
      `layer "${readout.name}" spikes; learning reads the last layer's membranes, so it must be a leaky integrator. Export with --code membrane-sum.`,
    );
  }
  const scale = scales[scales.length - 1];
  const { factor, shift } = logitOf(scale.unit[0] / 2 ** scale.shift);
  const rules = [readoutRule(program, scale, input, options)];
  if (options.layers === "all") rules.unshift(layerRule(model, program, scales, input, options));
  return { schedules: options.schedules, logit: factor, logitShift: shift, seed: options.seed, rules };
}

/** y → log2 units: y · unit · log2(e) · 2^10, as factor · 2^−shift. */
function logitOf(unit: number): { factor: number; shift: number } {
  const value = unit * Math.LOG2E * 2 ** LOGIT_BITS;
  const shift = Math.min(40, Math.max(0, 18 - Math.floor(Math.log2(value))));
  return { factor: Math.min(2 ** 20, Math.max(1, Math.round(value * 2 ** shift))), shift };
}

/** What the source of a rule's synapses brings: an analogue unit or a spike, and the shifts that follow from it. */
function sourceOf(program: Program, synapse: number, input: InputForm, schedules: Schedule[]): Source {
  const op = program.operations[synapse];
  const analogue = isSynapses(op) && op.kind === "analogue";
  if (!analogue) {
    return { gain: 1, traceShift: 0, traceBits: TRACE_BITS, largestBits: TRACE_BITS, biasScale: 1 };
  }
  const rangeBits = Math.ceil(Math.log2(input.range));
  // the trace of the bias moves by 2^18 a step, as if it were that of an input of 2^8
  const traceShift = schedules.includes("step")
    ? TRACE_BITS - ANALOGUE_TRACE_BITS
    : traceShiftOf(input.scale, rangeBits);
  return {
    gain: input.scale,
    traceShift,
    traceBits: ANALOGUE_TRACE_BITS,
    largestBits: Math.max(TRACE_BITS, ANALOGUE_TRACE_BITS + rangeBits),
    biasScale: Math.min(65535, Math.max(1, Math.round(biasScaleOf(input.scale, traceShift)))),
  };
}

/** x · D >> shift is about D for the largest x, unless the bias, whose scale is a whole number, needs finer steps. */
function traceShiftOf(gain: number, rangeBits: number): number {
  const error = (shift: number): number => {
    const exact = biasScaleOf(gain, shift);
    return Math.abs(Math.min(65535, Math.max(1, Math.round(exact))) / exact - 1);
  };
  let best = rangeBits;
  for (let shift = rangeBits; shift >= 0 && error(best) > BIAS_TOLERANCE; shift--) {
    if (error(shift) < error(best)) best = shift;
  }
  return best;
}

/** D is in 1/256 of the weight of an input of 2^shift, the bias is the weight of an input of 1 in the model's units. */
function biasScaleOf(gain: number, shift: number): number {
  return 1 / (gain ** 2 * 2 ** shift);
}

interface Source {
  /** model units of one unit of input */
  gain: number;
  traceShift: number;
  /** of what an input of 1, and the largest one, add to a trace */
  traceBits: number;
  largestBits: number;
  biasScale: number;
}

function readoutRule(program: Program, scale: LayerScale, input: InputForm, options: LearnOptions): Rule {
  const { schedules } = options;
  const synapse = program.operations.length - 2;
  const { decay } = program.operations[synapse + 1] as Population;
  const source = sourceOf(program, synapse, input, schedules);
  const steps = memory(decay, program.maxSteps);
  const viewShift = Math.max(0, ERROR_BITS + Math.ceil(Math.log2(steps)) - VIEW_BITS);
  const traceView = traceViewOf(steps, source);
  // what an error of 1 asks for at a rate of 1, in 1/256 of a weight's unit
  const push = (FINE / scale.unit[0]) * source.gain ** 2;
  const window = push * 2 ** (source.traceShift + viewShift - ERROR_BITS);
  const step = push * 2 ** (traceView - source.traceBits - ERROR_BITS + 10);
  return {
    synapse,
    signal: "readout",
    filtered: false,
    learnsBias: true,
    errorShift: 0,
    signalShift: 0,
    carryShift: 0,
    viewShift,
    traceShift: source.traceShift,
    traceView,
    ...ratesOf(window, step, options),
    biasScale: source.biasScale,
    surrogate: null,
  };
}

/** A trace of `steps` of the largest inputs fits 16 bits after this shift. */
function traceViewOf(steps: number, { largestBits }: Source): number {
  return Math.max(0, largestBits - 15 + Math.ceil(Math.log2(steps)));
}

function layerRule(
  model: Model,
  program: Program,
  scales: LayerScale[],
  input: InputForm,
  options: LearnOptions,
): Rule {
  const { filtered, schedules } = options;
  const { operations } = program;
  const feedback = operations[operations.length - 2];
  const place = isSynapses(feedback) ? feedback.source - 1 : -1;
  const layer = scales.findIndex((scale) => scale.operation === place);
  if (layer < 0) {
    throw new InputError(
      `no spiking layer feeds the readout; learn with :readout, which teaches its weights alone`,
    );
  }
  const population = operations[place] as Population;
  const synapse = place - 1;
  const source = sourceOf(program, synapse, input, schedules);
  const readout = operations[operations.length - 1] as Population;
  const thresholds = model.layers[layer].threshold;
  const least = thresholds.reduce((a, b) => Math.min(a, b));
  const errorSteps = filtered ? memory(readout.decay, program.maxSteps) : 1;
  const errorBits = ERROR_BITS + Math.ceil(Math.log2(errorSteps));
  const errorShift = Math.max(0, errorBits - 15);
  const signalShift = errorBits - errorShift + FEEDBACK_BITS - SIGNAL_BITS;
  const steps = memory(population.decay, program.maxSteps);
  const carryShift = Math.ceil(Math.log2(steps));
  const traceView = traceViewOf(steps, source);
  const feedbackUnit = scales[scales.length - 1].unit[0];
  // what C = 1 stands for in the model's own learning signal, before and after the shifts of the window
  const signal = ((DAMPENING / least) * feedbackUnit) / 2 ** ERROR_BITS;
  const push = (FINE / scales[layer].unit[0]) * source.gain ** 2 * signal;
  const window =
    push * 2 ** (errorShift + signalShift + carryShift - PSI_BITS + VIEW_SHIFT + source.traceShift);
  const step = push * 2 ** (signalShift + traceView - source.traceBits + 10);
  return {
    synapse,
    signal: "symmetric",
    filtered,
    learnsBias: true,
    errorShift,
    signalShift,
    carryShift,
    viewShift: VIEW_SHIFT,
    traceShift: source.traceShift,
    traceView,
    ...ratesOf(window, step, options),
    biasScale: source.biasScale,
    surrogate: surrogateOf(population, thresholds, least),
  };
}

/** A triangle as wide as the threshold, as high as γ/θ; the smallest θ of the layer is taken out and goes into the rate. */
function surrogateOf(population: Population, thresholds: Float64Array, least: number): Rule["surrogate"] {
  const width = Uint32Array.from(population.threshold!);
  const factor = width.map((w, j) => Math.floor(((2 ** 30 / w) * least) / thresholds[j]));
  return { width, factor };
}
