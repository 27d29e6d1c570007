/**
 * `npm run soak`: a million lessons in a row on data that stay the same, with the default preset; accuracy and saturation all along.
 * `-- --lessons N` gives another number. Fails where the end is worse than the beginning, or weights have gathered at the ends of their range.
 */
import { uniformFrom } from "../host/random.js";
import { load } from "../host/node/index.js";
import type { Network, SpikeLists } from "../host/node/index.js";
import { USUAL_RATE } from "../tools/exporter/commands/learn-options.js";
import { percent } from "../tools/exporter/io.js";
import type { Model } from "../tools/exporter/model.js";
import { PRESETS } from "../tools/exporter/passes/learning.js";
import { exportModel } from "../tools/exporter/pipeline.js";
import { flagsOf } from "../examples/shared/command.js";
import { layer } from "./net.js";

const { lessons: LESSONS } = flagsOf({ lessons: 1_000_000 }, []);
const INPUTS = 40;
const NEURONS = 32;
const CLASSES = 4;
const STEPS = 20;
/** Spikes a step of an input that belongs to the class, and of the others. */
const ON = 0.12;
const OFF = 0.08;
const TESTS = 2000;
const LOOKS = 10;
/** What chance may take away between two means of three tests of 2,000. */
const SCATTER = 0.015;
const MEAN_OF = 3;
const MOST_SATURATED = 0.02;

const random = uniformFrom(7);

function windowOf(label: number): SpikeLists {
  const offsets = new Uint32Array(STEPS + 1);
  const events: number[] = [];
  for (let t = 0; t < STEPS; t++) {
    for (let i = 0; i < INPUTS; i++) if (random() < (i % CLASSES === label ? ON : OFF)) events.push(i);
    offsets[t + 1] = events.length;
  }
  return { offsets, events: Uint16Array.from(events) };
}

function freshNet(): Promise<Network> {
  const model: Model = {
    ...{ inputs: INPUTS, inputShape: [INPUTS], dt: 1e-3 },
    layers: [
      layer("hidden", "lif", -1, INPUTS, NEURONS, 0.25, random),
      layer("readout", "li", 0, NEURONS, CLASSES, 0.15, random),
    ],
  };
  const { blob } = exportModel(model, {
    ...{
      stateBits: 16,
      perNeuron: false,
      percentile: 100,
      headroom: 4,
      code: "membrane-sum",
      classes: CLASSES,
    },
    input: { kind: "spikes", range: 1, scale: 1 },
    ...{ maxSteps: STEPS, events: INPUTS * STEPS },
    learn: { layers: "all", schedules: ["window"], rate: USUAL_RATE, seed: 1, ...PRESETS["e-prop"].options },
  });
  return load(blob);
}

function accuracy(net: Network): number {
  let right = 0;
  for (let n = 0; n < TESTS; n++) {
    right += Number(net.run(windowOf(n % CLASSES), { record: false }).label === n % CLASSES);
  }
  return right / TESTS;
}

interface Look {
  lessons: number;
  accuracy: number;
  saturated: number;
}

/** Lessons up to `until`, then a look at where the net stands. */
function lookAfter(net: Network, from: number, until: number): Look {
  for (let n = from; n < until; n++) {
    const label = Math.floor(random() * CLASSES);
    net.learn(windowOf(label), label);
  }
  const saturated = Math.max(...net.saturation().map(({ share }) => share));
  return { lessons: until, accuracy: accuracy(net), saturated };
}

/** @param said told each look when it is there: a soak takes its time */
function looksAt(net: Network, said: (look: Look) => void): Look[] {
  return Array.from({ length: LOOKS }, (_, n) => {
    const [from, until] = [n, n + 1].map((looks) => Math.round((looks * LESSONS) / LOOKS));
    const look = lookAfter(net, from, until);
    said(look);
    return look;
  });
}

function lineOf({ lessons, accuracy, saturated }: Look): string {
  return `${lessons} lessons: ${percent(accuracy)} right, ${percent(saturated)} of a layer at its ends`;
}

function noWorse(looks: Look[]): boolean {
  const mean = (some: Look[]): number => some.reduce((sum, look) => sum + look.accuracy, 0) / some.length;
  const [first, last] = [mean(looks.slice(0, MEAN_OF)), mean(looks.slice(-MEAN_OF))];
  return last >= first - SCATTER && looks[looks.length - 1].saturated <= MOST_SATURATED;
}

const looks = looksAt(await freshNet(), (look) => console.log(lineOf(look)));
const holds = noWorse(looks);
console.log(holds ? "no worse at the end" : "WORSE at the end");
if (!holds) process.exitCode = 1;
