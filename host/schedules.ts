/** When weights change: the schedules that a blob has memory for. */
import * as L from "../assembly/layout.js";
import { typeName } from "./checks.js";
import { ModelError } from "./errors.js";
import type { NetworkInfo, Schedule } from "./info.js";

/** Schedules as the core takes them. */
export const SCHEDULE_BITS: Readonly<Record<Schedule, number>> = {
  step: L.SCHEDULE_STEP,
  window: L.SCHEDULE_WINDOW,
};

/**
 * The schedule to learn in.
 *
 * @param asked what the caller asks for; undefined: what suits best of those that the blob has
 * @param usual what suits best
 * @throws TypeError, RangeError for what is no schedule
 * @throws ModelError NOT_LEARNING where the blob has none that will do
 */
export function scheduleOf(
  { schedules }: NetworkInfo,
  asked: Schedule | undefined,
  usual: Schedule,
): Schedule {
  if (asked !== undefined) expectSchedule(asked);
  const wanted = asked ?? usual;
  if (schedules.includes(wanted)) return wanted;
  if (asked === undefined && schedules.length > 0) return schedules[0];
  const found = schedules.length > 0 ? `the schedule ${schedules.join(", ")}` : "a blob that does not learn";
  throw new ModelError(
    "NOT_LEARNING",
    `found ${found}, expected the schedule ${wanted}; export the model with --learn and --schedules ${wanted}`,
  );
}

function expectSchedule(asked: unknown): void {
  const expected = 'expected "step" or "window"; leave it out for what the blob has';
  if (typeof asked !== "string") throw new TypeError(`found ${typeName(asked)} for a schedule, ${expected}`);
  if (asked !== "step" && asked !== "window")
    throw new RangeError(`found the schedule ${JSON.stringify(asked)}, ${expected}`);
}
