/** A digit that training never saw, learned on the device from ten samples. */
import { describe, expect, it } from "vitest";
import { digitsOf, draw, exportNet, half, NEW, readNet } from "../examples/new-class/task.js";
import { LESSONS, marksOf, MEMORY, teach, WAYS } from "../examples/new-class/teach.js";
import { load } from "../host/node/index.js";

const SEED = 7;
const [WITH_REPLAY, WITHOUT] = WAYS;

describe("a nine that is new", () => {
  it("is taught by ten of the adapt part, none of which helped to choose how", () => {
    const adapt = digitsOf("adapt");
    const [teaching, validation] = [half(adapt, 0), half(adapt, 1)];
    const { fresh, old } = draw(teaching, LESSONS, MEMORY, SEED);
    expect(new Set(fresh).size).toBe(10);
    expect(fresh.every(({ label }) => label === NEW)).toBe(true);
    expect(new Set(old).size).toBe(9 * MEMORY);
    expect(old.every(({ label }) => label !== NEW)).toBe(true);
    const others = new Set([...validation.fresh, ...validation.old]);
    expect([...fresh, ...old].some((digit) => others.has(digit))).toBe(false);
  });

  it("is read by at least 80 % after, and the others by at most 3 points less; more is lost where nothing is replayed", async () => {
    const { blob } = exportNet(await readNet(), WITH_REPLAY.layers, WITH_REPLAY.rate);
    const test = digitsOf("test");
    const digits = draw(half(digitsOf("adapt"), 0), LESSONS, MEMORY, SEED);
    const [net, bare] = [await load(blob), await load(blob)];
    const before = marksOf(net, test);
    teach(net, digits, WITH_REPLAY);
    teach(bare, digits, WITHOUT);
    const [after, unprotected] = [marksOf(net, test), marksOf(bare, test)];
    console.info("new class", { before, after, unprotected });
    expect(before.fresh).toBe(0);
    expect(before.old).toBeGreaterThanOrEqual(0.97);
    expect(after.fresh).toBeGreaterThanOrEqual(0.8);
    expect(after.old).toBeGreaterThanOrEqual(before.old - 0.03);
    expect(unprotected.old).toBeLessThan(after.old - 0.02);
  });
});
