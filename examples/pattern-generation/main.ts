/**
 * Pattern generation: random weights learn, inside the core, to turn noise into a sum of sines; e-prop, real-time recurrent learning (the
 * gradient of backpropagation through time) and the readout alone. `npm run pattern-generation`; `-- --seeds N`, `--trials N`, `--json`.
 */
import { parseArgs } from "node:util";
import { progressOf, table } from "../../tools/exporter/io.js";
import { course } from "./course.js";
import type { Way } from "./net.js";

const WAYS: Way[] = ["e-prop", "rtrl", "readout"];

const { values: flags } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    seeds: { type: "string", default: "5" },
    trials: { type: "string", default: "1000" },
  },
});

const [seeds, trials] = [flags.seeds, flags.trials].map(Number);
const io = { out() {}, err() {}, terminal: process.stderr.isTTY && !flags.json };
const bar = progressOf(io, "learning", WAYS.length * seeds * trials);
const errors = new Map<Way, number[]>();
try {
  for (const way of WAYS) {
    const all: number[] = [];
    for (let seed = 1; seed <= seeds; seed++) all.push(await course(way, seed, trials, bar.tick));
    errors.set(way, all);
  }
} finally {
  bar.stop();
}

const median = (all: number[]): number => all.slice().sort((a, b) => a - b)[all.length >> 1];
if (flags.json) {
  const results = [...errors].map(([way, all]) => ({
    way,
    median: median(all),
    worst: Math.max(...all),
    errors: all,
  }));
  process.stdout.write(`${JSON.stringify({ trials, results })}\n`);
} else {
  const rows = [...errors].map(([way, all]) => [
    way,
    median(all).toFixed(4),
    Math.max(...all).toFixed(4),
    all.map((x) => x.toFixed(4)).join(" "),
  ]);
  process.stdout.write(`normalised squared error after ${trials} trials, 1 is that of silence\n\n`);
  process.stdout.write(table([["rule", "median", "worst", "each seed"], ...rows]));
}
