/**
 * Random legal programs: every shape, code, reset, comparator, width and learning rule that
 * docs/FORMAT.md allows, at small sizes, with extreme numbers as likely as ordinary ones. Pure functions of the seed.
 */
import type { Reset, ResetAt } from "../tools/exporter/model.js";
import type { Code, Operation, Population, Program, Synapses } from "../tools/exporter/program.js";
import { randomLearning } from "./random-learning.js";
import { Random } from "./random.js";

export { randomInput } from "./random-input.js";
export type { RandomWindow } from "./random-input.js";

interface RandomOptions {
  /** whether the program learns; the seed says so without it */
  learns?: boolean;
}

/** What learns, and in which schedules; the populations are made to suit. */
export interface LearningPlan {
  readout: boolean;
  symmetric: boolean;
  step: boolean;
  window: boolean;
}

type Input = Pick<Program, "inputs" | "inputKind" | "inputRange" | "events" | "maxSteps">;

/** The synapses into one population: 0 for the input, else 1 + the number of an earlier population. */
type Wiring = number[][];

const MEMBRANE_CODES = ["membrane-last", "membrane-max", "membrane-sum"] as const;
const SPIKE_CODES = ["count", "first", "population"] as const;
/** Largest magnitude of an accumulator times 2^max(k, 0). */
const DRIVE_LIMIT = 2 ** 29;

export function randomProgram(seed: number, options: RandomOptions = {}): Program {
  const random = new Random(seed);
  const plan = (options.learns ?? random.chance(0.5)) ? randomPlan(random) : null;
  const input = randomInputShape(random, plan !== null);
  const wiring = randomWiring(random, plan);
  const code = plan || random.chance(0.5) ? random.pick(MEMBRANE_CODES) : random.pick(SPIKE_CODES);
  const operations = randomOperations(random, input, wiring, code, plan);
  const outputs = (operations[operations.length - 1] as Population).neurons;
  return {
    ...input,
    classes: code === "population" ? random.pick(divisors(outputs)) : outputs,
    code,
    operations,
    learning: plan && randomLearning(random, operations, plan),
    metadata: {
      zeta: random.int(0, 9),
      alpha: { y: [1, { d: "ü", b: null }], x: "σ".repeat(random.int(0, 15)) },
    },
  };
}

function randomPlan(random: Random): LearningPlan {
  const rules = random.pick(["readout", "symmetric", "both"]);
  const schedules = random.pick(["step", "window", "both"]);
  return {
    readout: rules !== "symmetric",
    symmetric: rules !== "readout",
    step: schedules !== "window",
    window: schedules !== "step",
  };
}

function randomInputShape(random: Random, learns: boolean): Input {
  const inputs = randomSize(random);
  const maxSteps = random.chance(0.2) ? random.int(30, 60) : random.int(1, 20);
  if (random.chance(0.6)) {
    const events = random.chance(0.1) ? random.int(1, inputs) : maxSteps * inputs * random.int(1, 2);
    return { inputs, inputKind: "spikes", inputRange: 1, events, maxSteps };
  }
  const room = Math.floor(DRIVE_LIMIT / (2 * 128 * 4 * inputs));
  const traceRoom = learns ? Math.floor((2 ** 30 - 1) / (2047 * maxSteps)) : Infinity;
  const inputRange = Math.min(random.pick([1, 16, 127, 255, 1023, 32767]), room, traceRoom);
  return { inputs, inputKind: "analogue", inputRange, events: random.chance(0.3) ? 1 : maxSteps, maxSteps };
}

/** Odd sizes most of the time, so that rows have padding; sometimes more than 64. */
function randomSize(random: Random): number {
  return random.chance(0.1) ? random.int(65, 140) : random.magnitude(70);
}

function randomWiring(random: Random, plan: LearningPlan | null): Wiring {
  const populations = random.int(plan?.symmetric ? 2 : 1, 3);
  const wiring: Wiring = [];
  for (let p = 0; p < populations; p++) {
    const sources = [random.chance(0.8) ? p : random.int(0, p)];
    while (random.chance(0.25) && sources.length < 3) sources.push(random.int(0, p));
    wiring.push(sources);
  }
  if (plan) {
    const last = random.chance(0.8) ? populations - 1 : random.int(plan.symmetric ? 1 : 0, populations - 1);
    wiring[populations - 1] = [last];
    if (plan.symmetric) wiring[last - 1] = [wiring[last - 1][0]];
  }
  return wiring;
}

function randomOperations(
  random: Random,
  input: Input,
  wiring: Wiring,
  code: Code,
  plan: LearningPlan | null,
): Operation[] {
  const operations: Operation[] = [];
  /** where population p stands */
  const places: number[] = [];
  const last = wiring.length - 1;
  wiring.forEach((wired, p) => {
    const sources = input.inputKind === "analogue" ? frameFirst(wired) : wired;
    const neurons = Math.max(plan && p === last && random.chance(0.9) ? 2 : 1, randomSize(random));
    const synapses = sources.map((source, n) =>
      randomSynapses(random, input, operations, source === 0 ? 0 : 1 + places[source - 1], neurons, n > 0),
    );
    synapses.forEach((op) => operations.push({ ...op, name: `${op.kind}${operations.length}` }));
    const kind = p === last && code.startsWith("membrane") ? "li" : "lif";
    const below = plan !== null && plan.symmetric && wiring[last][0] === p + 1;
    const needs = {
      narrow: below,
      oneDecay: plan !== null && plan.step && (below || (p === last && plan.readout)),
      smallBias: plan !== null && (below || p === last),
    };
    places.push(operations.length);
    const population = randomPopulation(random, kind, neurons, driveOf(input, synapses), needs);
    operations.push({ ...population, name: `${kind}${operations.length}` });
  });
  return operations;
}

/** An analogue operation can only be the first into its population. */
function frameFirst(sources: number[]): number[] {
  const others = sources.filter((source) => source !== 0);
  return others.length < sources.length ? [0, ...others] : others;
}

function randomSynapses(
  random: Random,
  input: Input,
  operations: Operation[],
  source: number,
  outputs: number,
  adds: boolean,
): Synapses {
  const analogue = source === 0 && input.inputKind === "analogue";
  const inputs = source === 0 ? input.inputs : (operations[source - 1] as Population).neurons;
  const weights = randomWeights(random, inputs * outputs);
  return { kind: analogue ? "analogue" : "dense", name: "", source, adds, inputs, outputs, weights };
}

function randomWeights(random: Random, count: number): Int8Array {
  const weight = random.pick([
    () => 127,
    () => -128,
    () => random.pick([-128, 127]),
    () => random.int(-20, 40),
    () => random.int(-128, 127),
    () => random.int(-128, 127),
  ]);
  return Int8Array.from({ length: count }, weight);
}

/** Accumulators of a population: the most they can be, and what they are about. */
function driveOf(input: Input, synapses: Synapses[]): { most: number; usual: number } {
  let most = 0;
  let usual = 0;
  for (const { kind, source, inputs } of synapses) {
    const spikes = source === 0 ? Math.max(inputs, input.events) : inputs;
    most += 128 * (kind === "analogue" ? inputs * input.inputRange : spikes);
    usual += 40 * Math.sqrt(inputs) * (kind === "analogue" ? input.inputRange / 2 : 1);
  }
  return { most, usual };
}

interface Needs {
  /** a membrane of 8 or 16 bits, as a spiking layer that learns has it */
  narrow: boolean;
  /** one decay and no reset to zero, as the schedule `step` asks */
  oneDecay: boolean;
  /** a bias that may learn */
  smallBias: boolean;
}

function randomPopulation(
  random: Random,
  kind: Population["kind"],
  neurons: number,
  drive: { most: number; usual: number },
  needs: Needs,
): Population {
  const bits = needs.narrow ? random.pick([8, 16] as const) : random.pick([8, 16, 32] as const);
  const top = 2 ** (bits - 1) - 1;
  const shift = randomShift(random, drive, top);
  const [reset, resetAt] = kind === "li" ? (["none", "next"] as const) : randomReset(random, needs.oneDecay);
  const lower = random.pick([-top - 1, -top - 1, 0, -random.magnitude(top)]);
  const vReset = reset === "none" ? 0 : random.pick([0, 0, lower, random.int(lower, top)]);
  const threshold = kind === "li" ? null : randomThresholds(random, neurons, drive.usual * 2 ** shift, top);
  return {
    kind,
    name: "",
    neurons,
    bits,
    shift,
    reset,
    resetAt,
    orEqual: kind === "lif" && random.chance(0.5),
    decay: randomDecays(random, neurons, needs.oneDecay),
    threshold,
    bias: random.chance(0.4) ? null : randomBiases(random, neurons, top, needs.smallBias),
    lower,
    vReset,
  };
}

/** k, −8 … 8 where the accumulators allow it; half the time so that they about fill the membrane. */
function randomShift(random: Random, drive: { most: number; usual: number }, top: number): number {
  const most = Math.floor(Math.log2(DRIVE_LIMIT / drive.most));
  const fitting = Math.round(Math.log2(top / 4 / drive.usual)) + 0; // no −0
  return Math.max(-8, Math.min(8, most, random.chance(0.5) ? fitting : random.int(-8, 8)));
}

function randomReset(random: Random, neverZero: boolean): readonly [Reset, ResetAt] {
  const gentle = [
    ["none", "next"],
    ["subtract", "next"],
    ["subtract", "now"],
    ["subtract-scaled", "next"],
  ] as const;
  const zero = [
    ["zero", "next"],
    ["zero", "now"],
    ["zero-step", "next"],
  ] as const;
  return random.pick(neverZero ? gentle : [...gentle, ...zero]);
}

function randomThresholds(random: Random, neurons: number, drive: number, top: number): Int32Array {
  const most = Math.max(1, Math.min(top, Math.round(2 * drive)));
  const one = random.int(1, most);
  const threshold = random.pick([
    () => one,
    () => random.int(1, most),
    () => random.int(1, most),
    () => random.magnitude(top),
    () => random.pick([1, top]),
  ]);
  return Int32Array.from({ length: neurons }, threshold);
}

/** Q0.16 a neuron, or null for no decay. */
function randomDecays(random: Random, neurons: number, one: boolean): Uint16Array | null {
  if (random.chance(0.15)) return null;
  const common = random.pick([0, 65535, random.int(0, 65535), random.int(50000, 65535)]);
  const apiece = random.pick([() => random.int(40000, 65535), () => random.pick([0, 65535, 1, 32768])]);
  return Uint16Array.from({ length: neurons }, one || random.chance(0.5) ? () => common : apiece);
}

function randomBiases(random: Random, neurons: number, top: number, small: boolean): Int32Array {
  const most = Math.min(random.pick([8, top >> 3, 2 * top, 2 ** 29]), small ? 2 ** 21 : 2 ** 29);
  return Int32Array.from(
    { length: neurons },
    () => random.pick([-1, 0, 1, 1]) * random.magnitude(Math.max(1, most)),
  );
}

function divisors(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
}
