/**
 * The demo: a net that snnTorch trained becomes a blob of integers, reads handwritten digits, and learns on the spot to read them
 * turned. `npm run demo`; `--json` prints one object instead.
 */
import { readFileSync, statSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { load } from "../../host/node/index.js";
import type { Network } from "../../host/node/index.js";
import { coreFile } from "../../tools/exporter/core.js";
import type { Model } from "../../tools/exporter/model.js";
import { exportModel, readModel } from "../../tools/exporter/pipeline.js";
import { decode } from "../../tools/exporter/simulate/decode.js";
import { FloatNetwork } from "../../tools/exporter/simulate/float.js";
import { flagsOf, orLeave } from "../shared/command.js";
import { readDigits, turned } from "./data.js";
import type { Digit } from "./data.js";
import { bar, columns, picture, raster, sparkline } from "./terminal.js";

const STEPS = 12;
const CLASSES = 10;
const HIDDEN = 128;
/** The drift: digits turned so far that the net misreads half of them. */
const DEGREES = 40;
/** Labelled digits a class to learn from, old ones a class to replay, passes over them, learning rate. */
const LESSONS = 20;
const REPLAYS = 20;
const PASSES = 5;
const RATE = 4.5e-5;

const { json } = flagsOf({}, ["json"]);
const say = (line = ""): void => {
  if (!json) console.log(line);
};
const percent = (x: number): string => `${(100 * x).toFixed(2)} %`;

const HELD = { steps: STEPS, hold: true } as const;

function floatFrame({ pixels }: Digit): Float64Array {
  return Float64Array.from(pixels, (p) => p / 255);
}

async function readNet(): Promise<Model> {
  const file = "digits.nir";
  // compiled or not, the model lies beside the sources
  const folder = fileURLToPath(
    new URL(import.meta.url.includes("/dist/") ? "../../../examples/digits/" : "./", import.meta.url),
  );
  const bytes = readFileSync(join(folder, file));
  const { model } = await readModel(bytes, file, {
    discretise: "euler",
    reset: "subtract",
    resetAt: "next",
    dt: 1e-4,
    readoutMembrane: true,
  });
  return model;
}

function exportBlob(model: Model, adapt: Digit[], stateBits: 8 | 16): ReturnType<typeof exportModel> {
  return exportModel(model, {
    stateBits,
    perNeuron: false,
    percentile: 100,
    code: "membrane-sum",
    classes: CLASSES,
    input: { kind: "analogue", range: 255, scale: 1 / 255 },
    maxSteps: STEPS,
    events: 1,
    learn: { layers: "all", schedules: ["window"], rate: RATE, filtered: true, seed: 1 },
    calibration: adapt.map((digit) => ({ frames: floatFrame(digit), ...HELD })),
    metadata: { name: "digits" },
  });
}

/** Share of digits that are read right. */
function accuracy(net: Network, digits: Digit[], label = ""): number {
  const progress = bar(label, digits.length, !json && label !== "");
  let right = 0;
  for (const digit of digits) {
    if (net.run(digit.pixels, { ...HELD, record: false }).label === digit.label) right++;
    progress();
  }
  return right / digits.length;
}

function floatAccuracy(model: Model, digits: Digit[]): number {
  const network = new FloatNetwork(model);
  const right = digits.filter((digit) => {
    const { outputs } = network.run({ frames: floatFrame(digit), ...HELD });
    return decode(outputs, "membrane-sum", CLASSES, STEPS).label === digit.label;
  });
  return right.length / digits.length;
}

/** Spikes, synaptic operations and microseconds a step, means over the digits. */
function costs(net: Network, digits: Digit[]): { spikes: number; sops: number; microseconds: number } {
  let [spikes, sops] = [0, 0];
  for (const { pixels } of digits) {
    net.run(pixels, { ...HELD, record: false });
    spikes += net.stats.spikes;
    sops += net.stats.sops;
  }
  const begin = performance.now();
  for (const { pixels } of digits) net.run(pixels, { ...HELD, record: false });
  const microseconds = (1000 * (performance.now() - begin)) / (digits.length * STEPS);
  return { spikes: spikes / digits.length, sops: sops / digits.length, microseconds };
}

/** The first `count` digits of each class from `first` on, the classes taking turns. */
function pick(digits: Digit[], first: number, count: number): Digit[] {
  const classes = Array.from({ length: CLASSES }, (_, c) => digits.filter(({ label }) => label === c));
  return Array.from({ length: count }, (_, i) => classes.map((ofClass) => ofClass[first + i])).flat();
}

/** One digit at a time, each followed by an old one where there are any; accuracy after each pass. */
function learn(net: Network, lessons: Digit[], old: Digit[], test: Digit[], label: string): number[] {
  const progress = bar(label, PASSES * lessons.length, !json);
  let replayed = 0;
  return Array.from({ length: PASSES }, () => {
    for (const lesson of lessons) {
      net.learn(lesson.pixels, lesson.label, HELD);
      if (old.length > 0) {
        const reminder = old[replayed++ % old.length];
        net.learn(reminder.pixels, reminder.label, HELD);
      }
      progress();
    }
    return accuracy(net, test);
  });
}

/** Saves and loads the net; whether the copy says the same of every digit, in every score. */
async function survives(net: Network, digits: Digit[]): Promise<boolean> {
  const folder = await mkdtemp(join(tmpdir(), "spikelet-"));
  try {
    await net.save(join(folder, "learnt.spkl"));
    const copy = await load(join(folder, "learnt.spkl"));
    return digits.every(({ pixels }) => {
      const [a, b] = [net.run(pixels, HELD), copy.run(pixels, HELD)];
      return a.scores.every((score, c) => score === b.scores[c]);
    });
  } finally {
    await rm(folder, { recursive: true });
  }
}

function hiddenRaster(net: Network, { pixels }: Digit): Uint8Array[] {
  net.reset();
  const frame = Int16Array.from(pixels);
  return Array.from({ length: STEPS }, () => {
    net.step(frame, { record: false });
    const fired = new Uint8Array(HIDDEN);
    for (const j of net.spikes(1)) fired[j] = 1;
    return fired;
  });
}

async function main(): Promise<void> {
  const model = await readNet();
  const [test, adapt] = [readDigits("test"), readDigits("adapt")];
  const exported = exportBlob(model, adapt, 16);
  const { blob, arenaBytes } = exported;
  const wasmBytes = statSync(coreFile("spikelet.wasm")).size;
  say("1. A net that snnTorch trained, 784-128-10, becomes a blob of integers\n");
  say(`   flash   blob ${blob.length} bytes, core ${wasmBytes} bytes`);
  say(`   RAM     arena ${arenaBytes} bytes, learning included`);

  say(`\n2. It reads ${test.length} handwritten digits that neither training nor calibration saw\n`);
  const net = await load(blob);
  const accuracyFloat = floatAccuracy(model, test);
  const accuracyInteger = accuracy(net, test, "reading");
  const accuracy8 = accuracy(await load(exportBlob(model, adapt, 8).blob), test);
  const cost = costs(net, test.slice(0, 500));
  say(`   float               ${percent(accuracyFloat)}`);
  say(`   16-bit membranes    ${percent(accuracyInteger)}`);
  say(`   8-bit membranes     ${percent(accuracy8)}`);
  say(`   a digit             ${cost.spikes.toFixed(0)} spikes, ${cost.sops.toFixed(0)} synaptic operations`);
  say(`   a step              ${cost.microseconds.toFixed(2)} µs\n`);
  const shown = test[Math.floor(test.length * 0.55)];
  say(columns(picture(shown.pixels, 28), raster(hiddenRaster(net, shown))));

  say(
    `\n3. The digits are turned by ${DEGREES}°; it learns from ${LESSONS} of them a class, one at a time\n`,
  );
  const drifted = test.map((digit) => turned(digit, DEGREES));
  const lessons = pick(adapt, 0, LESSONS).map((digit) => turned(digit, DEGREES));
  const old = pick(adapt, LESSONS, REPLAYS);
  const before = accuracy(net, drifted);
  const curve = learn(net, lessons, old, drifted, "learning");
  const drift = {
    before,
    after: curve[curve.length - 1],
    oldBefore: accuracyInteger,
    oldAfter: accuracy(net, test),
    samples: lessons.length,
  };
  const bare = await load(blob);
  const bareCurve = learn(bare, lessons, [], drifted, "without replay");
  const won = (drift.after - before) / (accuracyInteger - before);
  const row = (label: string, turnedDigits: string, oldDigits: string): void =>
    say(`   ${label.padEnd(34)}${turnedDigits.padEnd(24)}${oldDigits}`);
  const after = (points: number[]): string => `${percent(points[PASSES - 1])} ${sparkline(points, before)}`;
  row("", "turned digits", "old digits");
  row("before", percent(before), percent(accuracyInteger));
  row(`after, ${REPLAYS * CLASSES} old digits replayed`, after(curve), percent(drift.oldAfter));
  row("after, nothing replayed", after(bareCurve), percent(accuracy(bare, test)));
  row("won back", `${percent(won)} of what was lost, in ${PASSES} passes`, "");
  const same = await survives(net, drifted.slice(0, 300));
  row("saved, loaded, read again", same ? "the same scores" : "DIFFERENT SCORES", "");
  if (!same) process.exitCode = 1;
  if (json) {
    console.log(
      JSON.stringify({
        accuracyFloat,
        accuracyInteger,
        accuracy8,
        blobBytes: blob.length,
        arenaBytes,
        wasmBytes,
        drift,
      }),
    );
  }
}

await orLeave(main);
