/**
 * How the recipe was found: `node dist/examples/spoken-digits/tune.js` tries a grid on takes 25 to 49 alone, with draws that main.ts does
 * not report. The new speaker's takes that are not learnt tell how well a recipe does, a third of what the known speakers could
 * replay tells what is forgotten. Takes 0 to 24 stay out of it. Takes seven minutes.
 */
import { table } from "../../tools/exporter/io.js";
import { expectData, orLeave, progress } from "../shared/command.js";
import { dataFolder } from "../shared/data-folder.js";
import { accuracy, adapt, drawTakes, taskOf } from "./adapt.js";
import type { Recipe, Task } from "./adapt.js";
import { missingData, readSpikes, SPEAKERS } from "./data.js";
import { LESSONS, REPLAYED } from "./recipe.js";
import { mean } from "./table.js";
import { lessonsOf } from "./trials.js";
import type { Marks } from "./trials.js";

const SEEDS = [101, 102, 103, 104, 105];
const PASSES = [10, 20, 30];
const ANNEALINGS = [0.7, 0.85];
const RATES = [0.7, 1, 1.5];
const THIRD = 3;

const RECIPES: Recipe[] = PASSES.flatMap((passes) =>
  ANNEALINGS.flatMap((annealing) =>
    RATES.flatMap((rate) => [0, REPLAYED].map((replayed) => ({ rate, annealing, passes, replayed }))),
  ),
);

/** One draw of one speaker, tested within the takes that are there to learn from. */
async function marksOf(
  task: Task,
  takes: number,
  recipe: Recipe,
  seed: number,
  tick: () => void,
): Promise<Marks> {
  const lessons = drawTakes(task.lessons, takes, seed);
  const others = task.lessons.filter((sample) => !lessons.includes(sample));
  const kept = task.known.filter((_, i) => i % THIRD === 0);
  const replayable = task.known.filter((_, i) => i % THIRD > 0);
  const net = await adapt(task.blob, lessons, replayable, recipe, seed, tick);
  const marks = { speaker: accuracy(net, others), known: accuracy(net, kept) };
  net.dispose();
  return marks;
}

/** Right answers of the new speakers / of the known ones, after each number of takes. */
async function rowOf(tasks: Task[], recipe: Recipe, tick: () => void): Promise<string[]> {
  const { passes, annealing, rate, replayed } = recipe;
  const cells: string[] = [];
  for (const takes of LESSONS) {
    const marks: Marks[] = [];
    for (const task of tasks) {
      for (const seed of SEEDS) marks.push(await marksOf(task, takes, recipe, seed, tick));
    }
    const [speaker, known] = [marks.map((m) => m.speaker), marks.map((m) => m.known)].map(mean);
    cells.push(`${speaker.toFixed(3)} / ${known.toFixed(3)}`);
  }
  return [...[passes, annealing, rate, replayed].map(String), ...cells];
}

async function main(): Promise<void> {
  const folder = dataFolder();
  expectData(missingData(folder, false));
  const samples = readSpikes(folder);
  const tasks = await Promise.all(SPEAKERS.map((speaker) => taskOf(folder, samples, speaker)));
  const trials = RECIPES.flatMap((recipe) => LESSONS.map((takes) => ({ takes, recipe })));
  const bar = progress("tuning", lessonsOf(tasks.length, trials, SEEDS), false);
  const rows = [["passes", "annealing", "rate", "replayed", ...LESSONS.map((takes) => `takes: ${takes}`)]];
  try {
    for (const recipe of RECIPES) rows.push(await rowOf(tasks, recipe, bar.tick));
  } finally {
    bar.stop();
  }
  console.log(table(rows));
}

await orLeave(main);
