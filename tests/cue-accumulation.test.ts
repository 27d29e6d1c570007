/** Cue accumulation, learnt in the core from random weights; and the trials of the ReckOn chip, where they are. */
import { describe, expect, it } from "vitest";
import { course } from "../examples/cue-accumulation/course.js";
import { missingTrials, reckonCourse } from "../examples/cue-accumulation/reckon.js";
import { dataFolder } from "../examples/shared/data-folder.js";

describe("cue accumulation", () => {
  it("is learnt from random weights in a few hundred trials", { timeout: 120_000 }, async () => {
    const { accuracy, curve } = await course(11, 400, 200, () => {});
    expect(curve[0], "right of the first hundred").toBeLessThan(0.8);
    expect(accuracy).toBeGreaterThanOrEqual(0.93);
  });

  const folder = dataFolder();
  const missing = missingTrials(folder);
  if (missing) console.log(`cue accumulation: ${missing}`);

  it.skipIf(missing)("of the ReckOn chip's trials is learnt from its weights as the chip does", async () => {
    const { right } = await reckonCourse(folder, 1, 2);
    expect(right[0], "of 50 after one epoch").toBeGreaterThanOrEqual(45);
    expect(right[1], "of 50 after two").toBeGreaterThanOrEqual(49);
  });
});
