/** The integers' lesson in a net, and the same lesson in float64: what the tests of gradients compare. */
import * as L from "../../assembly/layout.js";
import { learningOf } from "../../tools/exporter/passes/learning.js";
import { padded } from "../../tools/exporter/program.js";
import type { Population, Program, Synapses } from "../../tools/exporter/program.js";
import { readBlob } from "../../tools/exporter/readers/blob.js";
import { assemble, CoreNetwork, instance } from "../core.js";
import type { Build } from "../core.js";
import { backpropagate } from "./backwards.js";
import type { Result } from "./backwards.js";
import { lessonOf, netOf, pathAt, synapsesOf } from "./model-net.js";
import type { PopulationGradients } from "./net.js";
import { coefficients, ofPairs } from "./pairs.js";
import { optionsOf } from "./random-case.js";
import { Recorder } from "./recorder.js";
import type { Case } from "./wish.js";

/** An update of a step, in 1/256 of a weight's unit, stays below this; the core's limit is 2047. */
const LARGEST_UPDATE = 1900;
/** A weight moves by no more than this, in 1/256 of its unit. */
const MOST = 6000;
/** Pairs that strengthen and pairs that weaken take a weight farther on its way than it is at the end. */
const MOST_BY_PAIRS = 1500;
/** Weights are 256 times finer than their byte. */
const FINE = 256;
/** At every step, the bias of a layer with analogue input moves as the weight of an input of so much would. */
const BIAS_INPUT = 2 ** 8;

/** The reference along the course that the integers take while nothing is learnt. */
export function stillResult(example: Case): Result {
  return referenceOf(example, example.course);
}

/** Gradients along a course; of populations that learn by pairs of spikes alone, those. */
function referenceOf(example: Case, course?: Case["course"]): Result {
  const [net, lesson] = [netOf(example), lessonOf(example)];
  const result = backpropagate(net, lesson, { course });
  const { rules } = example.program.learning!;
  example.scales.forEach(({ operation }, p) => {
    const rule = rules.find(({ population }) => population === operation);
    if (rule?.signal !== "stdp") return;
    const { plus = 1, minus = 1.05 } = example.wish.rule.stdp ?? {};
    const { comes, been } = rule.stdp!;
    const timing = { plus, minus, comes: comes / 65536, been: been / 65536, reward: example.wish.reward };
    const { spikes } = result.course[p];
    const rows = coefficients(spikes, timing);
    result.gradients[p] = {
      paths: net.populations[p].paths.map(({ source, inputs }) => {
        const carried = spikes.map((_, t): Float64Array => {
          if (source < 0) return lesson.inputs[t];
          return result.course[source].spikes[source >= p ? t - 1 : t] ?? new Float64Array(inputs);
        });
        return ofPairs(carried, spikes, timing);
      }),
      bias: rows.reduce((sum, row) => sum.map((x, j) => x + row[j]), new Float64Array(spikes[0].length)),
    };
    result.largest[p] = rows.reduce((most, row) => row.reduce((a, x) => Math.max(a, Math.abs(x)), most), 0);
    result.instant[p] = result.largest[p];
  });
  return result;
}

/** Rates of the layers at which updates are as large as they may be: a step's below its limit, a window's below `most`. */
export function loudRates(
  example: Case,
  { gradients, largest, instant, course }: Result,
  most: number,
): number[] {
  const { scales, form, program, wish, inputs } = example;
  const sources = synapsesOf(example);
  return scales.map(({ operation, unit }, p) => {
    const population = program.operations[operation] as Population;
    const rule = program.learning!.rules.find((one) => one.population === operation)!;
    const update = (size: number): number => (FINE * size) / unit[0];
    const gains = sources[p].map(({ synapses }) => (synapses.kind === "analogue" ? form.scale : 1));
    // where all is analogue, the window's update is that of an input of a certain size, and the bias moves by so many of it
    const steepest = gradients[p].paths.map((g, n) => update(gains[n] * largestOf(g)));
    const limit =
      wish.schedule === "window"
        ? update(largest[p]) / rule.biasScale
        : update(instant[p]) *
          Math.max(
            ...sources[p].map(({ synapses: { source } }, n) => {
              const from = scales.findIndex((scale) => scale.operation === source - 1);
              const rows = source === 0 ? inputs : course[from].spikes;
              return gains[n] * highestTrace(rows, population, gains[n] === 1 ? 1 : gains[n] * BIAS_INPUT);
            }),
          );
    return Math.min(LARGEST_UPDATE / Math.max(limit, 1e-12), most / Math.max(...steepest, 1e-12));
  });
}

const largestOf = (values: Float64Array): number => values.reduce((a, g) => Math.max(a, Math.abs(g)), 0);

/** Of the sources' traces, and of that of a source that is always `bias`. */
function highestTrace(rows: Float64Array[], { decay }: Population, bias: number): number {
  const kept = decay ? decay[0] / 65536 : 1;
  let traces: Float64Array = new Float64Array(rows[0].length + 1);
  return rows.reduce((highest, row) => {
    traces = traces.map((trace, i) => kept * trace + (i < row.length ? row[i] : bias));
    return Math.max(highest, largestOf(traces));
  }, 0);
}

/** The program with a learning rate for each layer. */
export function withRates(example: Case, rates: number[], seed: number): Program {
  const { model, program, scales, form, wish } = example;
  const named = Object.fromEntries(scales.map(({ name }, p) => [name, rates[p]]));
  const learning = learningOf(model, program, scales, form, { ...optionsOf(wish), rates: named, seed });
  // feedback is drawn from the same seed as in the reference
  const rules = learning.rules.map((rule, n) => ({
    ...rule,
    feedbackSeed: program.learning!.rules[n].feedbackSeed,
  }));
  return { ...program, learning: { ...learning, rules } };
}

/** What integers made of a lesson: gradients in the model's units, NaN where a weight met the end of its range. */
function learntGradients(
  example: Case,
  blob: Uint8Array,
  snapshot: Uint8Array,
  rates: number[],
): PopulationGradients[] {
  const { scales, form } = example;
  const [before, after] = [readBlob(blob), readBlob(snapshot)];
  const learning = before.learning!;
  return synapsesOf(example).map((all, p) => {
    const { operation, unit: units } = scales[p];
    const unit = units[0] / (FINE * rates[p]);
    const [old, now] = [before, after].map(({ operations }) => operations[operation] as Population);
    const paths = all.map(({ operation: op, synapses }) => {
      const path = pathAt(learning, op);
      if (!path?.learns) return new Float64Array(synapses.weights.length).fill(NaN);
      const residuals = after.learnt!.residuals[learning.paths.indexOf(path)]!;
      const learnt = after.operations[op] as Synapses;
      const gain = synapses.kind === "analogue" ? form.scale : 1;
      const stride = padded(synapses.outputs);
      return Float64Array.from(synapses.weights, (w, at) => {
        const j = at % synapses.outputs;
        const q = FINE * (learnt.weights[at] + 128) + residuals[((at - j) / synapses.outputs) * stride + j];
        return q === 0 || q === 65535 ? NaN : ((FINE * (w + 128) + 128 - q) * unit) / gain;
      });
    });
    const rule = learning.rules.findIndex(({ population }) => population === operation);
    const fine = after.learnt!.biasFine[rule];
    const bias = Float64Array.from({ length: old.neurons }, (_, j) =>
      fine ? ((FINE * (old.bias![j] - now.bias![j]) - fine[j]) * unit) / 2 ** old.shift : NaN,
    );
    return { paths, bias };
  });
}

export interface Likeness {
  cosine: number;
  ratio: number;
  /** share of the entries that met the end of their range */
  lost: number;
}

/** Of what the integers found with what float64 found; nothing where there is nothing to find. */
function likeness(found: Float64Array, reference: Float64Array): Likeness | null {
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
  if (b === 0 && a === 0) return null;
  return { cosine: dot / Math.sqrt(a * b), ratio: Math.sqrt(a / b), lost: lost / found.length };
}

/** By the name of the connection, or "bias of" the layer. */
export type Likenesses = Record<string, Likeness>;

export function compare(
  example: Case,
  found: PopulationGradients[],
  reference: PopulationGradients[],
): Likenesses {
  const all: Likenesses = {};
  const note = (name: string, a: Float64Array, b: Float64Array): void => {
    const like = likeness(a, b);
    if (like) all[name] = like;
  };
  synapsesOf(example).forEach((synapses, p) => {
    synapses.forEach(({ synapses: { name } }, n) => note(name, found[p].paths[n], reference[p].paths[n]));
    note(`bias of ${example.scales[p].name}`, found[p].bias, reference[p].bias);
  });
  return all;
}

/** What of a comparison is not as it has to be, with all it takes to see it again. */
export function complaints(example: Case, all: Likenesses): string[] {
  const off = Object.entries(all).filter(
    ([, { cosine, ratio, lost }]) => !(cosine >= 0.99 && ratio >= 0.98 && ratio <= 1.02 && lost <= 0.1),
  );
  return off.map(([name, like]) => `${name}: ${JSON.stringify(like)} in ${JSON.stringify(example.wish)}`);
}

function expectOk(status: number): void {
  if (status !== L.OK) throw new Error(`the core refuses with status ${status}`);
}

/**
 * One window, learnt at its end.
 *
 * @param reference by default, that of the course which the integers take
 */
export function compareWindow(
  example: Case,
  build: Build,
  reference: Result = stillResult(example),
): Likenesses {
  const core = instance(build);
  const { rows, target, from, to, wish, steps, whole } = example;
  const rates = loudRates(example, reference, wish.rule.signal === "stdp" ? MOST_BY_PAIRS : MOST);
  const program = withRates(example, rates, wish.seed);
  const blob = assemble(core, program);
  const net = new CoreNetwork(core, program, blob);
  expectOk(net.run(whole, steps, L.RUN_RESET | L.RUN_RECORD | (wish.input === "held" ? L.RUN_HOLD : 0)));
  expectOk(
    net.teach({ ...(rows ? { rows } : { target }), from, to, reward: Math.round(wish.reward * 2 ** 14) }),
  );
  return compare(example, learntGradients(example, blob, net.snapshot(), rates), reference.gradients);
}

/** The reference by itself, without the spikes of the integers. */
export function aloneResult(example: Case): Result {
  return referenceOf(example);
}

/** A window, learnt at every step: weights move while it runs, and the reference follows the course that this gives. */
export function learnSteps(
  example: Case,
  build: Build,
  rates: number[],
  seed: number,
): { found: PopulationGradients[]; reference: PopulationGradients[] } {
  const core = instance(build);
  const program = withRates(example, rates, seed);
  const blob = assemble(core, program);
  const net = new CoreNetwork(core, program, blob);
  const recorder = new Recorder(example);
  example.single.forEach((input, t) => {
    expectOk(net.run(input, 1, L.RUN_RECORD | (t === 0 ? L.RUN_RESET : 0)));
    recorder.observe(net);
    recorder.observeWeights(net);
    expectOk(net.teachStep({ target: example.target }));
  });
  const { gradients } = referenceOf(example, recorder.course);
  const found = learntGradients(example, blob, net.snapshot(), rates);
  dropEnded(example, recorder.course, found);
  return { found, reference: gradients };
}

/** Weights that met the end of their range on their way are not where their updates would have taken them. */
function dropEnded(example: Case, course: Case["course"], found: PopulationGradients[]): void {
  const sources = synapsesOf(example);
  course.forEach(({ weights }, p) => {
    found[p].paths.forEach((path, n) => {
      const gain = sources[p][n].synapses.kind === "analogue" ? example.form.scale : 1;
      const unit = example.scales[p].unit[0] / gain;
      for (const row of weights![n]) {
        for (let at = 0; at < row.length; at++) if (ended(row[at] / unit)) path[at] = NaN;
      }
    });
  });
}

const ended = (w: number): boolean => w < -127.5 || w > 126.5;

export function compareSteps(example: Case, build: Build): Likenesses {
  const rates = loudRates(example, stillResult(example), 1500);
  const { found, reference } = learnSteps(example, build, rates, example.wish.seed);
  return compare(example, found, reference);
}
