/** Random legal learning sections: what learns from what, losses and paths; random-rules.ts has the rules. */
import { isSynapses } from "../tools/exporter/program.js";
import type { Learning, Loss, Operation, Path, Population, Program } from "../tools/exporter/program.js";
import type { Synapses, Update } from "../tools/exporter/program.js";
import { fedBy, randomGain, signalAt } from "./random-plan.js";
import type { LearningPlan } from "./random-plan.js";
import { randomRules } from "./random-rules.js";
import type { Random } from "./random.js";

/** @param operations as the plan wants them */
export function randomLearning(
  random: Random,
  operations: Operation[],
  plan: LearningPlan,
  input: Pick<Program, "inputRange" | "maxSteps">,
): Learning {
  const readout = operations[operations.length - 1] as Population;
  const loss = randomLoss(random, plan);
  const square = loss.kind === "mean-square";
  const everyStep = loss.of === "membrane" && loss.when === "every";
  const classes = plan.signals.some((signal) => signal === "target" || signal === "local");
  const paths = randomPaths(random, operations, plan, input);
  return {
    loss,
    schedules: [...(plan.step ? (["step"] as const) : []), ...(plan.window ? (["window"] as const) : [])],
    ...randomLogit(random, loss, readout.bits),
    on: square ? randomTarget(random) : 0,
    off: square ? randomTarget(random) : 0,
    targets: everyStep && !classes && random.chance(0.5),
    seed: random.int(0, 2 ** 32 - 1),
    rules: randomRules(random, operations, plan, paths),
    paths,
  };
}

function randomLoss(random: Random, plan: LearningPlan): Loss {
  const kind = random.pick(["cross-entropy", "mean-square"] as const);
  if (plan.reads) {
    const when = plan.step ? "every" : random.pick(["every", "every", "last", "max", "sum"] as const);
    return { of: "membrane", kind, when };
  }
  if (random.chance(0.5)) return { of: "count", kind };
  if (kind === "mean-square") return { of: "time", kind, relative: random.chance(0.5) };
  const inverted = random.chance(0.5);
  return { of: "time", kind, inverted, timeShift: inverted ? random.int(0, 30) : 0 };
}

/** Most of the time such that usual values spread over a few octaves, or a few thousand. */
function randomLogit(
  random: Random,
  loss: Loss,
  bits: Population["bits"],
): Pick<Learning, "logit" | "logitShift"> {
  const fitting = random.chance(0.7);
  const inverted = "inverted" in loss && loss.inverted;
  const usual = loss.of === "membrane" ? { 8: 10, 16: 18, 32: 34 }[bits] : inverted ? 18 : 8;
  return {
    logit: random.magnitude(fitting ? 2 ** 18 : 2 ** 20),
    logitShift: fitting ? usual : random.int(0, 40),
  };
}

function randomTarget(random: Random): number {
  return random.pick([0, random.int(-2000, 4000), random.int(-32768, 32767), 32767, -32768]);
}

/** Of nearly all synapses that feed a population with a rule. */
function randomPaths(
  random: Random,
  operations: Operation[],
  plan: LearningPlan,
  input: Pick<Program, "inputRange" | "maxSteps">,
): Path[] {
  const candidates = operations.flatMap((op, index) => {
    const signal = signalAt(operations, plan, fedBy(operations, index));
    return isSynapses(op) && signal !== null ? [index] : [];
  });
  const chosen = candidates.filter(() => random.chance(0.95));
  const places = chosen.length > 0 ? chosen : candidates.slice(-1);
  return places.map((synapse) => randomPath(random, operations, plan, synapse, input));
}

function randomPath(
  random: Random,
  operations: Operation[],
  plan: LearningPlan,
  synapse: number,
  input: Pick<Program, "inputRange" | "maxSteps">,
): Path {
  const op = operations[synapse] as Synapses;
  const learns = random.chance(0.9);
  const returns = randomReturns(random, operations, plan, synapse);
  const residuals = !learns || random.chance(0.8);
  return {
    synapse,
    learns,
    returns,
    ...(returns === "nothing" ? { gain: 0, gainExponent: 0 } : randomGain(random)),
    ...(op.kind === "analogue" && learns
      ? randomTraceFactor(random, plan, input)
      : { traceFactor: 1, traceShift: 0 }),
    residuals,
    update: learns && !plan.step ? randomUpdate(random) : { kind: "plain" },
    pullShift: learns && random.chance(0.2) ? random.int(1, 24) : 0,
  };
}

/** To a population with a rule that listens to paths; of the last one's error there is nothing that could join it. */
function randomReturns(
  random: Random,
  operations: Operation[],
  plan: LearningPlan,
  synapse: number,
): Path["returns"] {
  const { source } = operations[synapse] as Synapses;
  const heard = source === 0 ? null : signalAt(operations, plan, source - 1);
  if (heard === null || heard === "stdp" || heard === "loss") return "nothing";
  if (signalAt(operations, plan, fedBy(operations, synapse)) === "stdp") return "nothing";
  const recurrent = source - 1 > synapse;
  const choices: Path["returns"][] = [];
  if (!plan.step) choices.push("carried", "carried");
  if (!recurrent) choices.push("present");
  return choices.length > 0 && random.chance(0.95) ? random.pick(choices) : "nothing";
}

/** Half the time such that a window moves a weight by about a unit. */
function randomTraceFactor(
  random: Random,
  plan: LearningPlan,
  { inputRange, maxSteps }: Pick<Program, "inputRange" | "maxSteps">,
): Pick<Path, "traceFactor" | "traceShift"> {
  const traceFactor = plan.step ? 1 : random.pick([1, 65535, random.int(1, 65535), random.magnitude(65535)]);
  const fitting = Math.log2(inputRange) + Math.log2(maxSteps) + Math.log2(traceFactor) + random.int(-4, 4);
  const traceShift = random.chance(0.7) ? Math.max(0, Math.min(46, Math.round(fitting))) : random.int(0, 46);
  return { traceFactor, traceShift };
}

function randomUpdate(random: Random): Update {
  const kind = random.pick(["plain", "plain", "plain", "momentum", "sign"] as const);
  switch (kind) {
    case "plain":
      return { kind };
    case "momentum":
      return { kind, kept: random.pick([0, 65535, random.int(0, 65535), random.int(50000, 65535)]) };
    case "sign":
      return { kind, step: random.magnitude(random.pick([1000, 65535])) };
  }
}
