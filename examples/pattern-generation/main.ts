/**
 * Pattern generation: random weights learn, inside the core, to turn noise into a sum of sines; e-prop, real-time recurrent learning (the
 * gradient of backpropagation through time) and the readout alone. `npm run pattern-generation`; `-- --seeds N`, `--trials N`, `--json`.
 */
import { table } from "../../tools/exporter/io.js";
import { flagsOf, orLeave, progress, seedsUpTo } from "../shared/command.js";
import { course } from "./course.js";
import type { Way } from "./net.js";

const WAYS: Way[] = ["e-prop", "rtrl", "readout"];

const { seeds, trials, json } = flagsOf({ seeds: 5, trials: 1000 }, ["json"]);

interface Result {
  way: Way;
  median: number;
  worst: number;
  /** a seed each */
  errors: number[];
}

async function learn(): Promise<void> {
  const bar = progress("learning", WAYS.length * seeds * trials, json);
  const results: Result[] = [];
  try {
    for (const way of WAYS) results.push(await resultOf(way, bar.tick));
  } finally {
    bar.stop();
  }
  print(results);
}

async function resultOf(way: Way, tick: () => void): Promise<Result> {
  const errors: number[] = [];
  for (const seed of seedsUpTo(seeds)) errors.push(await course(way, seed, trials, tick));
  const sorted = errors.slice().sort((a, b) => a - b);
  return { way, median: sorted[sorted.length >> 1], worst: sorted[sorted.length - 1], errors };
}

function print(results: Result[]): void {
  if (json) {
    console.log(JSON.stringify({ trials, results }));
    return;
  }
  const error = (x: number): string => x.toFixed(4);
  const rows = results.map(({ way, median, worst, errors }) => [
    ...[way, error(median), error(worst)],
    errors.map(error).join(" "),
  ]);
  console.log(`normalised squared error after ${trials} trials, 1 is that of silence\n`);
  process.stdout.write(table([["rule", "median", "worst", "each seed"], ...rows]));
}

await orLeave(learn);
