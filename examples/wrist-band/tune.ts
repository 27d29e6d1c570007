/**
 * How the learning rates of ways.ts were found: `node dist/examples/wrist-band/tune.js` tries a grid on every new user's session 2,
 * which nothing else uses, with seeds that main.ts does not report. Takes four minutes.
 */
import { table } from "../../tools/exporter/io.js";
import { expectData, orLeave, progress } from "../shared/command.js";
import { dataFolder } from "../shared/data-folder.js";
import { adapt, PASSES, taskOf } from "./adapt.js";
import type { Way } from "./adapt.js";
import { missingData, readSpikes, USERS } from "./data.js";
import { mean } from "./table.js";
import { GESTURES, LESSONS } from "./windows.js";

const SESSION = 2;
const SEEDS = [101, 102, 103];
const RATES = [1e-5, 2e-5, 3e-5, 5e-5, 1e-4];
const ANNEALINGS = [0.6, 0.7, 0.85];
const LAYERS: Way["layers"][] = ["all", "readout"];

async function main(): Promise<void> {
  const folder = dataFolder();
  expectData(missingData(folder, false));
  const samples = readSpikes(folder);
  const tasks = await Promise.all(USERS.map((user) => taskOf(folder, samples, user, SESSION)));
  const ways = LAYERS.flatMap((layers) =>
    RATES.flatMap((rate) => ANNEALINGS.map((annealing): Way => ({ layers, replay: false, rate, annealing }))),
  );
  const lessons = USERS.length * LESSONS * GESTURES * PASSES;
  const bar = progress("tuning", ways.length * SEEDS.length * lessons, false);
  const rows: string[][] = [["layers", "rate", "annealing", "mean of six, session 2"]];
  try {
    for (const way of ways) {
      const scores: number[] = [];
      for (const task of tasks) {
        for (const seed of SEEDS) scores.push((await adapt(task, way, seed, bar.tick)).after);
      }
      rows.push([way.layers, way.rate.toExponential(), String(way.annealing), mean(scores).toFixed(3)]);
    }
  } finally {
    bar.stop();
  }
  console.log(table(rows));
}

await orLeave(main);
