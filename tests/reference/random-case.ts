/** Random nets in which there is something to learn, each with a window of random input. */
import { calibrate } from "../../tools/exporter/passes/calibrate.js";
import { quantise } from "../../tools/exporter/passes/quantise.js";
import type { InputForm } from "../../tools/exporter/passes/quantise.js";
import type { LearnOptions } from "../../tools/exporter/passes/learning.js";
import type { Population } from "../../tools/exporter/program.js";
import { FloatNetwork } from "../../tools/exporter/simulate/float.js";
import type { WindowInput } from "../../tools/exporter/simulate/integer.js";
import { Random } from "../random.js";
import { errorsOf } from "./errors.js";
import { lessonOf } from "./model-net.js";
import { courseOf } from "./recorder.js";
import { randomModel } from "./random-model.js";
import type { Case, Drawn, Wish } from "./wish.js";

/** The first net from this seed on in which there is something to learn. */
export function randomCase(wish: Wish): Case {
  for (let turn = 0; turn < 60; turn++) {
    const drawn = drawCase({ ...wish, seed: (wish.seed + turn * 0x51ed27) >>> 0 });
    const example = { ...drawn, course: courseOf(drawn) };
    if (isAwake(example) && (wish.right || isWrong(example))) return example;
  }
  throw new Error(`no net fires: ${JSON.stringify(wish)}`);
}

/**
 * Every spiking layer fires at 1 … 20 %, by three neurons or more, a quarter of it comes near its thresholds, and these are in the
 * hundreds or above as integers.
 */
function isAwake({ course, program, scales, inputs, model }: Case): boolean {
  if (!inputs.some((row) => row.some((x) => x !== 0))) return false;
  return course.every(({ membranes, spikes }, p) => {
    const { threshold, shift, neurons } = program.operations[scales[p].operation] as Population;
    if (!threshold) return true;
    const fine = scales[p].unit[0] / 2 ** shift;
    const rate = spikes.flatMap((row) => [...row]).reduce((a, b) => a + b) / (spikes.length * neurons);
    const near = threshold.filter((x, j) => membranes.some((row) => row[j] > 0 && row[j] < 2 * x * fine));
    const fired = threshold.filter((_, j) => spikes.some((row) => row[j] > 0));
    const last = p === model.layers.length - 1;
    if (fired.length < (last ? 1 : 3) || near.length < neurons / 4) return false;
    return rate >= 0.01 && rate <= (last ? 0.35 : 0.2) && threshold.every((x) => x >= 200);
  });
}

/** There is an error of a fiftieth and more in the mean, of a loss of every step. */
function isWrong(example: Case): boolean {
  const { loss } = example.program.learning!;
  if (loss.of !== "membrane" || loss.when !== "every") return true;
  const errors = errorsOf(lessonOf(example), example.course[example.course.length - 1].membranes);
  const largest = errors.map((row) => row.reduce((most, x) => Math.max(most, Math.abs(x)), 0));
  return largest.reduce((sum, x) => sum + x, 0) / (example.to - example.from) > 0.02;
}

/** Everything that learns, with a rate of 1. */
export function optionsOf({ seed, rule, schedule }: Wish): LearnOptions {
  return { ...rule, layers: "all", schedules: [schedule], rate: 1, anyRate: true, seed };
}

function drawCase(wish: Wish): Drawn {
  const random = new Random(wish.seed);
  const steps = wish.small ? random.int(30, 50) : random.int(50, 160);
  const most = wish.small ? { inputs: 40, hidden: 24, outputs: 4 } : { inputs: 80, hidden: 48, outputs: 16 };
  const inputs = random.int(20, most.inputs);
  const sizes = Array.from({ length: wish.depth + (wish.spiking ? 0 : 1) }, () =>
    random.int(16, most.hidden),
  );
  const classes = (sizes[sizes.length - 1] = random.int(2, most.outputs));
  const form: InputForm =
    wish.input === "spikes"
      ? { kind: "spikes", range: 1, scale: 1 }
      : { kind: "analogue", range: wish.range, scale: wish.peak / wish.range };
  const held = wish.input === "held";
  const rows = inputRows(random, inputs, held ? 1 : steps, form);
  const frames = Float64Array.from(rows.flat(), (x) => x * form.scale);
  const window = { frames, steps, hold: held };
  const model = randomModel(random, inputs, sizes, wish, window);
  const maxSteps = Math.min(steps * random.pick([1, 1, 3]), Math.floor(2 ** 19 / form.range));
  const { program, scales } = quantise(model, calibrate(model, [window]), {
    ...{ stateBits: 16, perNeuron: false, percentile: 100, classes },
    code: wish.spiking ? "count" : "membrane-sum",
    ...{ input: form, maxSteps, metadata: {}, learn: optionsOf(wish) },
    events: form.kind === "spikes" ? rows.flat().reduce((a, b) => a + b, 1) : rows.length,
  });
  const from = { none: 0, some: random.int(0, steps >> 2), late: 4 }[wish.mask];
  const rowOf = (t: number): number[] => rows[held ? 0 : t];
  return {
    ...{ wish, model, form, program, scales, steps, from },
    to: wish.mask === "some" ? random.int(steps >> 1, steps) : steps,
    target: wish.right
      ? favourite(new FloatNetwork(model).run(window).outputs, classes)
      : random.int(0, classes - 1),
    rows: wish.rule.loss?.targets ? targetRows(random, steps, classes) : null,
    whole: integerInput(rows, form),
    single: Array.from({ length: steps }, (_, t) => integerInput([rowOf(t)], form)),
    inputs: Array.from({ length: steps }, (_, t) => Float64Array.from(rowOf(t), (x) => x * form.scale)),
  };
}

/** The class with the most in the window's last step. */
function favourite(outputs: Float64Array, classes: number): number {
  const scores = Array.from(outputs.slice(-classes));
  return scores.indexOf(Math.max(...scores));
}

/** Probabilities. */
function targetRows(random: Random, steps: number, classes: number): Int16Array {
  return Int16Array.from(
    Array.from({ length: steps }, () => {
      const row = Array.from({ length: classes }, () => random.next());
      const total = row.reduce((a, b) => a + b);
      return row.map((x) => Math.round((x / total) * 2 ** 14));
    }).flat(),
  );
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
