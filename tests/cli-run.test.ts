/** The command run: classes, counts and outputs of a blob's samples. */
import { cp, readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { load } from "../host/node/index.js";
import { readNpz, writeNpz } from "../tools/exporter/data/npz.js";
import { file, object, spikelet, useFolder } from "./cli-support.js";
import { blobOf, counter } from "./nets.js";

useFolder();

describe("spikelet run", () => {
  it("classifies the samples and counts what that took", async () => {
    const result = await object<Record<string, number> & { predictions: number[] }>(
      ...["run", file("net.spkl"), file("test.npz")],
    );
    expect(result).toMatchObject({ samples: 30 });
    const net = await load(file("net.spkl"));
    const { x, y } = Object.fromEntries(readNpz(await readFile(file("test.npz")), "", ["x", "y"]));
    let [right, spikes] = [0, 0];
    for (let n = 0; n < 30; n++) {
      const { label } = net.run((x.data as Uint8Array).subarray(n * 120, (n + 1) * 120));
      expect(result.predictions[n]).toBe(label);
      if (label === y.data[n]) right++;
      spikes += net.stats.spikes;
    }
    expect(result.accuracy).toBe(right / 30);
    expect(result.spikesPerSample).toBe(spikes / 30);
    expect(result.sopsPerSample).toBeGreaterThan(0);
    expect(result.microsecondsPerStep).toBeGreaterThan(0);
  });

  it("takes part of the samples, the first ones or drawn ones", async () => {
    const all = await object<{ predictions: number[] }>("run", file("net.spkl"), file("test.npz"));
    const some = await object<{ predictions: number[] }>(
      "run",
      file("net.spkl"),
      file("test.npz"),
      "--limit",
      "4",
    );
    expect(some.predictions).toEqual(all.predictions.slice(0, 4));
    const drawn = ["run", file("net.spkl"), file("test.npz"), "--limit", "4", "--seed", "9"];
    expect(await object(...drawn)).toMatchObject({ samples: 4 });
  });

  it("writes outputs of every step and spikes of every neuron, as many as it counted", async () => {
    for (const [blob, counted] of [
      ["net.spkl", ["count/lif1", "count/lif2"]],
      ["pupil.spkl", ["count/block.lif"]],
    ] as const) {
      const args = ["run", file(blob), file("test.npz"), "--limit", "5", "--outputs", file("out.npz")];
      const result = await object<{ spikesPerSample: number }>(...args);
      const arrays = readNpz(await readFile(file("out.npz")), "", ["y", ...counted]);
      expect(arrays.get("y")!.shape).toEqual([5, 20, 3]);
      expect(arrays.size).toBe(1 + counted.length);
      const counts = [...arrays].flatMap(([name, { data }]) => (name === "y" ? [] : Array.from(data)));
      expect(counts.reduce((a, b) => a + b, 0) / 5).toBeCloseTo(result.spikesPerSample, 10);
      const net = await load(file(blob));
      const { data } = readNpz(await readFile(file("test.npz")), "", ["x"]).get("x")!;
      const { outputs } = net.run((data as Uint8Array).subarray(120, 240), { outputs: true });
      expect(arrays.get("y")!.data.slice(60, 120)).toEqual(outputs);
    }
  });

  it("prints a class a sample where there are no labels", async () => {
    const x = new Uint8Array(2 * 4 * 2).fill(1);
    await writeFile(file("plain.npz"), writeNpz({ x: { shape: [2, 4, 2], data: x } }));
    await writeFile(file("counter.spkl"), blobOf(counter()));
    const { code, out } = await spikelet("run", file("counter.spkl"), file("plain.npz"));
    expect(code).toBe(0);
    expect(out).toMatch(/^sample 0: class 0, margin 0\nsample 1: class 0, margin 0\n/);
  });

  it("says with the sample's number what does not fit the network", async () => {
    const x = new Uint8Array(2 * 4 * 2).fill(1).fill(9, 8);
    await writeFile(file("busy.npz"), writeNpz({ x: { shape: [2, 4, 2], data: x } }));
    await writeFile(file("counter.spkl"), blobOf(counter()));
    const { code, err } = await spikelet("run", file("counter.spkl"), file("busy.npz"));
    expect(code).toBe(3);
    expect(err).toMatch(
      /^spikelet: busy.npz: sample 1: found 18 spikes or more in the window, expected at most 12/,
    );
  });

  it("goes on with the snapshot before a damaged one, aloud", async () => {
    await cp(file("net.spkl"), file("torn.spkl.previous"));
    await writeFile(file("torn.spkl"), (await readFile(file("net.spkl"))).subarray(0, 300));
    const { code, err } = await spikelet("run", file("torn.spkl"), file("test.npz"));
    expect(code).toBe(0);
    expect(err).toMatch(/torn.spkl: damaged or missing, went on with .*torn.spkl.previous/);
  });
});
