/** The command learn: a blob that has learned of samples, and what it forgot. */
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { writeNpz } from "../tools/exporter/data/npz.js";
import { file, object, spikelet, useFolder } from "./cli-support.js";

useFolder();

describe("spikelet learn", () => {
  interface Lesson {
    before: { test: number | null; keep: number | null };
    after: { test: number | null; keep: number | null };
    curve: { lessons: number; accuracy: number }[];
    bytesPerSynapse: number;
  }
  const learn = (...more: string[]): Promise<Lesson> =>
    object<Lesson>("learn", file("pupil.spkl"), file("data.npz"), "-o", file("learnt.spkl"), ...more);

  it.each(["window", "step"])("gets better on samples it was not taught, schedule %s", async (schedule) => {
    const { before, after, curve, bytesPerSynapse } = await learn(
      ...["--test", file("test.npz"), "--epochs", "4", "--schedule", schedule],
    );
    expect(before.test).toBeLessThan(0.7);
    expect(after.test).toBeGreaterThan(0.85);
    expect(curve.map(({ lessons }) => lessons)).toEqual(Array.from({ length: 20 }, (_, n) => 12 * (n + 1)));
    expect(curve[19].accuracy).toBeGreaterThan(curve[0].accuracy);
    expect(bytesPerSynapse).toBeGreaterThan(2);
    const saved = await object<{ accuracy: number }>("run", file("learnt.spkl"), file("test.npz"));
    expect(saved.accuracy).toBe(after.test);
  });

  it("gives the same bytes for the same seed", async () => {
    const learnt = async (seed: string): Promise<Buffer> => {
      await learn("--seed", seed);
      return readFile(file("learnt.spkl"));
    };
    const first = await learnt("3");
    expect((await learnt("3")).equals(first)).toBe(true);
    expect((await learnt("4")).equals(first)).toBe(false);
  });

  it("does not move at a rate of 0", async () => {
    const { before, after } = await learn("--rate", "0", "--test", file("test.npz"));
    expect(after).toEqual(before);
  });

  it("reports what is forgotten of old samples, and forgets less where some are learnt again", async () => {
    await learn("--epochs", "4");
    const turn = (...more: string[]): Promise<Lesson> =>
      object<Lesson>(
        ...[
          "learn",
          file("learnt.spkl"),
          file("turned.npz"),
          "-o",
          file("turned.spkl"),
          "--keep",
          file("test.npz"),
        ],
        ...more,
      );
    const [forgets, remembers] = [await turn(), await turn("--replay", "9")];
    expect(forgets.before.keep).toBeGreaterThan(0.85);
    expect(forgets.after.keep).toBeLessThan(forgets.before.keep! - 0.2);
    expect(remembers.after.keep).toBeGreaterThan(forgets.after.keep!);
  });

  it("refuses what it cannot learn from", async () => {
    const refusals: [number, RegExp, string[]][] = [
      [3, /net.spkl: found a blob that does not learn/, ["net.spkl", "data.npz"]],
      [3, /found no labels/, ["pupil.spkl", "unlabelled.npz"]],
      [2, /--replay needs --keep/, ["pupil.spkl", "data.npz", "--replay", "3"]],
      [2, /--rate: found -1/, ["pupil.spkl", "data.npz", "--rate", "-1"]],
    ];
    await writeFile(
      file("unlabelled.npz"),
      writeNpz({ x: { shape: [1, 20, 6], data: new Uint8Array(120) } }),
    );
    for (const [code, message, [blob, data, ...more]] of refusals) {
      const ended = await spikelet("learn", file(blob), file(data), "-o", file("x.spkl"), ...more);
      expect(ended).toMatchObject({ code, err: expect.stringMatching(message) as string });
    }
    await expect(readFile(file("x.spkl"))).rejects.toThrow(/ENOENT/);
  });
});
