/**
 * Random legal programs: every shape, code, reset, comparator, width and learning rule that
 * docs/FORMAT.md allows, at small sizes, with extreme numbers as likely as ordinary ones. Pure functions of the seed.
 */
import type { Code, Operation, Population, Program, Synapses } from "../tools/exporter/program.js";
import { randomLearning } from "./random-learning.js";
import { randomPlan } from "./random-plan.js";
import type { LearningPlan } from "./random-plan.js";
import { DRIVE_LIMIT, randomPopulation } from "./random-population.js";
import { Random } from "./random.js";

export { randomInput } from "./random-input.js";
export type { RandomWindow } from "./random-input.js";
export { randomLesson, randomStepLesson } from "./random-lesson.js";

interface RandomOptions {
  /** whether the program learns; the seed says so without it */
  learns?: boolean;
  /** populations of some hundred neurons, so that sums of many numbers take their own shifts */
  wide?: boolean;
}

type Input = Pick<Program, "inputs" | "inputKind" | "inputRange" | "events" | "maxSteps">;

/** What is fixed before any operation is made. */
interface Sketch {
  input: Input;
  code: Code;
  /** neurons a population */
  sizes: number[];
  /** the sources of each population: 0 for the input, else 1 + the number of a population that spikes */
  wiring: number[][];
  /** where each population stands among the operations */
  places: number[];
}

const MEMBRANE_CODES = ["membrane-last", "membrane-max", "membrane-sum"] as const;
const SPIKE_CODES = ["count", "first", "population"] as const;

export function randomProgram(seed: number, options: RandomOptions = {}): Program {
  const random = new Random(seed);
  const populations = random.pick([1, 2, 2, 2, 3, 3, 4]);
  const plan = (options.learns ?? random.chance(0.5)) ? randomPlan(random, populations) : null;
  const sketch = randomSketch(random, populations, plan, options.wide ?? false);
  const operations = randomOperations(random, sketch, plan);
  const outputs = (operations[operations.length - 1] as Population).neurons;
  const pooled = sketch.code === "population" && plan === null;
  return {
    ...sketch.input,
    classes: pooled ? random.pick(divisors(outputs)) : outputs,
    code: sketch.code,
    operations,
    learning: plan && randomLearning(random, operations, plan, sketch.input),
    metadata: {
      zeta: random.int(0, 9),
      alpha: { y: [1, { d: "ü", b: null }], x: "σ".repeat(random.int(0, 15)) },
    },
  };
}

function randomSketch(random: Random, populations: number, plan: LearningPlan | null, wide: boolean): Sketch {
  const reads = plan ? plan.reads : random.chance(0.5);
  const input = randomInputShape(random, plan !== null);
  const wiring = randomWiring(random, populations, reads ? populations - 2 : populations - 1);
  const sources = input.inputKind === "analogue" ? wiring.map(frameFirst) : wiring;
  const sizes = sources.map((_, p) => {
    const outputs = plan !== null && p === populations - 1;
    if (wide && !outputs) return random.int(260, 600);
    return Math.max(outputs && random.chance(0.9) ? 2 : 1, randomSize(random));
  });
  let place = -1;
  const places = sources.map(({ length }) => (place += length + 1));
  return { input, code: random.pick(reads ? MEMBRANE_CODES : SPIKE_CODES), sizes, wiring: sources, places };
}

function randomInputShape(random: Random, learns: boolean): Input {
  const inputs = randomSize(random);
  const maxSteps = random.chance(0.2) ? random.int(30, random.chance(0.1) ? 200 : 60) : random.int(1, 20);
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

/**
 * A chain with shortcuts, and recurrent synapses from the population itself or one behind it.
 *
 * @param spiking the last population that spikes, −1 where none does
 */
function randomWiring(random: Random, populations: number, spiking: number): number[][] {
  return Array.from({ length: populations }, (_, p) => {
    const sources = [random.chance(0.9) ? p : random.int(0, p)];
    while (random.chance(0.25) && sources.length < 3) sources.push(random.int(0, p));
    while (p <= spiking && random.chance(0.3) && sources.length < 4) {
      sources.push(1 + (random.chance(0.6) ? p : random.int(p, spiking)));
    }
    if (random.chance(0.2)) sources.reverse();
    return sources;
  });
}

/** An analogue operation can only be the first into its population. */
function frameFirst(sources: number[]): number[] {
  const others = sources.filter((source) => source !== 0);
  return others.length < sources.length ? [0, ...others] : others;
}

function randomOperations(random: Random, sketch: Sketch, plan: LearningPlan | null): Operation[] {
  const operations: Operation[] = [];
  const last = sketch.sizes.length - 1;
  sketch.wiring.forEach((sources, p) => {
    const synapses = sources.map((source, n) => randomSynapses(random, sketch, source, p, n > 0));
    synapses.forEach((op) => operations.push({ ...op, name: `${op.kind}${operations.length}` }));
    const kind = p === last && sketch.code.startsWith("membrane") ? "li" : "lif";
    const signal = plan?.signals[p] ?? null;
    const needs = {
      simple: signal !== null && plan!.step,
      noCurrent: kind === "li" && signal !== null,
      smallBias: signal !== null,
    };
    const population = randomPopulation(
      random,
      kind,
      sketch.sizes[p],
      driveOf(sketch.input, synapses),
      needs,
    );
    operations.push({ ...population, name: `${kind}${operations.length}` });
  });
  return operations;
}

function randomSynapses(
  random: Random,
  { input, sizes, places }: Sketch,
  source: number,
  target: number,
  adds: boolean,
): Synapses {
  const analogue = source === 0 && input.inputKind === "analogue";
  const inputs = source === 0 ? input.inputs : sizes[source - 1];
  const outputs = sizes[target];
  return {
    ...{ kind: analogue ? "analogue" : "dense", name: "" },
    ...{ source: source === 0 ? 0 : 1 + places[source - 1], adds, inputs, outputs },
    weights: randomWeights(random, inputs * outputs),
  };
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

function divisors(n: number): number[] {
  return Array.from({ length: n }, (_, i) => i + 1).filter((d) => n % d === 0);
}
