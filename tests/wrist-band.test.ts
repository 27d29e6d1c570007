/** The wrist band: a net that never met a user learns him from his first session and knows him on his last. */
import { describe, expect, it } from "vitest";
import { adapt, taskOf } from "../examples/wrist-band/adapt.js";
import { missingData, readSpikes } from "../examples/wrist-band/data.js";
import type { Sample } from "../examples/wrist-band/data.js";
import { WAYS } from "../examples/wrist-band/ways.js";
import { GESTURES, LESSONS } from "../examples/wrist-band/windows.js";
import { dataFolder } from "../examples/shared/data-folder.js";

const folder = dataFolder();
const missing = missingData(folder, false);
if (missing) console.log(`wrist band: ${missing}`);

const LAST_SESSION = 3;
/** What a user could hope for; half of the way to it is asked, four fifths and more are usual. */
const GOOD = 0.9;
const SEED = 7;

let read: Sample[] | undefined;
const samples = (): Sample[] => (read ??= readSpikes(folder));

describe.skipIf(missing)("a new user of the wrist band", () => {
  it("teaches with at most 20 windows a gesture, all of session 1, and is tested on none of them", async () => {
    const { lessons, test, others } = await taskOf(folder, samples(), 10000, LAST_SESSION);
    expect(lessons.length).toBe(GESTURES * LESSONS);
    expect(lessons.every(({ user, session }) => user === 10000 && session === 1)).toBe(true);
    expect(test.every(({ user, session, lesson }) => user === 10000 && session === 3 && !lesson)).toBe(true);
    expect(others.some(({ user }) => user === 10000)).toBe(false);
  });

  it.each([10000, 12345])("%i wins at least half of the way to .9, on another day", async (user) => {
    const task = await taskOf(folder, samples(), user, LAST_SESSION);
    const [{ way }] = WAYS;
    const { before, after } = await adapt(task, way, SEED);
    console.info(`user ${user}`, { before, after });
    expect(before).toBeLessThan(0.6);
    expect(after).toBeGreaterThanOrEqual(before + (GOOD - before) / 2);
  });

  it("leaves more of the old users where windows of theirs are learnt again", async () => {
    const task = await taskOf(folder, samples(), 54321, LAST_SESSION);
    const [bare, reminded] = [
      await adapt(task, { ...WAYS[0].way, replay: false }, SEED),
      await adapt(task, { ...WAYS[0].way, replay: true }, SEED),
    ];
    expect(reminded.othersAfter).toBeGreaterThanOrEqual(bare.othersAfter + 0.15);
  });
});
