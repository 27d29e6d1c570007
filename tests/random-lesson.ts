/** Random lessons that fit a program. */
import type { Learning, Program } from "../tools/exporter/program.js";
import type { Lesson, LessonFields } from "../tools/exporter/simulate/integer.js";
import type { Random } from "./random.js";

/** A lesson for a recorded window: a class or rows of targets, with or without a mask and a reward. */
export function randomLesson(random: Random, { learning, classes }: Program, steps: number): Lesson {
  const target = random.int(0, classes - 1);
  const mask = random.chance(0.4) ? randomMask(random, steps) : {};
  const rewarded = learning!.rules.some(({ signal }) => signal === "reward" || signal === "stdp");
  const reward = random.chance(rewarded ? 0.8 : 0.1) ? { reward: randomReward(random) } : {};
  if (learning!.targets && random.chance(0.6)) {
    return { rows: randomRows(random, learning!, steps * classes, classes), ...mask, ...reward };
  }
  const fields = { target, ...mask, ...reward };
  return Object.keys(fields).length === 1 && random.chance(0.5) ? target : fields;
}

/** A lesson for the schedule `step`. */
export function randomStepLesson(
  random: Random,
  { learning, classes }: Program,
): number | Pick<LessonFields, "target" | "rows"> {
  if (learning!.targets && random.chance(0.6)) {
    return { rows: randomRows(random, learning!, classes, classes) };
  }
  const target = random.int(0, classes - 1);
  return random.chance(0.5) ? target : { target };
}

function randomMask(random: Random, steps: number): Pick<LessonFields, "from" | "to"> {
  const from = random.chance(0.3) ? 0 : random.int(0, steps - 1);
  const to = random.chance(0.3) ? steps : random.int(from + 1, steps);
  return random.pick([{ from, to }, { from, to }, { from }, { from: 0, to }]);
}

function randomReward(random: Random): number {
  return random.pick([
    0,
    16384,
    -16384,
    random.int(-16384, 16384),
    random.pick([-1, 1]) * random.magnitude(16384),
  ]);
}

/** Probabilities of one class each, or whatever 16 bits hold. */
function randomRows(random: Random, { loss }: Learning, numbers: number, classes: number): Int16Array {
  const right = random.int(0, classes - 1);
  const value = random.pick([
    (at: number) => (at % classes === right ? 16384 : 0),
    () => random.int(0, 16384),
    () => random.int(loss.kind === "mean-square" ? -4000 : 0, 8000),
    () => random.int(-32768, 32767),
    () => random.pick([-32768, 32767, 0]),
  ]);
  return Int16Array.from({ length: numbers }, (_, at) => value(at));
}
