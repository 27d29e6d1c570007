/** What a lesson says: a class or targets, the steps that count, a reward; checked before the core sees it. */
import { expectLabel, expectOptions, typeName } from "./checks.js";
import type { NetworkInfo } from "./info.js";
import type { Seat } from "./seat.js";

export interface Lesson {
  /** the right class; left out where `targets` are given */
  label?: number;
  /**
   * A target for every step and output, steps × outputs, of blobs with room for them: probabilities (16384 is 1) where the loss is a
   * cross entropy, else what the outputs should be, in the blob's units.
   */
  targets?: Int16Array;
  /** the steps that count: from, the first is 0, up to but without `to`; the whole window without them */
  from?: number;
  to?: number;
  /** of rules that learn from a reward, −1 … 1; 1 without it */
  reward?: number;
}

/** In the place of a class: targets for every step. */
export const ROWS = 0xffffffff;
const REWARD_ONE = 16384;

export interface HeldLesson {
  label: number | undefined;
  targets: Int16Array | undefined;
  from: number;
  to: number | undefined;
  reward: number;
  /** whether it says no more than a class */
  classAlone: boolean;
  /** @throws RangeError where the lesson is not one for a window of so many steps */
  expectSteps: (steps: number) => void;
}

/**
 * Reads a lesson once.
 *
 * @throws TypeError, RangeError where it does not fit the network
 */
export function heldLesson(info: NetworkInfo, lesson: number | Lesson): HeldLesson {
  if (typeof lesson !== "object" || lesson === null) {
    expectLabel(info, lesson);
    return held(info, { label: lesson });
  }
  expectOptions(lesson);
  const { label, targets, from, to, reward } = lesson;
  if (targets === undefined) expectLabel(info, label);
  else expectTargets(info, label, targets);
  if (from !== undefined) expectStep("from", from, 0);
  if (to !== undefined) expectStep("to", to, (from ?? 0) + 1);
  if (reward !== undefined) expectReward(reward);
  return held(info, { label, targets, from, to, reward });
}

function held({ outputs }: NetworkInfo, lesson: Lesson): HeldLesson {
  const { label, targets, from = 0, to, reward = 1 } = lesson;
  const classAlone = [targets, lesson.from, to, lesson.reward].every((part) => part === undefined);
  const expectSteps = (steps: number): void => {
    if (from >= steps || (to !== undefined && to > steps)) {
      throw new RangeError(
        `found steps ${from} … ${to ?? steps} of a window of ${steps}, expected steps within it; give from and to as its steps`,
      );
    }
    if (targets !== undefined && targets.length !== steps * outputs) {
      throw new RangeError(
        `found ${targets.length} targets, expected ${steps * outputs}; give one for each of ${steps} steps and ${outputs} outputs`,
      );
    }
  };
  return { label, targets, from, to, reward: Math.round(reward * REWARD_ONE), classAlone, expectSteps };
}

/** Targets into the core's memory, where there are any. */
export function putLesson(seat: Seat, { targets }: HeldLesson): void {
  if (targets !== undefined) seat.targets.set(targets);
}

function expectTargets({ targets: room }: NetworkInfo, label: unknown, targets: unknown): void {
  if (label !== undefined)
    throw new TypeError("found a label and targets, expected one of them; leave the label out");
  if (!(targets instanceof Int16Array)) {
    throw new TypeError(
      `found ${typeName(targets)} for targets, expected an Int16Array of steps × outputs; make one`,
    );
  }
  if (!room)
    throw new RangeError(
      "found targets for every step, expected a class; export the model with room for targets",
    );
}

function expectReward(reward: unknown): void {
  if (typeof reward !== "number") {
    throw new TypeError(`found ${typeName(reward)} for a reward, expected a number; give -1 … 1`);
  }
  if (!(reward >= -1 && reward <= 1)) {
    throw new RangeError(`found a reward of ${reward}, expected -1 … 1; scale it`);
  }
}

function expectStep(name: string, step: unknown, least: number): void {
  const expected = `expected a whole number from ${least}; steps count from 0`;
  if (typeof step !== "number") throw new TypeError(`found ${typeName(step)} for ${name}, ${expected}`);
  if (!Number.isInteger(step) || step < least) throw new RangeError(`found ${step} for ${name}, ${expected}`);
}
