/** One speaker in every trial: each number of takes, with and without replay, several draws of each. */
import { load } from "../../host/node/index.js";
import type { Network } from "../../host/node/index.js";
import { accuracy, adapt, drawTakes } from "./adapt.js";
import type { Recipe, Task } from "./adapt.js";
import { DIGITS } from "./data.js";

/** One way of learning a speaker. */
export interface Trial {
  /** takes a digit that he is asked for */
  takes: number;
  recipe: Recipe;
}

/** Shares of right answers on the new speaker's digits, and on those of the speakers that the net was trained on. */
export interface Marks {
  speaker: number;
  known: number;
}

export interface Result {
  before: Marks;
  /** after[trial][seed] */
  after: Marks[][];
}

/** Lessons of all speakers in all trials, which is how often `tick` is called. */
export function lessonsOf(speakers: number, trials: Trial[], seeds: number[]): number {
  const once = trials.reduce((sum, { takes, recipe }) => sum + takes * DIGITS * recipe.passes, 0);
  return speakers * seeds.length * once;
}

/** @param tick called after each lesson */
export async function resultOf(
  task: Task,
  trials: Trial[],
  seeds: number[],
  tick: () => void = () => {},
): Promise<Result> {
  const marksOf = (net: Network): Marks => {
    const marks = { speaker: accuracy(net, task.test), known: accuracy(net, task.knownTest) };
    net.dispose();
    return marks;
  };
  const before = marksOf(await load(task.blob));
  const after: Marks[][] = [];
  for (const { takes, recipe } of trials) {
    const draws: Marks[] = [];
    for (const seed of seeds) {
      const lessons = drawTakes(task.lessons, takes, seed);
      draws.push(marksOf(await adapt(task.blob, lessons, task.known, recipe, seed, tick)));
    }
    after.push(draws);
  }
  return { before, after };
}
