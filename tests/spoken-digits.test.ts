/** A net meets a speaker whom it has never heard, and learns him in the core. */
import { describe, expect, it } from "vitest";
import { taskOf } from "../examples/spoken-digits/adapt.js";
import { missingData, readSpikes } from "../examples/spoken-digits/data.js";
import { RECIPE, REPLAYED } from "../examples/spoken-digits/recipe.js";
import { resultOf } from "../examples/spoken-digits/trials.js";
import { dataFolder } from "../examples/shared/data-folder.js";

const folder = dataFolder();
const missing = missingData(folder, false);
if (missing) console.log(`spoken digits: ${missing}`);

/** The one whom his net understands least. */
const SPEAKER = "george";
const SEED = 201;

describe.skipIf(missing)("a new speaker", () => {
  it("is understood half as badly after three takes a digit, and the known ones lose at most 4 points", async () => {
    const task = await taskOf(folder, readSpikes(folder), SPEAKER);
    const trial = { takes: 3, recipe: { ...RECIPE, replayed: REPLAYED } };
    const { before, after } = await resultOf(task, [trial], [SEED]);
    const [[{ speaker, known }]] = after;
    console.info(`${SPEAKER}: new speaker ${before.speaker} → ${speaker}, known ${before.known} → ${known}`);
    const gap = before.known - before.speaker;
    expect(gap).toBeGreaterThanOrEqual(0.1);
    expect(speaker).toBeGreaterThanOrEqual(before.speaker + gap / 2);
    expect(known).toBeGreaterThanOrEqual(before.known - 0.04);
  });
});
