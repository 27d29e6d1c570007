/**
 * The same task as the ReckOn chip was shown (Frenkel and Indiveri 2022): its 50 training and 50 test trials, its initial weights. They are not
 * part of Spikelet; shared/data/reckon-cue beside the checkout has them, or ChFrenkel/ReckOn on GitHub.
 */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { SpikeLists } from "../../host/node/index.js";
import { load } from "../../host/node/index.js";
import type { Model } from "../../tools/exporter/model.js";
import { exportModel } from "../../tools/exporter/pipeline.js";
import { plainLayer } from "../../tools/exporter/plain-layer.js";
import { answer } from "./course.js";
import { CLASSES, INPUTS, RECALL, STEPS } from "./task.js";
import type { Trial } from "./task.js";

const NEURONS = 100;
/** A weight's byte in thresholds (614, weights are shifted left by 3), and in units of the readout that make a good softmax. */
const WEIGHT = 8 / 614;
const READOUT_WEIGHT = 8 / 125;
const LARGEST = 127;
const READOUT_DECAY = 0x79 / 128;
/** The chip's leak rounds down: what is negative stays, so that its neurons keep evidence for longer than its decay of 2 s says. */
const TAU = 20_000;
const HIDDEN_RATE = 4e-6;
const READOUT_RATE = 2e-4;
const MOST_RATE = 10 / STEPS;
const STRENGTH = 0.008 * STEPS;

export interface ReckonCourse {
  seed: number;
  /** of the test trials, right answers after each epoch */
  right: number[];
}

type Part = "train" | "test";
const PARTS: Part[] = ["train", "test"];
const MATRICES = ["inp", "rec", "out"] as const;

/**
 * @param folder the one that holds `reckon-cue`
 * @returns one line on what is not there and where it comes from; null where everything is
 */
export function missingTrials(folder: string): string | null {
  const needed = [
    ...PARTS.map((part) => trialsFile(folder, part)),
    ...MATRICES.map((of) => weightsFile(folder, of)),
  ];
  const absent = needed.find((file) => !existsSync(file));
  if (absent === undefined) return null;
  return `found no ${absent}: the trials and weights of the ReckOn chip are github.com/ChFrenkel/ReckOn, its files of cue accumulation (*cueAcc*.dat) go there; SPIKELET_SHARED names the folder of reckon-cue`;
}

function trialsFile(folder: string, part: Part): string {
  return join(folder, "reckon-cue", `dataset_cueAcc_${part}.dat`);
}

function weightsFile(folder: string, of: (typeof MATRICES)[number]): string {
  return join(folder, "reckon-cue", `init_rand_weights_${of}_cueAcc.dat`);
}

/** Pairs of numbers: an input and its step, −2 and the label, −1 at the end of a trial. */
function readTrials(folder: string, part: Part): Trial[] {
  const [, ...lines] = linesOf(trialsFile(folder, part));
  const trials: Trial[] = [];
  let lists: number[][] = Array.from({ length: STEPS }, () => []);
  let label = 0;
  for (const line of lines) {
    const [a, b] = line.split(",").map(Number);
    if (a >= 0) lists[Math.min(b, STEPS - 1)].push(a);
    else if (a === -2) label = b;
    else {
      trials.push({ window: windowOf(lists), label });
      lists = Array.from({ length: STEPS }, () => []);
    }
  }
  return trials;
}

function linesOf(file: string): string[] {
  return readFileSync(file, "utf8").trim().split("\n");
}

function windowOf(lists: number[][]): SpikeLists {
  const offsets = new Uint32Array(lists.length + 1);
  lists.forEach((list, t) => (offsets[t + 1] = offsets[t] + list.length));
  return { offsets, events: Uint16Array.from(lists.flat()) };
}

/** Learns the training trials in the order of the file, and is tested after each epoch. */
export async function reckonCourse(folder: string, seed: number, epochs: number): Promise<ReckonCourse> {
  const [train, test] = PARTS.map((part) => readTrials(folder, part));
  const net = await load(blobOf(folder, seed));
  const right: number[] = [];
  for (let epoch = 0; epoch < epochs; epoch++) {
    for (const { window, label } of train) {
      net.learn(window, { label, from: STEPS - RECALL });
    }
    right.push(test.filter((trial) => answer(net, trial) === trial.label).length);
  }
  return { seed, right };
}

function blobOf(folder: string, seed: number): Uint8Array<ArrayBuffer> {
  const [into, within, out] = MATRICES.map((of) =>
    Float64Array.from(linesOf(weightsFile(folder, of)), Number),
  );
  const hidden = plainLayer("hidden", "lif", NEURONS, Math.exp(-1 / TAU), [
    { name: "input to hidden", source: -1, inputs: INPUTS, weights: into.map((w) => w * WEIGHT) },
    { name: "hidden to hidden", source: 0, inputs: NEURONS, weights: within.map((w) => w * WEIGHT) },
  ]);
  const readout = plainLayer("readout", "li", CLASSES, READOUT_DECAY, [
    { name: "hidden to readout", source: 0, inputs: NEURONS, weights: out.map((w) => w * READOUT_WEIGHT) },
  ]);
  const most = (...all: Float64Array[]): number =>
    Math.max(...all.map((w) => w.reduce((a, x) => Math.max(a, Math.abs(x)), 0)));
  const model: Model = {
    inputs: INPUTS,
    inputShape: [INPUTS],
    layers: [{ ...hidden, orEqual: true }, readout],
    dt: 0.001,
  };
  return exportModel(model, {
    ...{ stateBits: 32, perNeuron: false, percentile: 100, code: "membrane-sum", classes: CLASSES },
    // with these the chip's bytes are the blob's
    headroom: { hidden: LARGEST / most(into, within), readout: LARGEST / most(out) },
    input: { kind: "spikes", range: 1, scale: 1 },
    ...{ maxSteps: STEPS, events: 8 * STEPS },
    learn: {
      ...{ layers: "all", schedules: ["window"], signal: "symmetric", biases: false, seed },
      ...{ rate: HIDDEN_RATE, rates: { readout: READOUT_RATE } },
      surrogate: { width: 1.5 },
      regularise: { strength: STRENGTH, upper: { bound: MOST_RATE, norm: "each" } },
    },
  }).blob;
}
