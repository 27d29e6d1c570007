/** Small random nets and lessons in float64: every kind of neuron, wiring, rule and loss. Pure functions of the seed. */
import { Random } from "../random.js";
import { backpropagate } from "./backwards.js";
import type { Feedback, Lesson, LossKind, Net, Path, Population, Shape } from "./net.js";

export const SHAPES: Shape[] = ["triangle", "fast-sigmoid", "sigmoid", "arctan", "straight-through"];
export const KEEPING = [
  ["none", "next"],
  ["subtract", "next"],
  ["subtract-scaled", "next"],
  ["subtract", "now"],
] as const;
export const ZEROING = [
  ["zero", "next"],
  ["zero-step", "next"],
  ["zero", "now"],
] as const;

export interface NetWish {
  seed: number;
  /** spiking populations, the last one included where it spikes */
  depth: number;
  /** the output spikes */
  spiking: boolean;
  resets: readonly (readonly [Population["reset"], Population["resetAt"]])[];
  /** what paths between spiking populations return, feed-forward and recurrent; `any`: each its own */
  forward: Path["returns"] | "any";
  recurrent: "nothing" | "carried" | "any";
  /** what the readout returns */
  readout: Path["returns"] | "any";
  /** learning signals beside the paths */
  feedback: boolean;
}

/** The first net from this seed on in which all spiking populations fire and the lesson is not learnt already. */
export function randomNet(wish: NetWish): { net: Net; lesson: Lesson } {
  for (let turn = 0; turn < 200; turn++) {
    const random = new Random(wish.seed + turn * 0x51ed27);
    const net = drawNet(random, wish);
    const lesson = drawLesson(random, net);
    const { course, instant } = backpropagate(net, lesson);
    const lively = course.every(({ spikes }, p) => {
      const share = spikes.reduce((sum, row) => sum + row.reduce((a, b) => a + b), 0);
      const all = spikes.length * spikes[0].length;
      return net.populations[p].kind === "li" || (share > 0.05 * all && share < 0.7 * all);
    });
    if (lively && instant[instant.length - 1] > 1e-3) return { net, lesson };
  }
  throw new Error(`no net fires: ${JSON.stringify(wish)}`);
}

export const gaussian = (random: Random): number =>
  Math.sqrt(-2 * Math.log(1 - random.next())) * Math.cos(2 * Math.PI * random.next());

function drawNet(random: Random, wish: NetWish): Net {
  const inputs = random.int(3, 7);
  const populations: Population[] = [];
  const sizes = Array.from({ length: wish.depth + (wish.spiking ? 0 : 1) }, () => random.int(2, 6));
  const outputs = sizes[sizes.length - 1];
  sizes.forEach((neurons, p) => {
    const kind = p === sizes.length - 1 && !wish.spiking ? "li" : "lif";
    const sources = [p - 1];
    for (let source = -1; source < sizes.length; source++) {
      const spikes = source < sizes.length - 1 || wish.spiking;
      if (source !== p - 1 && spikes && random.chance(source === p ? 0.5 : 0.2)) sources.push(source);
    }
    const paths = sources.map((source): Path => {
      const width = source < 0 ? inputs : sizes[source];
      const size = source >= p ? 0.5 : 1.2;
      const wished =
        kind === "li"
          ? source >= p
            ? wish.recurrent
            : wish.readout
          : source >= p
            ? wish.recurrent
            : wish.forward;
      const choices: Path["returns"][] =
        source >= p ? ["nothing", "carried"] : ["nothing", "present", "carried"];
      return {
        ...{ source, inputs: width },
        weights: gaussians(random, width * neurons, size / Math.sqrt(width), source >= p ? 0 : 0.3),
        returns: source < 0 ? "nothing" : wished === "any" ? random.pick(choices) : wished,
      };
    });
    populations.push(drawPopulation(random, wish, kind, neurons, paths, outputs));
  });
  return { inputs, populations };
}

function gaussians(random: Random, length: number, size: number, mean: number): Float64Array {
  return Float64Array.from({ length }, () => size * (gaussian(random) + mean));
}

function drawPopulation(
  random: Random,
  wish: NetWish,
  kind: Population["kind"],
  neurons: number,
  paths: Path[],
  outputs: number,
): Population {
  const lif = kind === "lif";
  const [reset, resetAt] = lif ? random.pick(wish.resets) : (["none", "next"] as const);
  const between = (low: number, high: number): Float64Array =>
    Float64Array.from({ length: neurons }, () => low + (high - low) * random.next());
  const threshold = lif ? between(0.5, 1.2) : new Float64Array(neurons).fill(1);
  const lower = random.chance(0.2) ? -0.5 : -Infinity;
  const vReset = lif && random.chance(0.3) ? between(-0.2, 0.3) : new Float64Array(neurons);
  const width = random.chance(0.3) ? between(0.05, 1) : threshold;
  return {
    ...{ kind, neurons, paths, threshold, vReset, lower, upper: Infinity, reset, resetAt },
    orEqual: random.chance(0.5),
    bias: gaussians(random, neurons, 0.15, 0),
    decay: random.chance(0.2) ? new Float64Array(neurons).fill(1) : between(0.3, 0.999),
    ...(lif &&
      random.chance(0.3) && { adaptation: { decay: between(0.5, 0.99), strength: between(0.05, 0.5) } }),
    ...(lif && random.chance(0.3) && { current: { decay: between(0.1, 0.8) } }),
    surrogate: lif ? { shape: random.pick(SHAPES), width, height: threshold.map((x) => 0.3 / x) } : null,
    feedback: wish.feedback && lif && random.chance(0.7) ? drawFeedback(random, neurons, outputs) : null,
    regulariser:
      wish.feedback && lif && random.chance(0.5)
        ? {
            lower: random.chance(0.5) ? 0.3 : null,
            rate: random.chance(0.5) ? 0.2 : null,
            upper: random.chance(0.5)
              ? { bound: 0.1, norm: random.pick(["l1", "l2", "each"] as const) }
              : null,
            strength: 0.5,
          }
        : null,
  };
}

function drawFeedback(random: Random, neurons: number, outputs: number): Feedback {
  const signal = random.pick(["random", "target", "local", "reward"] as const);
  const columns = signal === "reward" ? 1 : outputs;
  return {
    ...{ signal, columns, filtered: random.chance(0.5), logit: 0.5 + random.next() },
    weights: gaussians(random, neurons * columns, 0.5, 0),
  };
}

function drawLesson(random: Random, { inputs, populations }: Net): Lesson {
  const readout = populations[populations.length - 1];
  const steps = random.int(8, 15);
  const loss = random.pick(readout.kind === "li" ? MEMBRANE_LOSSES : SPIKE_LOSSES);
  const analogue = random.chance(0.3);
  const masked = random.chance(0.5);
  const from = masked ? random.int(0, 3) : 0;
  const every = loss.of === "membrane" && loss.when === "every";
  return {
    inputs: Array.from({ length: steps }, () =>
      Float64Array.from({ length: inputs }, () => (analogue ? gaussian(random) : Number(random.chance(0.3)))),
    ),
    ...{ loss, from, to: masked ? random.int(from + 2, steps) : steps, scale: random.pick([1, 1, 0.3, 2]) },
    ...{ target: random.int(0, readout.neurons - 1), on: 2, off: random.pick([-1, 0, 0.5]) },
    ...(every &&
      random.chance(0.4) && { rows: Array.from({ length: steps }, () => shares(random, readout.neurons)) }),
    reward: gaussian(random),
  };
}

function shares(random: Random, length: number): Float64Array {
  const row = Float64Array.from({ length }, () => random.next());
  const total = row.reduce((a, b) => a + b);
  return row.map((x) => x / total);
}

export const MEMBRANE_LOSSES = (["cross-entropy", "mean-square"] as const).flatMap((kind) =>
  (["every", "last", "max", "sum"] as const).map((when): LossKind => ({ of: "membrane", kind, when })),
);
export const SPIKE_LOSSES: LossKind[] = [
  { of: "count", kind: "cross-entropy" },
  { of: "count", kind: "mean-square" },
  { of: "time", kind: "cross-entropy", inverted: false },
  { of: "time", kind: "cross-entropy", inverted: true },
  { of: "time", kind: "mean-square", relative: false },
  { of: "time", kind: "mean-square", relative: true },
];
