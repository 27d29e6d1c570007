/** One speaker whom a net has never heard: the net becomes a blob, and the core learns his digits, a recording at a time. */
import { readFileSync } from "node:fs";
import { load } from "../../host/node/index.js";
import type { Network } from "../../host/node/index.js";
import { shuffled } from "../../tools/exporter/data/random.js";
import { exportModel, readModel } from "../../tools/exporter/pipeline.js";
import { DIGITS, netFile } from "./data.js";
import type { Sample } from "./data.js";
import { CHANNELS, STEPS } from "./front-end.js";

/** Takes below this are for tests alone; the others are to learn from, to replay and to calibrate on. */
const FIRST_LESSON = 25;
/** Windows of the other speakers that the ranges of membranes are measured on. */
const CALIBRATION = 150;
const CALIBRATION_SEED = 1;
/** Learning rate that a blob carries, as in `spikelet export --rate`; recipes multiply it. */
const RATE = 1e-4;

/** How to learn. */
export interface Recipe {
  /** `net.rate` of the first pass */
  rate: number;
  /** factor of `net.rate` from pass to pass */
  annealing: number;
  /** passes over the lessons, each in an order of its own */
  passes: number;
  /** windows of the other speakers that are kept; one is learnt again after each lesson, round and round */
  replayed: number;
}

/** A blob, what it is to learn from, and what to test it on. */
export interface Task {
  blob: Uint8Array;
  arenaBytes: number;
  /** the new speaker's takes 25 … 49 and 0 … 24 */
  lessons: Sample[];
  test: Sample[];
  /** the same of the speakers that the net was trained on */
  known: Sample[];
  knownTest: Sample[];
}

export async function taskOf(folder: string, samples: Sample[], speaker: string): Promise<Task> {
  const part = (own: boolean, test: boolean): Sample[] =>
    samples.filter((sample) => (sample.speaker === speaker) === own && sample.take < FIRST_LESSON === test);
  const known = part(false, false);
  const calibration = draw(known, CALIBRATION, CALIBRATION_SEED);
  const { blob, arenaBytes } = await exportBlob(netFile(folder, speaker), calibration);
  return {
    blob,
    arenaBytes,
    lessons: part(true, false),
    test: part(true, true),
    known,
    knownTest: part(false, true),
  };
}

async function exportBlob(
  file: string,
  calibration: Sample[],
): Promise<{ blob: Uint8Array; arenaBytes: number }> {
  const { model } = await readModel(readFileSync(file), file, {
    discretise: "euler",
    reset: "subtract",
    resetAt: "next",
    dt: 1e-4,
    readoutMembrane: true,
  });
  return exportModel(model, {
    stateBits: 16,
    perNeuron: false,
    percentile: 100,
    code: "membrane-sum",
    classes: DIGITS,
    input: { kind: "spikes", range: 1, scale: 1 },
    maxSteps: STEPS,
    events: STEPS * CHANNELS,
    learn: { layers: "all", schedules: ["window"], rate: RATE, filtered: true, seed: 1 },
    calibration: calibration.map(({ spikes }) => ({ frames: spikes, steps: STEPS })),
    metadata: { name: "spoken-digits" },
  });
}

/** Some of the samples, in an order that the seed decides. */
function draw(samples: Sample[], count: number, seed: number): Sample[] {
  return shuffled(samples.length, seed)
    .slice(0, count)
    .map((i) => samples[i]);
}

/** What a speaker is asked for: all ten digits of a few takes, which the seed decides. */
export function drawTakes(lessons: Sample[], count: number, seed: number): Sample[] {
  const takes = [...new Set(lessons.map(({ take }) => take))];
  const drawn = shuffled(takes.length, seed)
    .slice(0, count)
    .map((i) => takes[i]);
  return lessons.filter(({ take }) => drawn.includes(take));
}

/**
 * A net as it was shipped learns some takes.
 *
 * @param known where the replayed windows are drawn from
 * @param seed of what is replayed, and of the order of the lessons
 * @param tick called after each lesson
 * @returns the net, to be disposed of
 */
export async function adapt(
  blob: Uint8Array,
  lessons: Sample[],
  known: Sample[],
  recipe: Recipe,
  seed: number,
  tick: () => void = () => {},
): Promise<Network> {
  const net = await load(blob);
  const reminders = draw(known, recipe.replayed, seed);
  let reminded = 0;
  for (let pass = 0; pass < recipe.passes; pass++) {
    net.rate = recipe.rate * recipe.annealing ** pass;
    for (const i of shuffled(lessons.length, seed * recipe.passes + pass)) {
      net.learn(lessons[i].spikes, lessons[i].digit);
      if (reminders.length > 0) {
        const { spikes, digit } = reminders[reminded++ % reminders.length];
        net.learn(spikes, digit);
      }
      tick();
    }
  }
  return net;
}

/** Share of right answers. */
export function accuracy(net: Network, samples: Sample[]): number {
  const right = samples.filter(({ spikes, digit }) => net.run(spikes, { record: false }).label === digit);
  return right.length / samples.length;
}
