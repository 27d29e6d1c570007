/** What a lesson is given, docs/ARITHMETIC.md, "Losses". */
import type { Learning } from "../../program.js";

/** A number is the right class. */
export type Lesson = number | LessonFields;

export interface LessonFields {
  /** the right class; either this or rows */
  target?: number;
  /** steps × outputs numbers, −32768 … 32767, in blobs with room for them */
  rows?: Int16Array;
  /** the mask: steps t with from < t ≤ to count, 0 ≤ from < to ≤ steps; all without it */
  from?: number;
  to?: number;
  /** −16384 … 16384; 16384 where there is none */
  reward?: number;
}

/** A lesson that fits its window, with nothing left out. */
export interface FullLesson {
  /** null where there are rows */
  target: number | null;
  rows: Int16Array | null;
  from: number;
  to: number;
  reward: number;
}

/** A reward of 1. */
const WHOLE = 16384;

/**
 * @param steps of the recorded window
 * @param outputs as many as there are classes
 * @throws RangeError where something does not fit the blob or the window
 */
export function fullLesson(lesson: Lesson, learning: Learning, steps: number, outputs: number): FullLesson {
  const fields: LessonFields = typeof lesson === "number" ? { target: lesson } : lesson;
  const { target = null, rows = null, from = 0, to = steps, reward = WHOLE } = fields;
  if ((target === null) === (rows === null)) {
    throw new RangeError("teach: found a target and rows, or neither, expected one of them");
  }
  if (target !== null && (!Number.isInteger(target) || target < 0 || target >= outputs)) {
    throw new RangeError(`teach: found target ${target}, expected 0 … ${outputs - 1}`);
  }
  if (rows !== null) checkRows(rows, learning, steps * outputs);
  if (![from, to].every(Number.isInteger) || from < 0 || from >= to || to > steps) {
    throw new RangeError(`teach: found a mask from ${from} to ${to}, expected 0 ≤ from < to ≤ ${steps}`);
  }
  if (!Number.isInteger(reward) || Math.abs(reward) > WHOLE) {
    throw new RangeError(`teach: found reward ${reward}, expected −${WHOLE} … ${WHOLE}`);
  }
  return { target, rows, from, to, reward };
}

function checkRows(rows: Int16Array, { targets, rules }: Learning, numbers: number): void {
  if (!targets) throw new RangeError("teach: found rows, expected a target: the blob has no room for rows");
  if (rules.some(({ signal }) => signal === "target" || signal === "local")) {
    throw new RangeError("teach: found rows, expected a target: a rule learns from the class");
  }
  if (rows.length !== numbers) {
    throw new RangeError(`teach: found rows of ${rows.length} numbers, expected ${numbers}`);
  }
}
