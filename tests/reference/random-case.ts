/** Random nets in which there is something to learn, each with a window of random input. */
import type { Layer, Model } from "../../tools/exporter/model.js";
import { calibrate } from "../../tools/exporter/passes/calibrate.js";
import { quantise } from "../../tools/exporter/passes/quantise.js";
import type { InputForm } from "../../tools/exporter/passes/quantise.js";
import type { Population } from "../../tools/exporter/program.js";
import { FloatNetwork } from "../../tools/exporter/simulate/float.js";
import type { Window } from "../../tools/exporter/simulate/float.js";
import type { WindowInput } from "../../tools/exporter/simulate/integer.js";
import { Random } from "../random.js";
import { courseOf, HIDDEN, netOf } from "./case.js";
import type { Case, Drawn, Wish } from "./case.js";

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
    learn: {
      layers: "all",
      schedules: [wish.schedule],
      rate: 1,
      anyRate: true,
      filtered: wish.filtered,
      seed: wish.seed,
    },
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
