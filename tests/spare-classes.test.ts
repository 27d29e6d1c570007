/** Classes kept free at export: silent until they are taught, and then as good as any. */
import { writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { load } from "../host/node/index.js";
import { writeNpz } from "../tools/exporter/data/npz.js";
import type { Layer, Model } from "../tools/exporter/model.js";
import { withSpareClasses } from "../tools/exporter/passes/spare-classes.js";
import { exportModel } from "../tools/exporter/pipeline.js";
import type { Code } from "../tools/exporter/program.js";
import { decode } from "../tools/exporter/simulate/decode.js";
import { FloatNetwork } from "../tools/exporter/simulate/float.js";
import { file, fixture, MEANING, MODEL, object, spikelet, useFolder } from "./cli-support.js";
import { Random } from "./random.js";

const [INPUTS, HIDDEN, TRAINED, STEPS] = [8, 16, 4, 10];

/** 8-16-4 with random weights. */
function modelOf(random: Random): Model {
  const values = (count: number, least: number, most: number): Float64Array =>
    Float64Array.from({ length: count }, () => least + (most - least) * random.next());
  const layerOf = (kind: Layer["kind"], source: number, inputs: number, neurons: number): Layer => ({
    ...{ name: kind, kind, neurons, reset: kind === "lif" ? "subtract" : "none", resetAt: "next" },
    connections: [{ name: `to ${kind}`, source, inputs, weights: values(inputs * neurons, -1, 1) }],
    bias: values(neurons, -0.2, 0.2),
    decay: new Float64Array(neurons).fill(0.9),
    threshold: new Float64Array(neurons).fill(1),
    vReset: new Float64Array(neurons),
    lower: -Infinity,
    orEqual: false,
  });
  const layers = [layerOf("lif", -1, INPUTS, HIDDEN), layerOf("li", 0, HIDDEN, TRAINED)];
  return { inputs: INPUTS, inputShape: [INPUTS], layers, dt: 1e-3 };
}

function framesOf(random: Random): Float64Array {
  return Float64Array.from({ length: STEPS * INPUTS }, () => Number(random.chance(0.4)));
}

async function blobOf(model: Model, code: Code, random: Random): ReturnType<typeof load> {
  const { blob } = exportModel(model, {
    ...{ stateBits: 16, perNeuron: false, percentile: 100, code, classes: model.layers[1].neurons },
    ...{ input: { kind: "spikes", range: 1, scale: 1 }, maxSteps: STEPS, events: STEPS * INPUTS },
    learn: { layers: "readout", schedules: ["window"], rate: 1e-3, seed: 1 },
    calibration: Array.from({ length: 20 }, () => ({ frames: framesOf(random), steps: STEPS })),
  });
  return load(blob);
}

/** As the network takes it. */
const windowOf = (frames: Float64Array): Uint8Array => Uint8Array.from(frames);

describe("a model with spare classes", () => {
  it("has the mean of the trained classes' weights, bias and decay in each, and all else as it was", () => {
    const model = modelOf(new Random(1));
    model.layers[1].decay.set([0.8, 0.9, 0.9, 1]);
    const [hidden, readout] = withSpareClasses(model, 2).layers;
    const before = model.layers[1];
    expect(hidden).toBe(model.layers[0]);
    expect(readout.neurons).toBe(TRAINED + 2);
    const rows: [Float64Array, Float64Array][] = [
      [before.bias, readout.bias],
      [before.decay, readout.decay],
      [before.threshold, readout.threshold],
      ...Array.from({ length: HIDDEN }, (_, i): [Float64Array, Float64Array] => [
        before.connections[0].weights.slice(i * TRAINED, (i + 1) * TRAINED),
        readout.connections[0].weights.slice(i * (TRAINED + 2), (i + 1) * (TRAINED + 2)),
      ]),
    ];
    for (const [trained, wider] of rows) {
      const mean = trained.reduce((sum, x) => sum + x, 0) / TRAINED;
      expect([...wider.slice(0, TRAINED)]).toEqual([...trained]);
      for (const spare of wider.slice(TRAINED)) expect(spare).toBeCloseTo(mean, 12);
    }
  });

  it("is the model itself where there are none", () => {
    const model = modelOf(new Random(1));
    expect(withSpareClasses(model, 0)).toBe(model);
  });

  it.each(["membrane-sum", "membrane-last", "membrane-max"] as const)(
    "never answers with one before it has learned, %s, in floats as in integers",
    async (code) => {
      const random = new Random(2);
      for (let trial = 0; trial < 20; trial++) {
        const model = withSpareClasses(modelOf(random), 2);
        const [float, net] = [new FloatNetwork(model), await blobOf(model, code, random)];
        for (let n = 0; n < 100; n++) {
          const frames = framesOf(random);
          const { outputs } = float.run({ frames, steps: STEPS });
          expect(decode(outputs, code, TRAINED + 2, STEPS).label).toBeLessThan(TRAINED);
          expect(net.run(windowOf(frames)).label).toBeLessThan(TRAINED);
        }
      }
    },
  );

  it("learns them where it runs, one apart from the other", async () => {
    const random = new Random(3);
    const net = await blobOf(withSpareClasses(modelOf(random), 2), "membrane-sum", random);
    const lessons = [TRAINED, TRAINED + 1].map((label) => ({ label, window: windowOf(framesOf(random)) }));
    for (let pass = 0; pass < 200; pass++) {
      for (const { window, label } of lessons) net.learn(window, label);
    }
    for (const { window, label } of lessons) expect(net.run(window).label).toBe(label);
  });

  it("is refused where the last layer spikes, or there would be more than 256 classes", () => {
    const model = modelOf(new Random(1));
    const spiking = { ...model, layers: [model.layers[0]] };
    expect(() => withSpareClasses(spiking, 1)).toThrow(
      /^layer "lif": found a last layer that spikes, expected a leaky integrator .*--code membrane-sum$/,
    );
    expect(withSpareClasses(model, 252).layers[1].neurons).toBe(256);
    expect(() => withSpareClasses(model, 253)).toThrow(
      /^layer "li": found 4 classes and 253 spare ones, expected at most 256 in all; keep fewer spare$/,
    );
  });
});

describe("spikelet export --spare-classes", () => {
  useFolder();
  const PUPIL = fixture("nir/lif_dots.nir");
  const LEARNS = [...MEANING, "--code", "membrane-sum", "--learn", "e-prop", "--rate", "1e-2"];
  const exported = (...more: string[]): Promise<{ classes: number; spareClasses: number }> =>
    object("export", PUPIL, "-o", file("grows.spkl"), "--calibrate", file("data.npz"), ...LEARNS, ...more);

  /** Class 3, which the model does not know: spikes in inputs 0 and 5. */
  async function writeNew(name: string, samples: number, seed: number): Promise<void> {
    const random = new Random(seed);
    const x = Uint8Array.from({ length: samples * 20 * 6 }, (_, at) =>
      Number(random.chance(at % 6 === 0 || at % 6 === 5 ? 0.6 : 0.05)),
    );
    const y = { shape: [samples], data: new Int32Array(samples).fill(3) };
    await writeFile(file(name), writeNpz({ x: { shape: [samples, 20, 6], data: x }, y }));
  }

  it("keeps none without being asked", async () => {
    expect(await exported()).toMatchObject({ classes: 3, spareClasses: 0 });
    const said = await object<{ metadata: object }>("inspect", file("grows.spkl"));
    expect(said).toMatchObject({ classes: 3, spareClasses: 0 });
    expect(said.metadata).not.toHaveProperty("spareClasses");
  });

  it("is told by inspect and by the metadata", async () => {
    expect(await exported("--spare-classes", "2")).toMatchObject({ classes: 5, spareClasses: 2 });
    expect(await object("inspect", file("grows.spkl"))).toMatchObject({
      ...{ classes: 5, spareClasses: 2, metadata: { spareClasses: 2 } },
    });
    const { out } = await spikelet("inspect", file("grows.spkl"));
    expect(out).toContain("5 classes (2 of them spare, membrane-sum)");
    expect((await load(file("grows.spkl"))).info.metadata.spareClasses).toBe(2);
  });

  it("leaves the answers as they are, which verify sees", async () => {
    await exported("--spare-classes", "2");
    const verdict = await object<{ classAgreement: number; accuracyFloat: number }>(
      ...["verify", PUPIL, file("grows.spkl"), file("test.npz")],
    );
    expect(verdict.classAgreement).toBeGreaterThan(0.9);
    await exported();
    const without = await object<{ accuracyFloat: number }>(
      ...["verify", PUPIL, file("grows.spkl"), file("test.npz")],
    );
    expect(verdict.accuracyFloat).toBe(without.accuracyFloat);
  });

  it("makes room for labels that learn and run then know", async () => {
    await exported("--spare-classes", "1");
    await writeNew("new.npz", 10, 5);
    await writeNew("new-test.npz", 40, 6);
    const { before, after } = await object<Record<"before" | "after", { test: number }>>(
      ...["learn", file("grows.spkl"), file("new.npz"), "-o", file("grown.spkl"), "--epochs", "40"],
      ...["--test", file("new-test.npz"), "--keep", file("data.npz"), "--replay", "20"],
    );
    expect(before.test).toBe(0);
    expect(after.test).toBeGreaterThan(0.8);
    const { accuracy } = await object<{ accuracy: number }>("run", file("grown.spkl"), file("new-test.npz"));
    expect(accuracy).toBe(after.test);
    await exported();
    const refused = await spikelet("learn", file("grows.spkl"), file("new.npz"), "-o", file("x.spkl"));
    expect(refused).toMatchObject({
      code: 3,
      err: expect.stringContaining("has the label 3, expected 0 … 2"),
    });
  });

  it("counts down with what was learnt, whose verify still knows the model", async () => {
    await exported("--spare-classes", "2");
    await writeNew("new.npz", 10, 5);
    const learnt = async (from: string, data: string, ...more: string[]): Promise<object> => {
      await object("learn", file(from), file(data), "-o", file("grown.spkl"), ...more);
      const { spareClasses, metadata } = await object("inspect", file("grown.spkl"));
      const { learntClasses } = metadata as { learntClasses?: number };
      return { spareClasses, learntClasses };
    };
    expect(await learnt("grows.spkl", "data.npz")).toEqual({ spareClasses: 2 });
    expect(await learnt("grows.spkl", "new.npz", "--rate", "0")).toEqual({ spareClasses: 2 });
    expect(await learnt("grows.spkl", "new.npz")).toEqual({ spareClasses: 1, learntClasses: 1 });
    expect(await learnt("grown.spkl", "new.npz")).toEqual({ spareClasses: 1, learntClasses: 1 });
    expect(await learnt("grows.spkl", "new.npz", "--rule", "rtrl")).toEqual({
      ...{ spareClasses: 1, learntClasses: 1 },
    });
    const { code, err } = await spikelet("verify", PUPIL, file("grown.spkl"), file("test.npz"));
    expect({ code, err }).toEqual({ code: 0, err: "" });
  });

  it("is refused in one line that says what would do", async () => {
    const refusals: [number, RegExp, string[]][] = [
      [
        2,
        /'256' is invalid\. expected a whole number, 0 … 255\.\n$/,
        [PUPIL, ...LEARNS, "--spare-classes", "256"],
      ],
      [2, /'-1' is invalid/, [PUPIL, ...LEARNS, "--spare-classes", "-1"]],
      [
        3,
        /^spikelet: lif_dots\.nir: layer "[^"]+": found 3 classes and 254 spare ones, expected at most 256 in all; keep fewer spare\n$/,
        [PUPIL, ...LEARNS, "--spare-classes", "254"],
      ],
      [
        3,
        /^spikelet: snntorch_leaky\.nir: layer "lif2": found a last layer that spikes, expected a leaky integrator [^\n]*\n$/,
        [MODEL, ...MEANING, "--spare-classes", "1"],
      ],
    ];
    for (const [code, message, args] of refusals) {
      const ended = await spikelet("export", ...args, "-o", file("x.spkl"));
      expect(ended.err).toMatch(message);
      expect(ended.err.trim().split("\n").length, ended.err).toBe(1);
      expect(ended.code).toBe(code);
    }
  });

  it("warns where nothing could ever learn them", async () => {
    const { code, err } = await spikelet(
      ...["export", PUPIL, "-o", file("x.spkl"), "--calibrate", file("data.npz"), ...MEANING],
      ...["--code", "membrane-sum", "--spare-classes", "1"],
    );
    expect(code).toBe(0);
    expect(err).toContain("--spare-classes without --learn: nothing can ever learn them");
  });
});
