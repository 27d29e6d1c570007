/**
 * Cue accumulation: a net with random weights learns inside the core, by e-prop, to remember which side had more cues.
 * `npm run cue-accumulation`; `-- --seeds N`, `--trials N`, `--tests N`, `--json` prints one object instead;
 * `--reckon` learns the 50 trials that the ReckOn chip was shown, from its weights, where they are.
 */
import { table } from "../../tools/exporter/io.js";
import { expectData, flagsOf, orLeave, progress, seedsUpTo } from "../shared/command.js";
import { dataFolder } from "../shared/data-folder.js";
import { course } from "./course.js";
import type { Course } from "./course.js";
import { missingTrials, reckonCourse } from "./reckon.js";
import type { ReckonCourse } from "./reckon.js";

const { seeds, trials, tests, json, reckon } = flagsOf({ seeds: 5, trials: 1000, tests: 1000 }, [
  "json",
  "reckon",
]);
const EPOCHS = 2;

async function learnFresh(): Promise<void> {
  const bar = progress("learning", seeds * (trials + tests), json);
  const courses: Course[] = [];
  try {
    for (const seed of seedsUpTo(seeds)) courses.push(await course(seed, trials, tests, bar.tick));
  } finally {
    bar.stop();
  }
  printFresh(courses);
}

async function learnReckon(): Promise<void> {
  const folder = dataFolder();
  expectData(missingTrials(folder));
  const courses: ReckonCourse[] = [];
  for (const seed of seedsUpTo(seeds)) courses.push(await reckonCourse(folder, seed, EPOCHS));
  printReckon(courses);
}

function printReckon(courses: ReckonCourse[]): void {
  if (json) {
    console.log(JSON.stringify({ courses }));
    return;
  }
  const rows = courses.map(({ seed, right }) => [String(seed), ...right]);
  console.log("right of the chip's 50 test trials\n");
  process.stdout.write(table([["seed", "one epoch", "two"], ...rows]));
}

function printFresh(courses: Course[]): void {
  const sorted = courses.map(({ accuracy }) => accuracy).sort((a, b) => a - b);
  const median = sorted[sorted.length >> 1];
  if (json) {
    console.log(JSON.stringify({ trials, tests, median, worst: sorted[0], courses }));
    return;
  }
  const percent = (x: number): string => `${(100 * x).toFixed(1)} %`;
  const rows = courses.map(({ seed, accuracy, rate, curve }) => [
    ...[String(seed), percent(accuracy), `${rate.toFixed(1)} Hz`],
    curve.map((x) => Math.round(100 * x)).join(" "),
  ]);
  const head = ["seed", "right", "rate", "right while learning, a hundred trials each"];
  console.log(`${trials} trials to learn from, ${tests} fresh ones to be tested on\n`);
  console.log(table([head, ...rows]));
  console.log(`median ${percent(median)}, worst ${percent(sorted[0])}`);
}

await orLeave(reckon ? learnReckon : learnFresh);
