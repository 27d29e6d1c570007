/** The commands simulate and verify: the model in floats, and the blob beside it. */
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { readNpz } from "../tools/exporter/data/npz.js";
import { file, MEANING, MODEL, object, spikelet, useFolder } from "./cli-support.js";
import { adder, blobOf } from "./nets.js";

useFolder();

describe("spikelet simulate", () => {
  it("says of the model what run says of the blob, nearly", async () => {
    const args = ["simulate", MODEL, file("test.npz"), ...MEANING, "--outputs", file("float.npz")];
    const float = await object<{ predictions: number[]; spikesPerSample: number }>(...args);
    const integer = await object<{ predictions: number[]; spikesPerSample: number }>(
      ...["run", file("net.spkl"), file("test.npz")],
    );
    const same = float.predictions.filter((label, n) => label === integer.predictions[n]).length;
    expect(same).toBeGreaterThanOrEqual(28);
    expect(integer.spikesPerSample / float.spikesPerSample).toBeCloseTo(1, 1);
    const arrays = readNpz(await readFile(file("float.npz")), "", ["y", "count/lif1", "count/lif2"]);
    expect(arrays.get("y")).toMatchObject({ shape: [30, 20, 3] });
    const counts = [...arrays].flatMap(([name, { data }]) => (name === "y" ? [] : Array.from(data)));
    expect(counts.reduce((a, b) => a + b, 0) / 30).toBeCloseTo(float.spikesPerSample, 10);
  });
});

describe("spikelet verify", () => {
  interface Verdict {
    samples: number;
    classAgreement: number;
    accuracyFloat: number;
    accuracyInteger: number;
    layers: { name: string; spikeAgreement: number | null; arithmeticF1: number | null }[];
    firstDifference: { sample: number; step: number; layer: string; neuron: number } | null;
  }

  it("understands the model as export did, and finds the blob close to it", async () => {
    const verdict = await object<Verdict>("verify", MODEL, file("net.spkl"), file("test.npz"));
    expect(verdict).toMatchObject({ samples: 30, layers: [{ name: "lif1" }, { name: "lif2" }] });
    expect(verdict.classAgreement).toBeGreaterThan(0.9);
    for (const { spikeAgreement, arithmeticF1 } of verdict.layers) {
      expect(spikeAgreement).toBeGreaterThan(0.95);
      expect(arithmeticF1).toBeGreaterThan(0.98);
    }
    const run = await object<{ accuracy: number }>("run", file("net.spkl"), file("test.npz"));
    expect(verdict.accuracyInteger).toBe(run.accuracy);
    const simulated = await object<{ accuracy: number }>("simulate", MODEL, file("test.npz"), ...MEANING);
    expect(verdict.accuracyFloat).toBe(simulated.accuracy);
  });

  it("names the first spike that differs where the model is understood otherwise", async () => {
    const args = ["verify", MODEL, file("net.spkl"), file("test.npz"), "--reset", "none"];
    const verdict = await object<Verdict>(...args);
    expect(verdict.layers[0].spikeAgreement).toBeLessThan(0.9);
    expect(verdict.layers[0].arithmeticF1, "the blob's own arithmetic is not concerned").toBeGreaterThan(
      0.98,
    );
    expect(verdict.firstDifference).toMatchObject({
      sample: 0,
      layer: expect.stringMatching(/^lif[12]$/) as string,
    });
  });

  it("ends with 1 below the share that is asked for", async () => {
    const verify = (...args: string[]) =>
      spikelet("verify", MODEL, file("net.spkl"), file("test.npz"), ...args);
    expect((await verify("--min", "0.9")).code).toBe(0);
    const { code, out } = await verify("--min", "1", "--lower-bound", "0", "--reset", "none");
    expect(code).toBe(1);
    expect(out, "the figures are printed all the same").toMatch(/^same class/);
    expect((await verify("--min", "90")).code).toBe(2);
  });

  it("refuses a blob that cannot have been made of the model", async () => {
    await writeFile(file("adder.spkl"), blobOf(adder()));
    const { code, err } = await spikelet("verify", MODEL, file("adder.spkl"), file("test.npz"));
    expect(code).toBe(3);
    expect(err).toMatch(
      /adder.spkl: found 3 inputs and layers of 1 li, expected 6 inputs and layers of 8 lif, 3 li/,
    );
  });
});
