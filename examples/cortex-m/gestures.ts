/**
 * A net small enough for 16 kB of RAM, and what it is to learn: six gestures, as 64 channels of spikes report them. The hidden
 * weights are random and the readout knows nothing; all that it can do in the end it was taught on the device.
 */
import { connection, plainLayer } from "../../tools/exporter/plain-layer.js";
import type { Model } from "../../tools/exporter/model.js";
import { exportModel } from "../../tools/exporter/pipeline.js";
import type { Exported } from "../../tools/exporter/pipeline.js";
import { Generator } from "../shared/generator.js";

export const CHANNELS = 64;
export const HIDDEN = 32;
export const GESTURES = 6;
export const STEPS = 20;

/** A gesture: so many channels, each with so many spikes at its times; in a recording they come up to a step early or late. */
const ACTIVE = 12;
const SPIKES = 3;
const MISSED = 0.1;
/** Spikes of no meaning in a recording. */
const STRAY = 8;
/** Room for spikes: all of a gesture's and the strays. */
const ROOM = 64;

const RATE = 2 ** -9;
const SEED = 20;

export interface Recording {
  label: number;
  /** indices of channels, step by step */
  steps: number[][];
}

type Gesture = { channel: number; step: number }[];

/** 0 … count − 1. */
function below(random: Generator, count: number): number {
  return Math.floor(count * random.next());
}

function gesture(random: Generator): Gesture {
  const channels = Array.from({ length: CHANNELS }, (_, channel) => ({ channel, order: random.next() }));
  channels.sort((a, b) => a.order - b.order);
  return channels
    .slice(0, ACTIVE)
    .flatMap(({ channel }) =>
      Array.from({ length: SPIKES }, () => ({ channel, step: below(random, STEPS) })),
    );
}

function record(random: Generator, label: number, spikes: Gesture): Recording {
  const steps: number[][] = Array.from({ length: STEPS }, () => []);
  for (const { channel, step } of spikes) {
    const late = below(random, 3) - 1;
    if (random.next() >= MISSED) steps[Math.max(0, Math.min(STEPS - 1, step + late))].push(channel);
  }
  for (let i = 0; i < STRAY; i++) steps[below(random, STEPS)].push(below(random, CHANNELS));
  return { label, steps };
}

/** Recordings in which the gestures take turns, other ones for every seed. */
export function recordings(count: number, seed: number): Recording[] {
  const templates = new Generator(SEED);
  const gestures = Array.from({ length: GESTURES }, () => gesture(templates));
  const random = new Generator(seed);
  return Array.from({ length: count }, (_, i) => record(random, i % GESTURES, gestures[i % GESTURES]));
}

function model(): Model {
  const random = new Generator(SEED);
  const spread = (width: number) => (): number => width * random.gaussian();
  const hidden = plainLayer("hidden", "lif", HIDDEN, Math.exp(-1 / 8), [
    connection("channels to hidden", -1, CHANNELS, HIDDEN, spread(0.4)),
  ]);
  const readout = plainLayer("readout", "li", GESTURES, Math.exp(-1 / 16), [
    connection("hidden to readout", 0, HIDDEN, GESTURES, spread(0.1)),
  ]);
  return { inputs: CHANNELS, inputShape: [CHANNELS], layers: [hidden, readout], dt: 0.01 };
}

export function exportGestures(): Exported {
  return exportModel(model(), {
    ...{ stateBits: 16, perNeuron: false, percentile: 100, headroom: 4 },
    ...{ code: "membrane-sum", classes: GESTURES, input: { kind: "spikes", range: 1, scale: 1 } },
    ...{ maxSteps: STEPS, events: ROOM },
    learn: { layers: "all", schedules: ["window"], rate: RATE, filtered: true, seed: 1 },
    metadata: { name: "gestures" },
  });
}
