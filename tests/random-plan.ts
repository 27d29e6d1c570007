/** What learns in a random program, and from what, before there are operations. */
import { isSynapses } from "../tools/exporter/program.js";
import type { Operation, Signal } from "../tools/exporter/program.js";
import type { Random } from "./random.js";

/** What learns, and in which schedules; the populations are made to suit. */
export interface LearningPlan {
  step: boolean;
  window: boolean;
  /** the last population is an `li` */
  reads: boolean;
  /** a population: its rule's signal, null without a rule */
  signals: (Signal | null)[];
}

export function randomPlan(random: Random, populations: number): LearningPlan {
  const schedules = random.pick(["step", "window", "window", "both"]);
  const step = schedules !== "window";
  const reads = step || random.chance(0.65);
  const feedback = ["random", "target", "local"] as const;
  const signals = Array.from({ length: populations }, (_, p): Signal | null => {
    if (p === populations - 1) return !reads && random.chance(0.3) ? "stdp" : "loss";
    if (random.chance(0.12)) return null;
    if (random.chance(0.5)) return "paths";
    return random.pick(step ? feedback : [...feedback, "random", "reward", "stdp"]);
  });
  return { step, window: schedules !== "step", reads, signals };
}

/** The signal of the rule of the population at `operation`. */
export function signalAt(operations: Operation[], plan: LearningPlan, operation: number): Signal | null {
  const before = operations.slice(0, operation).filter((op) => !isSynapses(op));
  return plan.signals[before.length];
}

/** Where the population stands that the synapses at `operation` feed. */
export function fedBy(operations: Operation[], operation: number): number {
  return operations.findIndex((op, index) => index > operation && !isSynapses(op));
}

/** A gain m · 2^(g − 15), most of the time about 1. */
export function randomGain(random: Random): { gain: number; gainExponent: number } {
  if (random.chance(0.3)) return { gain: 32768, gainExponent: 0 };
  const gain = random.pick([32768, 32767, random.int(16384, 32768), random.magnitude(32768)]);
  const about = 15 - Math.round(Math.log2(gain)) + random.int(-4, 4);
  return { gain, gainExponent: random.chance(0.85) ? about : random.pick([-64, 64, random.int(-64, 64)]) };
}
