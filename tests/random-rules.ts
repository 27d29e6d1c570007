/** Random legal rules, from rates that saturate every weight to rates that hardly move one. */
import type { Operation, Path, Population, Regulariser, Rule } from "../tools/exporter/program.js";
import type { Shape, Stdp } from "../tools/exporter/program.js";
import { fedBy, randomGain, signalAt } from "./random-plan.js";
import type { LearningPlan } from "./random-plan.js";
import type { Random } from "./random.js";

/** How hard a rule pushes: the shifts and rates of both schedules. */
type Force = Pick<Rule, "traceView" | "rate" | "rateShift" | "stepRate" | "stepRateShift">;

/** How many bits an error has, a spike's trace as a rule sees it, ψ where it is not 0, and sums over a few weights. */
const ERROR_BITS = 13;
const TRACE_BITS = 12;
const SURROGATE_BITS = 12;
const WEIGHT_BITS = 5;
/** What a recurrent path may bring, and coefficients of a rule whose numbers are anything. */
const COEFFICIENT_BITS = 30;

/** Descending; the shifts of each suit what those before it are likely to return. */
export function randomRules(
  random: Random,
  operations: Operation[],
  plan: LearningPlan,
  paths: Path[],
): Rule[] {
  /** by operation: bits that the coefficients of its rule are likely to have */
  const sent = new Map<number, number>();
  const rules: Rule[] = [];
  for (let index = operations.length - 1; index >= 0; index--) {
    const op = operations[index];
    if (!("neurons" in op) || signalAt(operations, plan, index) === null) continue;
    rules.push(randomRule(random, operations, plan, paths, index, sent));
  }
  return rules;
}

function randomRule(
  random: Random,
  operations: Operation[],
  plan: LearningPlan,
  paths: Path[],
  index: number,
  sent: Map<number, number>,
): Rule {
  const population = operations[index] as Population;
  const signal = signalAt(operations, plan, index)!;
  const hears = signal !== "loss" && signal !== "stdp";
  const drawn = hears && signal !== "paths";
  const surrogate = population.kind === "lif" && signal !== "stdp";
  const stdp = signal === "stdp" ? randomStdp(random) : null;
  const regulariser = hears && random.chance(0.3) ? randomRegulariser(random) : null;
  const feedback = drawn ? randomGain(random) : { gain: 0, gainExponent: 0 };
  const bits = stdp
    ? Math.log2(1 + Math.max(stdp.plus, stdp.minus)) + 14
    : signalBits(operations, paths, index, sent, feedback, regulariser);
  const sends = population.kind === "li" || stdp !== null ? bits : bits + SURROGATE_BITS;
  sent.set(index, sends);
  return {
    population: index,
    signal,
    filtered: signal === "random" && random.chance(0.5),
    learnsBias: population.bias !== null && random.chance(0.6),
    ...randomForce(random, sends),
    biasScale: random.pick([1, 256, random.int(1, 65535)]),
    surrogate: surrogate ? randomSurrogate(random, population) : null,
    coupling: surrogate && population.adaptation ? randomCoupling(random, population.neurons) : null,
    feedbackSeed: drawn ? random.int(0, 2 ** 32 - 1) : 0,
    ...feedback,
    regulariser,
    stdp,
    ...(surrogate && random.chance(0.25) ? { clip: randomClip(random, sends) } : {}),
  };
}

/** Bits that the learning signal is likely to have. */
function signalBits(
  operations: Operation[],
  paths: Path[],
  index: number,
  sent: Map<number, number>,
  feedback: { gain: number; gainExponent: number },
  regulariser: Regulariser | null,
): number {
  if (index === operations.length - 1) return ERROR_BITS;
  const bits = [0];
  if (feedback.gain > 0) bits.push(ERROR_BITS + WEIGHT_BITS + gainBits(feedback));
  for (const path of paths) {
    const { source } = operations[path.synapse] as { source: number };
    if (path.returns === "nothing" || source - 1 !== index) continue;
    const from = sent.get(fedBy(operations, path.synapse)) ?? COEFFICIENT_BITS;
    bits.push(from + WEIGHT_BITS + gainBits(path));
  }
  if (regulariser) bits.push(6 + Math.log2(1 + regulariser.strength) + regulariser.exponent);
  return Math.max(...bits);
}

function gainBits({ gain, gainExponent }: { gain: number; gainExponent: number }): number {
  return Math.log2(gain) - 15 + gainExponent;
}

/** @param bits that the coefficients are likely to have */
function randomForce(random: Random, bits: number): Force {
  if (random.chance(0.15)) return wildForce(random);
  const [rate, stepRate] = [1, 2].map(() =>
    random.pick([1023, random.int(256, 1023), random.magnitude(1023)]),
  );
  const strength = random.pick([3, 5, 6, 7, 8, 10]);
  return {
    traceView: random.int(4, 10),
    rate,
    rateShift: within(Math.round(bits + 2 + Math.log2(rate) - strength), 160),
    stepRate,
    stepRateShift: within(Math.round(TRACE_BITS + bits + Math.log2(stepRate) - strength), 160),
  };
}

/** Every field anywhere in its legal range. */
function wildForce(random: Random): Force {
  return {
    traceView: random.int(0, 30),
    rate: random.int(0, 1023),
    rateShift: random.int(0, random.pick([40, 160])),
    stepRate: random.int(0, 1023),
    stepRateShift: random.int(0, random.pick([40, 160])),
  };
}

/** Half the time about where coefficients end anyway. */
function randomClip(random: Random, bits: number): number {
  if (random.chance(0.5)) return random.int(1, 120);
  return Math.max(1, within(Math.round(bits) - random.int(0, 8), 120));
}

function within(x: number, most: number): number {
  return Math.max(0, Math.min(most, x));
}

/** ω about θ, or 16 widths of part of it, or anything; v such that ω·v stays below 2^31. */
function randomSurrogate(random: Random, population: Population): NonNullable<Rule["surrogate"]> {
  const top = 2 ** (population.bits - 1) - 1;
  const shape = random.pick<Shape>(["triangle", "fast-sigmoid", "sigmoid", "arctan", "straight-through"]);
  const reach = shape === "triangle" ? 1 : random.pick([4, 8, 16]);
  const shift = population.bits === 32 ? random.int(0, 15) : 0;
  const width = Uint32Array.from(population.threshold!, (threshold) => {
    const scaled = Math.min(2 ** 26, Math.ceil(threshold / 2 ** shift));
    const usual = reach * random.int(1, scaled);
    const odd = [0, random.int(0, 2 * top + 1), Math.min(2 ** 32 - 1, 4 * top), 2 ** 31 - 1, 2 ** 32 - 1];
    return random.chance(0.8) ? random.pick([reach * scaled, usual]) : random.pick(odd);
  });
  const steep = random.chance(0.7);
  const factor = width.map((w) => {
    const most = Math.floor((2 ** 31 - 1) / Math.max(1, w));
    return steep ? random.pick([most, most >>> 1]) : random.int(0, most);
  });
  const height = random.pick([() => 32768, () => random.int(1, 32768), () => random.magnitude(32768)]);
  return { shape, shift, width, factor, height: shape === "triangle" ? null : width.map(height) };
}

function randomCoupling(random: Random, neurons: number): Uint32Array {
  const coupling = random.pick([
    () => random.magnitude(2 ** 20),
    () => random.int(0, 2 ** 17),
    () => random.pick([0, 1, 2 ** 20]),
  ]);
  return Uint32Array.from({ length: neurons }, coupling);
}

function randomStdp(random: Random): Stdp {
  const strength = () => random.pick([0, 65535, random.magnitude(65535), random.int(0, 65535)]);
  const kept = () => random.pick([0, 65535, random.int(0, 65535), random.int(50000, 65535)]);
  return { plus: strength(), minus: strength(), comes: kept(), been: kept() };
}

/** At least one of three bounds. */
function randomRegulariser(random: Random): Regulariser {
  const rate = () => random.pick([0, 65535, random.int(0, 65535), random.magnitude(20000)]);
  const [lower, own, upper] = random.pick([
    [true, false, false],
    [false, true, false],
    [false, false, true],
    [true, false, true],
    [true, true, true],
  ]);
  return {
    lower: lower ? rate() : null,
    rate: own ? rate() : null,
    upper: upper ? { bound: rate(), norm: random.pick(["l1", "l2", "each"] as const) } : null,
    shift: random.chance(0.7) ? random.int(5, 11) : random.int(0, 30),
    strength: random.pick([0, 2 ** 30 - 1, random.magnitude(2 ** 20), random.magnitude(2 ** 30 - 1)]),
    exponent: random.pick([0, random.int(-10, 10), random.int(-64, 64)]),
  };
}
