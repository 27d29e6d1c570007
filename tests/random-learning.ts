/** Random legal learning sections, from rates that saturate every weight to rates that hardly move one. */
import type { Learning, Operation, Population, Rule } from "../tools/exporter/program.js";
import type { LearningPlan } from "./random-program.js";
import type { Random } from "./random.js";

/** How hard a rule pushes: the shifts and rates of both schedules. */
type Force = Pick<
  Rule,
  | "errorShift"
  | "signalShift"
  | "carryShift"
  | "viewShift"
  | "traceShift"
  | "rate"
  | "rateShift"
  | "stepRate"
  | "stepRateShift"
  | "traceView"
>;

/** @param operations the last two are one synapse operation and the readout */
export function randomLearning(random: Random, operations: Operation[], plan: LearningPlan): Learning {
  const readout = operations.length - 2;
  const rules: Rule[] = [];
  if (plan.readout) rules.push(randomRule(random, operations, readout, "readout"));
  if (plan.symmetric) {
    const { source } = operations[readout] as { source: number };
    rules.push(randomRule(random, operations, source - 2, "symmetric"));
  }
  if (random.chance(0.5)) rules.reverse();
  return {
    schedules: [...(plan.step ? (["step"] as const) : []), ...(plan.window ? (["window"] as const) : [])],
    ...randomLogit(random, (operations[readout + 1] as Population).bits),
    seed: random.int(0, 2 ** 32 - 1),
    rules,
  };
}

/** Half the time such that a readout which fills its membrane spreads the classes over a few octaves. */
function randomLogit(random: Random, bits: Population["bits"]): Pick<Learning, "logit" | "logitShift"> {
  const fitting = random.chance(0.5);
  const logitShift = fitting ? { 8: 10, 16: 18, 32: 34 }[bits] : random.int(0, 40);
  return { logit: random.magnitude(fitting ? 2 ** 18 : 2 ** 20), logitShift };
}

function randomRule(random: Random, operations: Operation[], synapse: number, signal: Rule["signal"]): Rule {
  const population = operations[synapse + 1] as Population;
  return {
    synapse,
    signal,
    filtered: signal === "symmetric" && random.chance(0.5),
    learnsBias: population.bias !== null && random.chance(0.6),
    ...randomForce(random),
    biasScale: random.pick([1, 256, random.int(1, 65535)]),
    surrogate: signal === "symmetric" ? randomSurrogate(random, population) : null,
  };
}

function randomForce(random: Random): Force {
  const kind = random.pick(["hot", "warm", "warm", "wild"]);
  if (kind === "wild") return wildForce(random);
  const hot = kind === "hot";
  return {
    errorShift: random.int(0, hot ? 2 : 6),
    signalShift: random.int(0, hot ? 4 : 10),
    carryShift: random.int(hot ? 0 : 6, hot ? 6 : 16),
    viewShift: random.int(0, hot ? 4 : 8),
    traceShift: random.int(0, hot ? 4 : 16),
    rate: hot ? 1023 : random.magnitude(1023),
    rateShift: random.int(hot ? 0 : 8, hot ? 6 : 24),
    stepRate: hot ? 1023 : random.magnitude(1023),
    stepRateShift: random.int(hot ? 0 : 12, hot ? 10 : 24),
    traceView: random.int(2, 12),
  };
}

/** Every field anywhere in its legal range. */
function wildForce(random: Random): Force {
  return {
    errorShift: random.int(0, 24),
    signalShift: random.int(0, 24),
    carryShift: random.int(0, 30),
    viewShift: random.int(0, 30),
    traceShift: random.int(0, 30),
    rate: random.int(0, 1023),
    rateShift: random.int(0, 30),
    stepRate: random.int(0, 1023),
    stepRateShift: random.int(0, 30),
    traceView: random.int(0, 30),
  };
}

/** ω about θ, or anything; v such that ω·v stays below 2^31. */
function randomSurrogate(random: Random, population: Population): NonNullable<Rule["surrogate"]> {
  const top = 2 ** (population.bits - 1) - 1;
  const width = Uint32Array.from(population.threshold!, (threshold) =>
    random.pick([threshold, threshold, random.int(0, threshold), random.int(0, 2 * top + 1), 4 * top]),
  );
  const steep = random.chance(0.5);
  const factor = width.map((w) => {
    const most = Math.floor((2 ** 31 - 1) / Math.max(1, w));
    return steep ? most : random.int(0, most);
  });
  return { width, factor };
}
