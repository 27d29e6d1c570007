/** When weights change: the schedules that a blob has memory for. */
import * as L from "../assembly/layout.js";
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
 * @param lenient take the blob's only schedule where it has not the one that is wanted
 * @throws ModelError NOT_LEARNING where the blob has none that will do
 */
export function scheduleOf({ schedules }: NetworkInfo, wanted: Schedule, lenient: boolean): Schedule {
  if (schedules.includes(wanted)) return wanted;
  if (lenient && schedules.length > 0) return schedules[0];
  const found = schedules.length > 0 ? `the schedule ${schedules.join(", ")}` : "a blob that does not learn";
  throw new ModelError(
    "NOT_LEARNING",
    `found ${found}, expected the schedule ${wanted}; export the model with --learn and --schedules ${wanted}`,
  );
}
