/**
 * `npm run soak`: a million lessons in a row on data that stay the same, with the default preset; accuracy and saturation all along.
 * Fails where the end is worse than the beginning, or weights have gathered at the ends of their range.
 */
import { uniformFrom } from "../host/random.js";
import { load } from "../host/node/index.js";
import type { Network, SpikeLists } from "../host/node/index.js";
import { USUAL_RATE } from "../tools/exporter/commands/learn-options.js";
import type { Model } from "../tools/exporter/model.js";
import { PRESETS } from "../tools/exporter/passes/learning.js";
import { exportModel } from "../tools/exporter/pipeline.js";
import { layer } from "./net.js";

const LESSONS = Number(process.argv[2] ?? 1_000_000);
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

const net = await freshNet();
const looks: { lessons: number; accuracy: number; saturated: number }[] = [];
for (let done = 0; done < LESSONS;) {
  for (let n = 0; n < LESSONS / LOOKS; n++) {
    const label = Math.floor(random() * CLASSES);
    net.learn(windowOf(label), label);
  }
  done += LESSONS / LOOKS;
  const saturated = Math.max(...net.saturation().map(({ share }) => share));
  looks.push({ lessons: done, accuracy: accuracy(net), saturated });
  const { accuracy: now } = looks[looks.length - 1];
  process.stdout.write(
    `${done} lessons: ${(100 * now).toFixed(1)} % right, ${(100 * saturated).toFixed(2)} % of a layer at its ends\n`,
  );
}
const mean = (some: typeof looks): number => some.reduce((sum, look) => sum + look.accuracy, 0) / some.length;
const [first, last] = [mean(looks.slice(0, MEAN_OF)), mean(looks.slice(-MEAN_OF))];
const holds = last >= first - SCATTER && looks[looks.length - 1].saturated <= MOST_SATURATED;
process.stdout.write(holds ? "no worse at the end\n" : "WORSE at the end\n");
if (!holds) process.exitCode = 1;
