/** Random nets, the integers' lesson in them, and the same lesson in float64: what tests/gradients.test.ts compares. */
import * as L from "../../assembly/layout.js";
import type { Layer, Model, Reset, ResetAt } from "../../tools/exporter/model.js";
import { calibrate } from "../../tools/exporter/passes/calibrate.js";
import { DAMPENING, learningOf } from "../../tools/exporter/passes/learning.js";
import { quantise } from "../../tools/exporter/passes/quantise.js";
import type { InputForm, LayerScale } from "../../tools/exporter/passes/quantise.js";
import { padded } from "../../tools/exporter/program.js";
import type { Population, Program, Schedule, Synapses } from "../../tools/exporter/program.js";
import { readBlob } from "../../tools/exporter/readers/blob.js";
import { FloatNetwork } from "../../tools/exporter/simulate/float.js";
import type { Window } from "../../tools/exporter/simulate/float.js";
import { IntegerNetwork } from "../../tools/exporter/simulate/integer.js";
import type { WindowInput } from "../../tools/exporter/simulate/integer.js";
import { writeBlob } from "../../tools/exporter/writers/blob.js";
import { assemble, CoreNetwork, instance } from "../core.js";
import type { Build } from "../core.js";
import { Random } from "../random.js";
import { backpropagate } from "./eprop.js";
import type { Course, Gradients, Lesson, Net, Result } from "./eprop.js";

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

type Drawn = Omit<Case, "course">;

/** Integers of the hidden layer and the readout stand at these operations. */
const HIDDEN = 1;
const READOUT = 3;

/**
 * The first net from this seed on in which there is something to learn: the hidden layer fires at 1 … 20 %, a quarter of it
 * comes near its thresholds, and these are in the hundreds or above as integers.
 */
export function randomCase(wish: Wish): Case {
  for (let turn = 0; turn < 30; turn++) {
    const drawn = drawCase({ ...wish, seed: (wish.seed + turn * 0x51ed27) >>> 0 });
    const example = { ...drawn, course: courseOf(drawn) };
    if (isAwake(example)) return example;
  }
  throw new Error(`no net fires: ${JSON.stringify(wish)}`);
}

function isAwake(example: Case): boolean {
  const { membranes, spikes } = example.course;
  const { threshold, hidden } = netOf(example);
  const rate = spikes.flatMap((row) => [...row]).reduce((a, b) => a + b) / (spikes.length * hidden);
  const near = threshold.filter((x, j) => membranes.some((row) => row[j] > 0 && row[j] < 2 * x));
  const whole = (example.program.operations[HIDDEN] as Population).threshold!;
  const fed = example.inputs.some((row) => row.some((x) => x !== 0));
  return fed && rate >= 0.01 && rate <= 0.2 && near.length >= hidden / 4 && whole.every((x) => x >= 200);
}

function drawCase(wish: Wish): Drawn {
  const random = new Random(wish.seed);
  const steps = wish.small ? random.int(30, 50) : random.int(50, 200);
  const most = wish.small ? { inputs: 40, hidden: 24, outputs: 4 } : { inputs: 100, hidden: 64, outputs: 20 };
  const sizes = {
    inputs: random.int(20, most.inputs),
    hidden: random.int(16, most.hidden),
    outputs: random.int(2, most.outputs),
  };
  const form: InputForm =
    wish.input === "spikes"
      ? { kind: "spikes", range: 1, scale: 1 }
      : { kind: "analogue", range: wish.range, scale: wish.peak / wish.range };
  const rows = inputRows(random, sizes.inputs, wish.input === "held" ? 1 : steps, form);
  const frames = Float64Array.from(rows.flat(), (x) => x * form.scale);
  const window = { frames, steps, hold: wish.input === "held" };
  const model = randomModel(random, sizes, wish, window);
  const ranges = calibrate(model, [window]);
  const maxSteps = Math.min(steps * random.pick([1, 1, 3]), Math.floor(2 ** 19 / form.range));
  const { program, scales } = quantise(model, ranges, {
    ...{ stateBits: 16, perNeuron: false, percentile: 100, code: "membrane-sum", classes: sizes.outputs },
    ...{ input: form, maxSteps, metadata: {} },
    events: form.kind === "spikes" ? rows.flat().reduce((a, b) => a + b, 1) : rows.length,
    learn: { layers: "all", schedules: [wish.schedule], rate: 1, filtered: wish.filtered, seed: wish.seed },
  });
  const scores = Array.from(new FloatNetwork(model).run(window).outputs.slice(-sizes.outputs));
  const best = scores.indexOf(Math.max(...scores));
  return {
    ...{ wish, model, form, program, scales, steps },
    target: wish.right ? best : random.int(0, sizes.outputs - 1),
    whole: integerInput(rows, form),
    single: Array.from({ length: steps }, (_, t) => integerInput([rows[window.hold ? 0 : t]], form)),
    inputs: Array.from({ length: steps }, (_, t) =>
      Float64Array.from(rows[window.hold ? 0 : t], (x) => x * form.scale),
    ),
  };
}

/** Integers; of spikes, 1 … 20 % of the inputs are active in a step. */
function inputRows(random: Random, inputs: number, rows: number, { kind, range }: InputForm): number[][] {
  const rate = kind === "spikes" ? 0.01 * 20 ** random.next() : random.pick([0.1, 0.5, 1]);
  return Array.from({ length: rows }, () =>
    Array.from({ length: inputs }, () => {
      if (!random.chance(rate)) return 0;
      return kind === "spikes" ? 1 : random.int(-range, range);
    }),
  );
}

function integerInput(rows: number[][], { kind }: InputForm): WindowInput {
  if (kind === "analogue") return { frames: Int16Array.from(rows.flat()) };
  const lists = rows.map((row) => row.flatMap((x, i) => (x ? [i] : [])));
  const offsets = new Uint32Array(rows.length + 1);
  lists.forEach((list, t) => (offsets[t + 1] = offsets[t] + list.length));
  return { offsets, events: Uint16Array.from(lists.flat()) };
}

/** Gaussian weights, of such size that the hidden layer fires at 1 … 20 % and the readout spreads as wished. */
function randomModel(
  random: Random,
  { inputs, hidden, outputs }: { inputs: number; hidden: number; outputs: number },
  wish: Wish,
  window: Window,
): Model {
  const lif = randomLayer(random, "lif", hidden, inputs, wish);
  const li = randomLayer(random, "li", outputs, hidden, wish);
  const model = { inputs, inputShape: [inputs], layers: [lif, li], dt: 0.001 };
  const wanted = 0.015 * 12 ** random.next();
  let [low, high] = [-14, 6];
  const drawn = { weights: lif.connections[0].weights, bias: lif.bias };
  for (let n = 0; n < 14; n++) {
    const size = 2 ** ((low + high) / 2);
    lif.connections[0].weights = drawn.weights.map((w) => w * size);
    lif.bias = drawn.bias.map((b) => b * size);
    const { counts } = new FloatNetwork({ ...model, layers: [lif] }).run(window);
    const rate = counts[0].reduce((a, b) => a + b, 0) / (hidden * window.steps);
    if (rate > wanted) high = Math.log2(size);
    else low = Math.log2(size);
  }
  const { outputs: y } = new FloatNetwork(model).run(window);
  let most = 1e-9;
  for (let t = 0; t < window.steps; t++) {
    const row = y.subarray(t * outputs, (t + 1) * outputs);
    most = Math.max(most, Math.max(...row) - Math.min(...row));
  }
  li.connections[0].weights = li.connections[0].weights.map((w) => (w * wish.spread) / most);
  li.bias = li.bias.map((b) => (b * wish.spread) / most);
  return model;
}

function randomLayer(
  random: Random,
  kind: "lif" | "li",
  neurons: number,
  inputs: number,
  { beta, kappa, reset, resetAt, seed }: Wish,
): Layer {
  const lif = kind === "lif";
  const decayOf = (): number => {
    if (!lif) return kappa;
    return typeof beta === "number" ? beta : beta[0] + (beta[1] - beta[0]) * random.next();
  };
  const mean = random.pick([0, 0.2, 0.5]);
  return {
    ...{ name: kind, kind, neurons, orEqual: seed % 2 === 1, lower: -Infinity },
    connections: [
      {
        ...{ name: `into ${kind}`, source: lif ? -1 : 0, inputs },
        weights: Float64Array.from({ length: inputs * neurons }, () => gaussian(random) + mean),
      },
    ],
    bias: Float64Array.from({ length: neurons }, () => 0.1 * gaussian(random)),
    decay: Float64Array.from({ length: neurons }, decayOf),
    threshold: Float64Array.from({ length: neurons }, () => (lif ? 0.8 + 0.4 * random.next() : 1)),
    vReset: new Float64Array(neurons),
    ...{ reset: lif ? reset : "none", resetAt: lif ? resetAt : "next" },
  };
}

function gaussian(random: Random): number {
  return Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());
}

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

/** The membranes before a reset that acts now are worked out from those that were stored. */
class Recorder {
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
function courseOf(example: Drawn): Course {
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

export function lessonOf({ wish, inputs, target }: Case): Lesson {
  return { inputs, target, filtered: wish.schedule === "window" && wish.filtered };
}

/** Rates of the hidden layer and of the readout, per unit of gradient in the model's own units. */
export interface Rates {
  hidden: number;
  readout: number;
}

/** An update of a step, in 1/256 of a weight's unit, stays below this; the core's limit is 2047. */
const LARGEST_UPDATE = 1900;
/** Weights are 256 times finer than their byte. */
const FINE = 256;

/**
 * Rates at which updates are as large as they may be: a step's below its limit, a window's below `most`.
 *
 * @param still what the window asks for while nothing is learnt
 */
export function loudRates(
  example: Case,
  { gradients, largest, instant, course }: Result,
  most: number,
): Rates {
  const { scales, form, program, wish, inputs } = example;
  const [lif, li] = [program.operations[HIDDEN], program.operations[READOUT]] as Population[];
  const step = wish.schedule === "step";
  // of an analogue input the update is that of its value 2^shift, and the bias moves as such an input would
  const unit = form.kind === "spikes" ? 1 : form.scale * 2 ** program.learning!.rules[0].traceShift;
  const below = step ? instant.hidden * highestTrace(inputs, lif, unit) : largest.hidden * unit;
  const above = step ? instant.readout * highestTrace(course.spikes, li, 1) : largest.readout;
  const rateOf = (layer: number, gain: number, update: number, gradient: Float64Array): number =>
    Math.min(LARGEST_UPDATE / update, most / gradient.reduce((a, g) => Math.max(a, Math.abs(g)), 1e-12)) /
    ((FINE * gain) / scales[layer].unit[0]);
  return {
    hidden: rateOf(0, form.scale, below, gradients.weights),
    readout: rateOf(1, 1, above, gradients.readoutWeights),
  };
}

/** Of the sources' traces, and of that of a source that is always `bias`. */
function highestTrace(rows: Float64Array[], { decay }: Population, bias: number): number {
  const kept = decay ? decay[0] / 65536 : 1;
  const traces = new Float64Array(rows[0].length + 1);
  let highest = 0;
  for (const row of rows) {
    traces.forEach((trace, i) => {
      traces[i] = kept * trace + (i < row.length ? row[i] : bias);
      highest = Math.max(highest, Math.abs(traces[i]));
    });
  }
  return highest;
}

/** The program with a learning rate for each layer. */
export function withRates(example: Case, rates: Rates, seed: number): Program {
  const { model, program, scales, form, wish } = example;
  const options = { layers: "all", schedules: [wish.schedule], filtered: wish.filtered, seed } as const;
  const of = (rate: number): Program["learning"] =>
    learningOf(model, program, scales, form, { ...options, schedules: [wish.schedule], rate });
  const [hidden, readout] = [of(rates.hidden)!, of(rates.readout)!];
  return { ...program, learning: { ...hidden, rules: [hidden.rules[0], readout.rules[1]] } };
}

/** What integers made of a lesson: gradients in the model's units, NaN where a weight met the end of its range. */
export function learntGradients(
  example: Case,
  blob: Uint8Array,
  snapshot: Uint8Array,
  rates: Rates,
): Gradients {
  const { scales, form } = example;
  const [before, after] = [readBlob(blob), readBlob(snapshot)];
  const each = (rule: number, rate: number, gain: number): [Float64Array, Float64Array] => {
    const { synapse } = before.learning!.rules[rule];
    const [old, now] = [before, after].map(
      ({ operations }) => [operations[synapse], operations[synapse + 1]] as [Synapses, Population],
    );
    const { residuals, biasFine } = after.learnt!.rules[rule];
    const unit = scales[rule].unit[0] / (FINE * rate);
    const stride = padded(old[0].outputs);
    const weights = Float64Array.from(old[0].weights, (w, at) => {
      const j = at % old[0].outputs;
      const q = FINE * (now[0].weights[at] + 128) + residuals[((at - j) / old[0].outputs) * stride + j];
      const moved = FINE * (w + 128) + 128 - q;
      return q === 0 || q === 65535 ? NaN : (moved * unit) / gain;
    });
    const bias = Float64Array.from(
      old[1].bias!,
      (b, j) => ((FINE * (b - now[1].bias![j]) - biasFine![j]) * unit) / 2 ** old[1].shift,
    );
    return [weights, bias];
  };
  const [weights, bias] = each(0, rates.hidden, form.scale);
  const [readoutWeights, readoutBias] = each(1, rates.readout, 1);
  return { weights, bias, readoutWeights, readoutBias };
}

export interface Likeness {
  cosine: number;
  ratio: number;
  /** share of the entries that met the end of their range */
  lost: number;
}

/** Of what the integers found with what float64 found. */
export function likeness(found: Float64Array, reference: Float64Array): Likeness {
  let [dot, a, b, lost] = [0, 0, 0, 0];
  found.forEach((x, at) => {
    if (Number.isNaN(x)) {
      lost++;
      return;
    }
    dot += x * reference[at];
    a += x * x;
    b += reference[at] ** 2;
  });
  return { cosine: dot / Math.sqrt(a * b), ratio: Math.sqrt(a / b), lost: lost / found.length };
}

export type Layers = Record<keyof Gradients, Likeness>;

export function compare(found: Gradients, reference: Gradients): Layers {
  const of = (key: keyof Gradients): Likeness => likeness(found[key], reference[key]);
  return {
    ...{ weights: of("weights"), bias: of("bias") },
    ...{ readoutWeights: of("readoutWeights"), readoutBias: of("readoutBias") },
  };
}

/**
 * One window, learnt at its end.
 *
 * @param reference by default, that of the course which the integers take
 */
export function compareWindow(example: Case, build: Build, reference: Result = stillResult(example)): Layers {
  const core = instance(build);
  const rates = loudRates(example, reference, 6000);
  const program = withRates(example, rates, example.wish.seed);
  const blob = assemble(core, program);
  const net = new CoreNetwork(core, program, blob);
  const hold = example.wish.input === "held" ? L.RUN_HOLD : 0;
  expectOk(net.run(example.whole, example.steps, L.RUN_RESET | L.RUN_RECORD | hold));
  expectOk(core.teach(net.arena, example.target));
  return compare(learntGradients(example, blob, net.snapshot(), rates), reference.gradients);
}

/** The reference along the course that the integers take while nothing is learnt. */
export function stillResult(example: Case): Result {
  return backpropagate(netOf(example), lessonOf(example), example.course);
}

function expectOk(status: number): void {
  if (status !== L.OK) throw new Error(`the core refuses with status ${status}`);
}

/** A window, learnt at every step: weights move while it runs, and the reference follows the course that this gives. */
export function learnSteps(
  example: Case,
  build: Build,
  rates: Rates,
  seed: number,
): { found: Gradients; reference: Gradients } {
  const core = instance(build);
  const program = withRates(example, rates, seed);
  const blob = assemble(core, program);
  const net = new CoreNetwork(core, program, blob);
  const recorder = new Recorder(example);
  const feedback: Float64Array[] = [];
  const { inputs, outputs } = program.operations[READOUT - 1] as Synapses;
  const stride = padded(outputs);
  const unit = example.scales[1].unit[0];
  example.single.forEach((input, t) => {
    expectOk(net.run(input, 1, L.RUN_RECORD | (t === 0 ? L.RUN_RESET : 0)));
    recorder.observe(net, t, net.weights(HIDDEN - 1), net.biases(HIDDEN));
    const bytes = net.weights(READOUT - 1);
    feedback.push(
      Float64Array.from({ length: inputs * outputs }, (_, at) => {
        const k = at % outputs;
        return (bytes[((at - k) / outputs) * stride + k] - 128) * unit;
      }),
    );
    expectOk(core.teachStep(net.arena, example.target));
  });
  const course = { ...recorder.course, readoutWeights: feedback };
  const { gradients } = backpropagate(netOf(example), lessonOf(example), course);
  return { found: learntGradients(example, blob, net.snapshot(), rates), reference: gradients };
}

export function compareSteps(example: Case, build: Build): Layers {
  const rates = loudRates(example, stillResult(example), 1500);
  const { found, reference } = learnSteps(example, build, rates, example.wish.seed);
  return compare(found, reference);
}
