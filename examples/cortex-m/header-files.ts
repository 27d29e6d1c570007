/** The headers that the firmware includes. */
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { exportDigits, readNet, shownDigits } from "./digits.js";
import { exportGestures, recordings } from "./gestures.js";
import { blobHeader, digitsHeader, plainHeader, recordingsHeader } from "./headers.js";

/** Recordings of each of the two parts, and digits of each class, that the firmware brings along. */
export const RECORDINGS = 60;
export const DIGITS_OF_EACH = 2;

export async function writeHeaders(folder: string): Promise<void> {
  const model = await readNet();
  const gestures = exportGestures();
  const digits = exportDigits(model, false);
  const headers = {
    "gestures.h": await blobHeader("gestures", gestures),
    "gestures-lessons.h": recordingsHeader("lessons", recordings(RECORDINGS, 1)),
    "gestures-tests.h": recordingsHeader("tests", recordings(RECORDINGS, 2)),
    "gestures-plain.h": plainHeader(gestures.program),
    "digits.h": await blobHeader("digits", digits),
    "digits-learn.h": await blobHeader("digits_learn", exportDigits(model, true)),
    "digits-shown.h": digitsHeader(shownDigits(DIGITS_OF_EACH)),
    "digits-plain.h": plainHeader(digits.program),
  };
  mkdirSync(folder, { recursive: true });
  for (const [name, text] of Object.entries(headers)) writeFileSync(join(folder, name), text);
}
