/** One user whom a net has never met: the net becomes a blob, and the core learns his gestures, a window at a time. */
import { readFileSync } from "node:fs";
import { load } from "../../host/node/index.js";
import type { Network } from "../../host/node/index.js";
import { shuffled } from "../../tools/exporter/data/random.js";
import type { Model } from "../../tools/exporter/model.js";
import type { Exported } from "../../tools/exporter/pipeline.js";
import { exportModel, readModel } from "../../tools/exporter/pipeline.js";
import { netFile } from "./data.js";
import type { Sample } from "./data.js";
import { CHANNELS, STEPS } from "./front-end.js";
import { GESTURES } from "./windows.js";

/** Passes over the lessons, and what each makes of the learning rate of the one before. */
export const PASSES = 10;
/** Windows of the other users: to learn again, to see what is forgotten, to measure the ranges of membranes on. */
const REPLAYED = 160;
const KEPT = 400;
const CALIBRATION = 150;

/** How to learn. */
export interface Way {
  layers: "all" | "readout";
  /** after each lesson a window of the users that the net was trained on */
  replay: boolean;
  /** learning rate of the first pass, as in `spikelet export --rate` */
  rate: number;
  /** factor of the learning rate from pass to pass */
  annealing: number;
}

/** What there is to learn and to test on. */
export interface Task {
  model: Model;
  /** the new user's 160 labelled windows of session 1 */
  lessons: Sample[];
  /** his windows of another session */
  test: Sample[];
  /** windows of the users that the net was trained on */
  others: Sample[];
}

/** Balanced accuracies, and what the machine pays. */
export interface Outcome {
  before: number;
  after: number;
  /** of the users that the net was trained on, windows that are not replayed */
  othersBefore: number;
  othersAfter: number;
  blobBytes: number;
  arenaBytes: number;
  /** of one lesson: the window run, and learnt */
  lessonMilliseconds: number;
}

/** @param session the one to test on */
export async function taskOf(
  folder: string,
  samples: Sample[],
  user: number,
  session: number,
): Promise<Task> {
  const file = netFile(folder, user);
  const { model } = await readModel(readFileSync(file), file, {
    discretise: "euler",
    reset: "subtract",
    resetAt: "next",
    dt: 1e-4,
    readoutMembrane: true,
  });
  const own = samples.filter((sample) => sample.user === user);
  return {
    model,
    lessons: own.filter(({ lesson }) => lesson),
    test: own.filter((sample) => sample.session === session),
    others: samples.filter((sample) => sample.user !== user),
  };
}

/**
 * @param seed of all that is drawn: the other users' windows, the order of the lessons, the core's rounding
 * @param tick called after each lesson
 */
export async function adapt(
  task: Task,
  way: Way,
  seed: number,
  tick: () => void = () => {},
): Promise<Outcome> {
  const others = shuffled(task.others.length, seed).map((i) => task.others[i]);
  const replayed = others.slice(0, REPLAYED);
  const kept = others.slice(REPLAYED, REPLAYED + KEPT);
  const calibration = others.slice(REPLAYED + KEPT, REPLAYED + KEPT + CALIBRATION);

  const { blob, arenaBytes } = exportBlob(task.model, calibration, way, seed);
  const net = await load(blob);
  const [before, othersBefore] = [task.test, kept].map((samples) => balancedAccuracy(net, samples));
  const begin = performance.now();
  const lessons = learn(net, task.lessons, way.replay ? replayed : [], way, seed, tick);
  const lessonMilliseconds = (performance.now() - begin) / lessons;
  const [after, othersAfter] = [task.test, kept].map((samples) => balancedAccuracy(net, samples));
  net.dispose();
  return { before, after, othersBefore, othersAfter, blobBytes: blob.length, arenaBytes, lessonMilliseconds };
}

function exportBlob(model: Model, calibration: Sample[], { layers, rate }: Way, seed: number): Exported {
  return exportModel(model, {
    stateBits: 16,
    perNeuron: false,
    percentile: 100,
    code: "membrane-sum",
    classes: GESTURES,
    input: { kind: "spikes", range: 1, scale: 1 },
    maxSteps: STEPS,
    events: STEPS * CHANNELS,
    learn: { layers, schedules: ["window"], rate, filtered: true, seed },
    calibration: calibration.map(({ spikes }) => ({ frames: spikes, steps: STEPS, hold: false })),
    metadata: { name: "wrist-band" },
  });
}

/** Mean over the gestures of the share that is told right: rest counts no more than any other. */
function balancedAccuracy(net: Network, samples: Sample[]): number {
  const shares = Array.from({ length: GESTURES }, (_, gesture) => {
    const windows = samples.filter((sample) => sample.gesture === gesture);
    const right = windows.filter(({ spikes }) => net.run(spikes, { record: false }).label === gesture);
    return windows.length === 0 ? [] : [right.length / windows.length];
  }).flat();
  return shares.reduce((sum, share) => sum + share, 0) / shares.length;
}

/**
 * All lessons, pass by pass in a new order, at a learning rate that falls.
 *
 * @param replayed windows of old users, one after each lesson, round and round; none without replay
 * @returns number of windows learnt
 */
function learn(
  net: Network,
  lessons: Sample[],
  replayed: Sample[],
  { annealing }: Way,
  seed: number,
  tick: () => void,
): number {
  let learnt = 0;
  let reminders = 0;
  const teach = ({ spikes, gesture }: Sample): void => {
    net.learn(spikes, gesture);
    learnt++;
  };
  for (let pass = 0; pass < PASSES; pass++) {
    net.rate = annealing ** pass;
    for (const i of shuffled(lessons.length, seed * PASSES + pass)) {
      teach(lessons[i]);
      if (replayed.length > 0) teach(replayed[reminders++ % replayed.length]);
      tick();
    }
  }
  return learnt;
}
