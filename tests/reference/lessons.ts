/** The integers' lesson in a net, and the same lesson in float64: what tests/gradients.test.ts compares. */
import * as L from "../../assembly/layout.js";
import { learningOf } from "../../tools/exporter/passes/learning.js";
import { padded } from "../../tools/exporter/program.js";
import type { Population, Program, Synapses } from "../../tools/exporter/program.js";
import { readBlob } from "../../tools/exporter/readers/blob.js";
import { assemble, CoreNetwork, instance } from "../core.js";
import type { Build } from "../core.js";
import { HIDDEN, lessonOf, netOf, READOUT, Recorder } from "./case.js";
import type { Case } from "./case.js";
import { backpropagate } from "./eprop.js";
import type { Gradients, Result } from "./eprop.js";

/** Rates of the hidden layer and of the readout, per unit of gradient in the model's own units. */
interface Rates {
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
function withRates(example: Case, rates: Rates, seed: number): Program {
  const { model, program, scales, form, wish } = example;
  const options = { layers: "all", schedules: [wish.schedule], filtered: wish.filtered, seed } as const;
  const of = (rate: number): Program["learning"] =>
    learningOf(model, program, scales, form, { ...options, schedules: [wish.schedule], rate, anyRate: true });
  const [hidden, readout] = [of(rates.hidden)!, of(rates.readout)!];
  return { ...program, learning: { ...hidden, rules: [hidden.rules[0], readout.rules[1]] } };
}

/** What integers made of a lesson: gradients in the model's units, NaN where a weight met the end of its range. */
function learntGradients(example: Case, blob: Uint8Array, snapshot: Uint8Array, rates: Rates): Gradients {
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

interface Likeness {
  cosine: number;
  ratio: number;
  /** share of the entries that met the end of their range */
  lost: number;
}

/** Of what the integers found with what float64 found. */
function likeness(found: Float64Array, reference: Float64Array): Likeness {
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
