/**
 * Cue accumulation: a net with random weights learns inside the core, by e-prop, to remember which side had more cues.
 * `npm run cue-accumulation`; `-- --seeds N`, `--trials N`, `--tests N`, `--json` prints one object instead;
 * `--reckon` learns the 50 trials that the ReckOn chip was shown, from its weights, where they are.
 */
import { parseArgs } from "node:util";
import { progressOf, table } from "../../tools/exporter/io.js";
import { course } from "./course.js";
import type { Course } from "./course.js";
import { reckonCourse, reckonFolder } from "./reckon.js";

const { values: flags } = parseArgs({
  options: {
    json: { type: "boolean", default: false },
    reckon: { type: "boolean", default: false },
    seeds: { type: "string", default: "5" },
    trials: { type: "string", default: "1000" },
    tests: { type: "string", default: "1000" },
  },
});

const [seeds, trials, tests] = [flags.seeds, flags.trials, flags.tests].map(Number);
const EPOCHS = 2;

async function fresh(): Promise<void> {
  const io = { out() {}, err() {}, terminal: process.stderr.isTTY && !flags.json };
  const bar = progressOf(io, "learning", seeds * (trials + tests));
  const courses: Course[] = [];
  try {
    for (let seed = 1; seed <= seeds; seed++) courses.push(await course(seed, trials, tests, bar.tick));
  } finally {
    bar.stop();
  }
  print(courses);
}

async function reckon(): Promise<void> {
  const folder = reckonFolder();
  if (folder === null) {
    process.stderr.write(
      "the trials of the ReckOn chip are not here: fetch ChFrenkel/ReckOn from GitHub and put its cue accumulation files into shared/data/reckon-cue beside the checkout\n",
    );
    process.exitCode = 3;
    return;
  }
  const courses = [];
  for (let seed = 1; seed <= seeds; seed++) courses.push(await reckonCourse(folder, seed, EPOCHS));
  if (flags.json) process.stdout.write(`${JSON.stringify({ courses })}\n`);
  else {
    const rows = courses.map(({ seed, right }) => [String(seed), ...right]);
    process.stdout.write("right of the chip's 50 test trials\n\n");
    process.stdout.write(table([["seed", "one epoch", "two"], ...rows]));
  }
}

function print(courses: Course[]): void {
  const sorted = courses.map(({ accuracy }) => accuracy).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1];
  const percent = (x: number): string => (100 * x).toFixed(1);
  if (flags.json) {
    process.stdout.write(`${JSON.stringify({ trials, tests, median, worst: sorted[0], courses })}\n`);
  } else {
    const rows = courses.map(({ seed, accuracy, rate, curve }) => [
      String(seed),
      `${percent(accuracy)} %`,
      `${rate.toFixed(1)} Hz`,
      curve.map((x) => Math.round(100 * x)).join(" "),
    ]);
    const head = ["seed", "right", "rate", "right while learning, a hundred trials each"];
    process.stdout.write(`${trials} trials to learn from, ${tests} fresh ones to be tested on\n\n`);
    process.stdout.write(`${table([head, ...rows])}\n`);
    process.stdout.write(`median ${percent(median)} %, worst ${percent(sorted[0])} %\n`);
  }
}

await (flags.reckon ? reckon() : fresh());
