/** The integer net and its lesson in float64, in the model's units: what docs/LEARNING.md says that the integers stand for. */
import { DAMPENING } from "../../tools/exporter/passes/learning/options.js";
import { feedbackUnit } from "../../tools/exporter/passes/learning/units.js";
import { isSynapses, padded } from "../../tools/exporter/program.js";
import type {
  Learning,
  Path as ProgramPath,
  Population as Whole,
  Rule,
  Synapses,
} from "../../tools/exporter/program.js";
import { drawFeedback } from "../../tools/exporter/simulate/integer/generator.js";
import type { Feedback, Lesson, Net, Path, Population, Surrogate } from "./net.js";
import type { Drawn } from "./wish.js";

/** One is 2^14 in targets of probability and in rewards. */
const ONE = 2 ** 14;

export function netOf(example: Drawn): Net {
  const { program, scales } = example;
  let first = 0;
  const populations = scales.map(({ operation, unit, shift }, p): Population => {
    const population = program.operations[operation] as Whole;
    const { neurons, reset, resetAt, orEqual, kind, adaptation, current } = population;
    const fine = unit[0] / 2 ** shift;
    const values = (whole: Int32Array | Uint16Array | null, size: number, none: number): Float64Array =>
      Float64Array.from({ length: neurons }, (_, j) => (whole ? whole[j] * size : none));
    const paths = program.operations
      .slice(first, operation)
      .map((op, n) => pathOf(example, op as Synapses, first + n, p));
    first = operation + 1;
    const threshold = values(population.threshold, fine, 1);
    const rule = program.learning!.rules.find((one) => one.population === operation);
    return {
      ...{ kind, neurons, paths, reset, resetAt, orEqual, threshold },
      bias: values(population.bias, fine, 0),
      decay: values(population.decay, 1 / 65536, 1),
      vReset: new Float64Array(neurons).fill(population.vReset * fine),
      lower: population.lower * fine,
      upper: (2 ** (population.bits - 1) - 1) * fine,
      ...(adaptation && {
        adaptation: {
          decay: values(adaptation.decay, 1 / 65536, 1),
          strength: values(adaptation.strength, fine, 0),
        },
      }),
      ...(current && { current: { decay: values(current.decay, 1 / 65536, 1) } }),
      surrogate: kind === "lif" ? surrogateOf(example, threshold) : null,
      feedback: rule ? feedbackOf(rule, neurons, program.classes) : null,
      regulariser: rule && kind === "lif" ? regulariserOf(example, rule) : null,
    };
  });
  return { inputs: program.inputs, populations };
}

function pathOf({ program, scales, form }: Drawn, synapses: Synapses, operation: number, p: number): Path {
  const gain = synapses.kind === "analogue" ? form.scale : 1;
  return {
    source: synapses.source === 0 ? -1 : scales.findIndex((scale) => scale.operation === synapses.source - 1),
    inputs: synapses.inputs,
    weights: Float64Array.from(synapses.weights, (w) => (w * scales[p].unit[0]) / gain),
    returns: pathAt(program.learning!, operation)?.returns ?? "nothing",
  };
}

export function pathAt({ paths }: Learning, operation: number): ProgramPath | undefined {
  return paths.find(({ synapse }) => synapse === operation);
}

/** What the options ask for, of thresholds as the integers have them. */
function surrogateOf({ wish }: Drawn, threshold: Float64Array): Surrogate {
  const { shape = "triangle", width = 1, gamma = DAMPENING } = wish.rule.surrogate ?? {};
  return { shape, width: threshold.map((x) => x * width), height: threshold.map((x) => gamma / x) };
}

function feedbackOf(
  { signal, feedbackSeed, filtered }: Rule,
  neurons: number,
  outputs: number,
): Feedback | null {
  if (signal === "paths" || signal === "loss" || signal === "stdp") return null;
  const columns = signal === "reward" ? 1 : outputs;
  const bytes = drawFeedback(feedbackSeed, neurons, columns);
  const unit = feedbackUnit(signal, columns);
  const weights = Float64Array.from({ length: neurons * columns }, (_, at) => {
    const k = at % columns;
    return (bytes[((at - k) / columns) * padded(columns) + k] - 128) * unit;
  });
  return { signal, weights, columns, filtered, logit: 1 };
}

function regulariserOf({ wish }: Drawn, { regulariser }: Rule): Population["regulariser"] {
  if (!regulariser) return null;
  const { strength, lower = null, rate = null, upper = null } = wish.rule.regularise!;
  return { strength, lower, rate, upper };
}

export function lessonOf({ wish, inputs, target, rows, from, to, program }: Drawn): Lesson {
  const outputs = program.classes;
  const { on = 0, off = 0 } = wish.rule.loss ?? {};
  return {
    ...{ inputs, target, from, to, on, off, scale: 1, reward: wish.reward },
    loss: program.learning!.loss,
    ...(rows && {
      rows: inputs.map((_, t) =>
        Float64Array.from(rows.slice(t * outputs, (t + 1) * outputs), (x) => x / ONE),
      ),
    }),
  };
}

/** The synapses of each population, with their places among the operations. */
export function synapsesOf({ program, scales }: Drawn): { operation: number; synapses: Synapses }[][] {
  return scales.map(({ operation }, p) => {
    const first = p === 0 ? 0 : scales[p - 1].operation + 1;
    return program.operations
      .slice(first, operation)
      .flatMap((synapses, n) => (isSynapses(synapses) ? [{ operation: first + n, synapses }] : []));
  });
}
