/** `npm run bench:rules`: what each rule costs on one recurrent net, as a multiple of inference, and its memory. docs/LEARNING.md has the table. */
import { PRESETS } from "../tools/exporter/passes/learning.js";
import type { LearnOptions } from "../tools/exporter/passes/learning.js";
import type { Model } from "../tools/exporter/model.js";
import { calibrate } from "../tools/exporter/passes/calibrate.js";
import { quantise } from "../tools/exporter/passes/quantise.js";
import type { Program } from "../tools/exporter/program.js";
import { uniformFrom } from "../host/random.js";
import { Core } from "./core.js";
import type { Build } from "./core.js";
import { HIDDEN, INPUTS, layer, makeWindow, OUTPUTS, STEPS, toFrames, WINDOWS } from "./net.js";
import type { BenchWindow } from "./net.js";

const ROUNDS = 21;
const RATE = 1e-4;
const SPREAD = 0.075;
const RECURRENT_SPREAD = 0.03;
const READOUT_SPREAD = 0.1;

interface Rule {
  name: string;
  learn: Partial<LearnOptions>;
}

const RULES: Rule[] = [
  ...Object.entries(PRESETS)
    .filter(([name]) => name !== "r-stdp")
    .map(([name, { options }]) => ({ name, learn: options })),
  { name: "e-prop, random feedback", learn: { signal: "random" } },
  { name: "e-prop, no residuals", learn: { signal: "symmetric", residuals: false } },
  { name: "e-prop, momentum", learn: { signal: "symmetric", update: { kind: "momentum", kept: 0.9 } } },
];

/** The net of the other benchmark with recurrent connections. */
function recurrentModel(): { model: Model; windows: BenchWindow[] } {
  const random = uniformFrom(1);
  const hidden = layer("hidden", "lif", -1, INPUTS, HIDDEN, SPREAD, random);
  const within = layer("hidden", "lif", 0, HIDDEN, HIDDEN, RECURRENT_SPREAD, random).connections[0];
  hidden.connections.push({ ...within, name: "hidden.recurrent" });
  const readout = layer("readout", "li", 0, HIDDEN, OUTPUTS, READOUT_SPREAD, random);
  const model = { inputs: INPUTS, inputShape: [INPUTS], dt: 1e-3, layers: [hidden, readout] };
  return { model, windows: Array.from({ length: WINDOWS }, () => makeWindow(random)) };
}

const { model, windows } = recurrentModel();
const ranges = calibrate(
  model,
  windows.map((window) => ({ frames: toFrames(window), steps: STEPS })),
);

function programOf(learn: Partial<LearnOptions> | null): Program {
  return quantise(model, ranges, {
    ...{ stateBits: 16, perNeuron: false, percentile: 100, code: "membrane-sum", classes: OUTPUTS },
    input: { kind: "spikes", range: 1, scale: 1 },
    ...{ maxSteps: STEPS, events: Math.max(...windows.map(({ events }) => events.length)), metadata: {} },
    learn: learn && { layers: "all", schedules: ["window"], rate: RATE, seed: 1, anyRate: true, ...learn },
  }).program;
}

interface Timed {
  name: string;
  core: Core;
  learns: boolean;
  times: number[];
}

function contestants(build: Build): Timed[] {
  const inference = { name: "inference", core: new Core(build, programOf(null)), learns: false, times: [] };
  const rules = RULES.map(({ name, learn }) => ({
    ...{ name, core: new Core(build, programOf(learn)), learns: true },
    times: [],
  }));
  return [inference, ...rules];
}

function measure(all: Timed[]): void {
  for (let round = 0; round < ROUNDS; round++) {
    for (const { core, learns, times } of all) {
      if (learns) core.restore();
      const begin = performance.now();
      for (const window of windows) {
        if (learns) core.learn(window);
        else core.window(window);
      }
      times.push(performance.now() - begin);
    }
  }
}

const median = (times: number[]): number => times.slice().sort((a, b) => a - b)[times.length >> 1];

const simd = contestants("simd");
const mvp = contestants("mvp");
for (const all of [simd, mvp]) measure(all);
process.stdout.write(
  "| rule | SIMD | MVP | bytes a synapse | arena, bytes |\n| --- | --- | --- | --- | --- |\n",
);
simd.forEach(({ name, core }, n) => {
  const [a, b] = [simd, mvp].map((all) => median(all[n].times) / median(all[0].times));
  const more = core.extraBytes();
  process.stdout.write(
    `| ${name} | ${a.toFixed(2)} | ${b.toFixed(2)} | ${more} | ${core.arenaBytes.toLocaleString("en")} |\n`,
  );
});
