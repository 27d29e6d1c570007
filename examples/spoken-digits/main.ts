/**
 * A new speaker: nets that were trained on the spoken digits of three people meet the fourth, and learn 1, 3 and 10 takes a digit of his
 * in the core. `npm run spoken-digits`; `-- --front-end` starts from the recordings instead of ready-made spikes, `--seeds N` draws the
 * takes N times, `--json` prints one object instead.
 */
import { table } from "../../tools/exporter/io.js";
import { expectData, flagsOf, orLeave, progress, seedsUpTo } from "../shared/command.js";
import { dataFolder } from "../shared/data-folder.js";
import { taskOf } from "./adapt.js";
import type { Task } from "./adapt.js";
import { missingData, readRecordings, readSpikes, RECORDINGS, SPEAKERS } from "./data.js";
import type { Sample } from "./data.js";
import { LESSONS, RECIPE, REPLAYED } from "./recipe.js";
import { drawMeans, mean, rowsOf } from "./table.js";
import { lessonsOf, resultOf } from "./trials.js";
import type { Result, Trial } from "./trials.js";

const TRIALS: Trial[] = [0, REPLAYED].flatMap((replayed) =>
  LESSONS.map((takes) => ({ takes, recipe: { ...RECIPE, replayed } })),
);

const flags = flagsOf({ seeds: 5 }, ["front-end", "json"]);

function samplesIn(folder: string): Sample[] {
  if (!flags["front-end"]) return readSpikes(folder);
  const bar = progress("listening", RECORDINGS, flags.json);
  try {
    return readRecordings(folder, bar.tick);
  } finally {
    bar.stop();
  }
}

async function resultsOf(tasks: Task[], seeds: number[]): Promise<Result[]> {
  const bar = progress("learning", lessonsOf(tasks.length, TRIALS, seeds), flags.json);
  try {
    const results: Result[] = [];
    for (const task of tasks) results.push(await resultOf(task, TRIALS, seeds, bar.tick));
    return results;
  } finally {
    bar.stop();
  }
}

function print(tasks: Task[], results: Result[], seeds: number[]): void {
  const { passes } = RECIPE;
  console.log(
    `Right answers on a speaker's takes 0 to 24, after takes of 25 to 49, ${passes} passes, ${seeds.length} draws; replay keeps ${REPLAYED} windows\n`,
  );
  console.log(table(rowsOf(SPEAKERS, results, TRIALS)).replace(/^(?=.)/gm, "   "));
  const [{ blob, arenaBytes }] = tasks;
  console.log(`   blob ${blob.length} bytes, RAM ${arenaBytes} bytes, learning included`);
}

function printJson(results: Result[], seeds: number[]): void {
  const trials = TRIALS.map(({ takes, recipe }, trial) => ({
    takes,
    ...recipe,
    speaker: mean(drawMeans(results, trial, ({ speaker }) => speaker)),
    known: mean(drawMeans(results, trial, ({ known }) => known)),
  }));
  const before = {
    speaker: mean(results.map(({ before: { speaker } }) => speaker)),
    known: mean(results.map(({ before: { known } }) => known)),
  };
  const speakers = Object.fromEntries(SPEAKERS.map((speaker, s) => [speaker, results[s]]));
  console.log(JSON.stringify({ frontEnd: flags["front-end"], seeds, before, trials, speakers }));
}

async function main(): Promise<void> {
  const folder = dataFolder();
  expectData(missingData(folder, flags["front-end"]));
  const seeds = seedsUpTo(flags.seeds);
  const samples = samplesIn(folder);
  const tasks = await Promise.all(SPEAKERS.map((speaker) => taskOf(folder, samples, speaker)));
  const results = await resultsOf(tasks, seeds);
  if (flags.json) printJson(results, seeds);
  else print(tasks, results, seeds);
}

await orLeave(main);
