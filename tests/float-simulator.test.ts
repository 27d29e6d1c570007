import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Layer, Model, Reset, ResetAt } from "../tools/exporter/model.js";
import { discretise } from "../tools/exporter/passes/discretise.js";
import type { DiscretiseOptions } from "../tools/exporter/passes/discretise.js";
import { calibrate } from "../tools/exporter/passes/calibrate.js";
import { dequantise } from "../tools/exporter/passes/dequantise.js";
import { deadOrStuck } from "../tools/exporter/passes/inspect-neurons.js";
import { quantise } from "../tools/exporter/passes/quantise.js";
import { readNir } from "../tools/exporter/readers/nir.js";
import { decode } from "../tools/exporter/simulate/decode.js";
import { FloatNetwork } from "../tools/exporter/simulate/float.js";
import { IntegerNetwork } from "../tools/exporter/simulate/integer.js";
import { writeBlob } from "../tools/exporter/writers/blob.js";
import { Random } from "./random.js";

const root = path.resolve(import.meta.dirname, "..");
const fixtures = path.join(root, "tests/fixtures/nir");
const shared = process.env.SPIKELET_SHARED ?? path.resolve(root, "../shared/data");
const hasShared = existsSync(path.join(shared, "vectors"));
if (!hasShared) console.log(`no shared data at ${shared}: traces of other simulators are left out`);

function layerOf(overrides: Partial<Layer> & { weights?: number[] } = {}): Layer {
  const { weights = [1], ...rest } = overrides;
  const neurons = rest.neurons ?? 1;
  const filled = (x: number): Float64Array => new Float64Array(neurons).fill(x);
  return {
    name: "n",
    kind: "lif",
    neurons,
    connections: [
      { name: "w", source: -1, inputs: weights.length / neurons, weights: Float64Array.from(weights) },
    ],
    bias: filled(0),
    decay: filled(0.5),
    threshold: filled(1),
    vReset: filled(0),
    lower: -Infinity,
    reset: "none",
    resetAt: "next",
    orEqual: false,
    ...rest,
  };
}

function modelOf(...layers: Layer[]): Model {
  const inputs = layers[0].connections[0].inputs;
  return { inputs, inputShape: [inputs], layers, dt: 1 };
}

const frames = (...values: number[]): Float64Array => Float64Array.from(values);
/** Neurons of a layer, and inputs, of the random nets. */
const SIZE = 20;
const all = (value: number): Float64Array => new Float64Array(SIZE).fill(value);
const constants = (decay: number, strength: number): Layer["adaptation"] => ({
  ...{ decay: all(decay), strength: all(strength) },
});

describe("one neuron, by hand", () => {
  // β = 1/2, θ = 1, v_reset = 1/4, inputs 2, 1, 1, 0: every value is exact in binary
  const cases: [Reset, ResetAt, membranes: number[], spikes: number[]][] = [
    ["none", "next", [2, 2, 2, 1], [1, 1, 1, 0]],
    ["subtract", "next", [2, 1, 1.5, -0.25], [1, 0, 1, 0]],
    ["subtract-scaled", "next", [2, 1.5, 1.25, 0.125], [1, 1, 1, 0]],
    ["zero", "next", [2, 1.125, 1.125, 0.125], [1, 1, 1, 0]],
    ["zero-step", "next", [2, 0.25, 1.125, 0.25], [1, 0, 1, 0]],
    ["subtract", "now", [1, 0.5, 0.25, 0.125], [1, 1, 1, 0]],
    ["zero", "now", [0.25, 0.25, 0.25, 0.125], [1, 1, 1, 0]],
  ];
  for (const [reset, resetAt, membranes, spikes] of cases) {
    test(`${reset} at ${resetAt} follows its row of the table`, () => {
      const network = new FloatNetwork(modelOf(layerOf({ reset, resetAt, vReset: frames(0.25) })));
      const run = network.run({ frames: frames(2, 1, 1, 0), steps: 4 }, { membranes: true, rasters: true });
      expect(Array.from(run.membranes![0])).toEqual(membranes);
      expect(Array.from(run.outputs)).toEqual(spikes);
      expect(Array.from(run.rasters![0])).toEqual(spikes);
      expect(run.counts[0][0]).toBe(spikes.reduce((a, b) => a + b));
    });
  }

  test("the comparator decides at the threshold itself", () => {
    for (const orEqual of [false, true]) {
      const network = new FloatNetwork(modelOf(layerOf({ orEqual })));
      expect(Array.from(network.step([1]))).toEqual([orEqual ? 1 : 0]);
    }
  });

  test("the membrane stays at its lower bound", () => {
    const network = new FloatNetwork(modelOf(layerOf({ lower: -1 })));
    const run = network.run({ frames: frames(-8, 0, 1.75), steps: 3 }, { membranes: true });
    expect(Array.from(run.membranes![0])).toEqual([-1, -0.5, 1.5]);
  });

  test("a leaky integrator gives its membrane, and its bias acts in every step", () => {
    const network = new FloatNetwork(modelOf(layerOf({ kind: "li", bias: frames(1) })));
    const run = network.run({ frames: frames(4, 0, 0), steps: 3 });
    expect(Array.from(run.outputs)).toEqual([5, 3.5, 2.75]);
    expect(Array.from(run.counts[0])).toEqual([0]);
  });
});

describe("a threshold that adapts, by hand", () => {
  // β = 1/2, θ = 1, ρ = 1/2, b = 1, inputs 2, 1, 1, 0
  const adaptation = { decay: frames(0.5), strength: frames(1) };
  const cases: [Reset, ResetAt, membranes: number[], levels: number[], spikes: number[]][] = [
    ["none", "next", [2, 2, 2, 1], [1, 2, 1.5, 2.25], [1, 0, 1, 0]],
    ["subtract", "next", [2, 1, 1.5, 0.75], [1, 2, 1.5, 1.25], [1, 0, 0, 0]],
    ["subtract", "now", [1, 1.5, 0.75, 0.375], [1, 2, 1.5, 2.25], [1, 0, 1, 0]],
  ];
  for (const [reset, resetAt, membranes, levels, spikes] of cases) {
    test(`rises with the spikes of the steps before, and ${reset} at ${resetAt} takes θ off, not the threshold`, () => {
      const network = new FloatNetwork(modelOf(layerOf({ reset, resetAt, adaptation })));
      const seen: number[] = [];
      const input = { frames: frames(2, 1, 1, 0), steps: 4 };
      const run = network.run(input, { membranes: true }, (_, { level }) => seen.push(level[0]));
      expect(Array.from(run.membranes![0])).toEqual(membranes);
      expect(seen).toEqual(levels);
      expect(Array.from(run.outputs)).toEqual(spikes);
    });
  }

  test("is back at θ after a start from rest", () => {
    const network = new FloatNetwork(modelOf(layerOf({ adaptation })));
    const input = { frames: frames(2, 1, 1, 0), steps: 4 };
    expect(network.run(input)).toEqual(network.run(input));
  });
});

test("a current takes in what arrives, bias included, and the membrane takes in the current", () => {
  const current = { decay: frames(0.5) };
  const network = new FloatNetwork(modelOf(layerOf({ current, bias: frames(0.5) })));
  const seen: number[][] = [];
  const input = { frames: frames(2, 1, 0), steps: 3 };
  const run = network.run(input, { membranes: true }, (_, step) =>
    seen.push([step.drive[0], step.current[0]]),
  );
  expect(seen).toEqual([
    [2.5, 2.5],
    [1.5, 2.75],
    [0.5, 1.875],
  ]);
  expect(Array.from(run.membranes![0])).toEqual([2.5, 4, 3.875]);
  expect(network.run(input, { membranes: true })).toEqual(run);
});

test("without a current of its own a membrane takes in what arrives", () => {
  new FloatNetwork(modelOf(layerOf({}))).step([2], (_, { current }) => expect(current[0]).toBe(2));
});

describe("connections from a layer's own spikes and from a layer behind it", () => {
  const both = (weights: number[]): Layer["connections"][number] => ({
    ...{ name: "back", source: 0, inputs: 2, weights: Float64Array.from(weights) },
  });
  const first = layerOf({ neurons: 2, decay: frames(0, 0), weights: [2, 0, 0, 2] });

  test("carry the spikes of the step before", () => {
    // what one neuron fires, the other fires a step later
    const ring = { ...first, connections: [...first.connections, both([0, 2, 2, 0])] };
    const network = new FloatNetwork(modelOf(ring));
    const steps = [1, 0, 0, 0].map((x) => Array.from(network.step([x, 0])));
    expect(steps).toEqual([
      [1, 0],
      [0, 1],
      [1, 0],
      [0, 1],
    ]);
    network.reset();
    expect(Array.from(network.step([0, 0]))).toEqual([0, 0]);
  });

  test("reach a layer in front a step after they reach one behind", () => {
    const second = { ...first, name: "behind", connections: [both([2, 0, 0, 2])] };
    const back = { ...both([0, 2, 0, 0]), source: 1 };
    const network = new FloatNetwork(
      modelOf({ ...first, connections: [...first.connections, back] }, second),
    );
    const fired: number[][] = [];
    for (const x of [1, 0]) network.step([x, 0], (_, { spikes }) => fired.push(Array.from(spikes)));
    expect(fired).toEqual([
      [1, 0],
      [1, 0],
      [0, 1],
      [0, 1],
    ]);
  });
});

describe("networks", () => {
  const first = layerOf({ neurons: 2, weights: [2, 0, 0, 2], reset: "subtract" });
  const second = layerOf({
    name: "out",
    kind: "li",
    connections: [
      { name: "w", source: 0, inputs: 2, weights: frames(1, 10) },
      { name: "skip", source: -1, inputs: 2, weights: frames(0.125, 0.25) },
    ],
  });

  test("a spike reaches the next layer in the same step, beside a connection from the input", () => {
    const network = new FloatNetwork(modelOf(first, second));
    expect(Array.from(network.step([1, 0]))).toEqual([1.125]);
    expect(Array.from(network.step([0, 1]))).toEqual([0.5625 + 10.25]);
  });

  test("a frame that is held answers as one that is repeated, and a window begins at rest", () => {
    const network = new FloatNetwork(modelOf(first, second));
    const repeated = network.run({ frames: frames(0.75, 0.4, 0.75, 0.4, 0.75, 0.4), steps: 3 });
    const held = network.run({ frames: frames(0.75, 0.4), steps: 3, hold: true });
    expect(held).toEqual(repeated);
    network.reset();
    const stepped = [0, 1, 2].map(() => network.step([0.75, 0.4])[0]);
    expect(stepped).toEqual(Array.from(repeated.outputs));
  });

  test("the callback sees what arrived, the membrane before and after a reset that acts now, and the spikes", () => {
    const network = new FloatNetwork(modelOf(layerOf({ reset: "zero", resetAt: "now", bias: frames(0.5) })));
    const seen: number[][] = [];
    network.step([2], (index, { drive, peak, membrane, spikes }) =>
      seen.push([index, drive[0], peak[0], membrane[0], spikes[0]]),
    );
    expect(seen).toEqual([[0, 2.5, 2.5, 0, 1]]);
  });

  test("input of another size is a RangeError that gives both", () => {
    const network = new FloatNetwork(modelOf(first, second));
    expect(() => network.step([1])).toThrow(new RangeError("found 1 inputs, expected 2"));
    expect(() => network.run({ frames: frames(1, 2, 3), steps: 2 })).toThrow(/found 3 values, expected 4/);
  });
});

/** States of 32 bits round so finely that a window of these nets fires alike; with 16 bits it soon would not. */
describe("the integers of 32 bits fire as this simulator says", () => {
  const cases: [string, Partial<Layer>, recurrent: boolean][] = [
    ["with adaptive thresholds", { adaptation: constants(0.97, 0.3) }, false],
    [
      "with adaptive thresholds and resets that act now",
      { adaptation: constants(0.97, 0.3), resetAt: "now" },
      false,
    ],
    ["with currents", { current: { decay: all(0.8) } }, false],
    ["with connections back", {}, true],
    ["with all of it", { adaptation: constants(0.9, 0.2), current: { decay: all(0.8) } }, true],
  ];
  for (const [name, extra, recurrent] of cases) {
    test(name, () => {
      const random = new Random(5);
      const drawn = (size: number): Float64Array =>
        Float64Array.from({ length: SIZE ** 2 }, () => (random.next() - 0.4) * size);
      const from = (source: number, size: number): Layer["connections"][number] => ({
        ...{ name: `from ${source}`, source, inputs: SIZE, weights: drawn(size) },
      });
      const layers = [-1, 0].map((source, l) =>
        layerOf({
          ...{
            name: `l${l}`,
            neurons: SIZE,
            decay: all(0.9),
            threshold: all(1),
            vReset: all(0),
            bias: all(0.001),
          },
          ...{ reset: "subtract", ...extra },
          connections: [
            from(source, l === 0 ? 0.7 : 1),
            ...(recurrent ? [from(l, 0.1)] : []),
            ...(recurrent && l === 0 ? [from(1, 0.1)] : []),
          ],
        }),
      );
      const model = modelOf(...layers);
      const steps = 60;
      const frames = Float64Array.from({ length: steps * SIZE }, () => Number(random.chance(0.1)));
      const program = quantise(model, calibrate(model, [{ frames, steps }]), {
        ...{
          stateBits: 32,
          perNeuron: false,
          percentile: 100,
          code: "count",
          classes: SIZE,
          learn: null,
          metadata: {},
        },
        ...{ input: { kind: "spikes", range: 1, scale: 1 }, maxSteps: steps, events: steps * SIZE },
      }).program;
      const twin = new IntegerNetwork(writeBlob(program, 0));
      const network = new FloatNetwork(dequantise(program));
      const operations = program.operations.flatMap(({ kind }, at) => (kind === "lif" ? [at] : []));
      let spikes = 0;
      for (let t = 0; t < steps; t++) {
        const row = frames.subarray(t * SIZE, (t + 1) * SIZE);
        twin.step(Uint16Array.from(row.keys()).filter((i) => row[i] === 1));
        network.step(row, (l, step) => {
          const fired = Array.from(step.spikes.keys()).filter((j) => step.spikes[j] === 1);
          expect(Array.from(twin.spikes(operations[l])), `step ${t}, layer ${l}`).toEqual(fired);
          spikes += fired.length;
        });
      }
      expect(spikes).toBeGreaterThan(steps);
    });
  }
});

interface Golden {
  nets: Record<
    string,
    {
      input: number[][];
      cases: { options: DiscretiseOptions; outputs: number[][]; counts: Record<string, number[]> }[];
    }
  >;
}

describe("a graph run node by node in NumPy, or by snnTorch, and its folded model answer alike", () => {
  const golden = JSON.parse(readFileSync(path.join(fixtures, "golden.json"), "utf8")) as Golden;
  for (const [name, { input, cases }] of Object.entries(golden.nets)) {
    for (const { options, outputs, counts } of cases) {
      test(`${name}: ${JSON.stringify(options)}`, async () => {
        const { graph } = await readNir(readFileSync(path.join(fixtures, `${name}.nir`)), `${name}.nir`);
        const { model } = discretise(graph, options);
        const run = new FloatNetwork(model).run({
          frames: Float64Array.from(input.flat()),
          steps: input.length,
        });
        const expected = outputs.flat();
        expect(run.outputs).toHaveLength(expected.length);
        expect(Math.max(...run.outputs.map((y, i) => Math.abs(y - expected[i])))).toBeLessThan(1e-9);
        for (const [node, spikes] of Object.entries(counts)) {
          expect(
            Array.from(run.counts[model.layers.findIndex((layer) => layer.name === node)]),
            node,
          ).toEqual(spikes);
        }
      });
    }
  }
});

describe("decoding", () => {
  // 3 steps × 4 outputs
  const spikes = [0, 1, 0, 1, 1, 1, 0, 0, 1, 0, 0, 0];
  test("count: the most spikes, the lowest index among equals, and no margin with a tie", () => {
    expect(decode(spikes, "count", 4, 3)).toEqual({ label: 0, margin: 0, scores: frames(2, 2, 0, 1) });
  });
  test("first: the earliest spike counts down from the longest window", () => {
    expect(decode(spikes, "first", 4, 3)).toEqual({ label: 1, margin: 0, scores: frames(2, 3, 0, 3) });
    expect(Array.from(decode(spikes, "first", 4, 3, 10).scores)).toEqual([9, 10, 0, 10]);
    expect(Array.from(decode(spikes, "first", 4, 3, 1).scores)).toEqual([1, 1, 0, 1]);
  });
  test("population: neighbouring outputs vote together", () => {
    expect(decode(spikes, "population", 2, 3)).toEqual({ label: 0, margin: 3, scores: frames(4, 1) });
  });
  test("membranes: last, largest and summed", () => {
    const membranes = [-1, -2, -3, 4, -1, -8];
    expect(decode(membranes, "membrane-last", 2, 3)).toEqual({ label: 0, margin: 7, scores: frames(-1, -8) });
    expect(decode(membranes, "membrane-max", 2, 3)).toEqual({ label: 1, margin: 5, scores: frames(-1, 4) });
    expect(decode(membranes, "membrane-sum", 2, 3)).toEqual({ label: 0, margin: 1, scores: frames(-5, -6) });
  });
  test("one class has its score for a margin, outputs beyond the classes are not read, too few are refused", () => {
    expect(decode([1, 5, 1, 5], "count", 1, 2)).toEqual({ label: 0, margin: 2, scores: frames(2) });
    expect(() => decode([1, 1], "count", 2, 2)).toThrow(RangeError);
  });
});

describe("dead and stuck neurons", () => {
  test("a neuron whose steady membrane stays at its threshold or below is dead, one above it is not", () => {
    expect(deadOrStuck(modelOf(layerOf({ weights: [0.5, -9] })))).toEqual([
      '1 of 1 neurons of layer "n" can never reach their threshold; check the time step, r and the weights',
    ]);
    expect(deadOrStuck(modelOf(layerOf({ weights: [0.51, -9] })))).toEqual([]);
    expect(deadOrStuck(modelOf(layerOf({ weights: [0.5, -9] })), 1.1)).toEqual([]);
    expect(deadOrStuck(modelOf(layerOf({ weights: [-0.5] })), [-2, 0])).toEqual([]);
  });

  test("integrate-and-fire reaches any threshold with any drive above 0", () => {
    expect(deadOrStuck(modelOf(layerOf({ decay: frames(1), weights: [1e-6] })))).toEqual([]);
    expect(deadOrStuck(modelOf(layerOf({ decay: frames(1), weights: [-1] })))).toHaveLength(1);
  });

  test("what only dead neurons drive is dead", () => {
    const next = layerOf({
      name: "next",
      connections: [{ name: "w", source: 0, inputs: 1, weights: frames(9) }],
    });
    const warnings = deadOrStuck(modelOf(layerOf({ weights: [0.1] }), next));
    expect(warnings.map((line) => /"\w+"/.exec(line)![0])).toEqual(['"n"', '"next"']);
  });

  test("a pacemaker is told from a neuron that fires whatever its input is", () => {
    const biased = (w: number): Model => modelOf(layerOf({ weights: [w], bias: frames(1) }));
    expect(deadOrStuck(biased(-1))).toEqual([expect.stringMatching(/fire without any input/)]);
    expect(deadOrStuck(biased(1))).toEqual([expect.stringMatching(/fire whatever the input is/)]);
  });

  test("a current multiplies what a steady drive comes to, and layers behind may fire", () => {
    const current = { decay: frames(0.5) };
    expect(deadOrStuck(modelOf(layerOf({ weights: [0.3] })))).toHaveLength(1);
    expect(deadOrStuck(modelOf(layerOf({ weights: [0.3], current })))).toEqual([]);
    const back = { name: "back", source: 1, inputs: 1, weights: frames(1) };
    const weak = layerOf({ weights: [0.1] });
    const next = layerOf({
      name: "next",
      connections: [{ name: "w", source: 0, inputs: 1, weights: frames(9) }],
    });
    expect(deadOrStuck(modelOf({ ...weak, connections: [...weak.connections, back] }, next))).toEqual([]);
  });

  test("leaky integrators are not asked to fire", () => {
    expect(deadOrStuck(modelOf(layerOf({ kind: "li", weights: [0] })))).toEqual([]);
  });
});

interface Vectors {
  x: number[][];
  cases: {
    neuron: string;
    params: {
      beta: number;
      threshold?: number;
      reset_mechanism?: Reset;
      reset_delay?: boolean;
      state_quant?: object;
    };
    /** step → [spikes, membranes] → neuron */
    trace: number[][][];
  }[];
}

describe.runIf(hasShared)("other simulators' traces", () => {
  test("snnTorch's Leaky: equal spikes, membranes to 1e-5, for every reset that the table has", () => {
    const { x, cases } = JSON.parse(
      readFileSync(path.join(shared, "vectors/snntorch_neurons.json"), "utf8"),
    ) as Vectors;
    let compared = 0;
    for (const { neuron, params, trace } of cases) {
      if (neuron !== "Leaky" || params.state_quant) continue;
      // Its undelayed subtraction adds back what still exceeds the threshold: a rule of its own.
      if (params.reset_delay === false && params.reset_mechanism === "subtract") continue;
      const three = (value: number): Float64Array => new Float64Array(3).fill(value);
      const reset = params.reset_mechanism!;
      const layer = layerOf({
        neurons: 3,
        weights: [1, 0, 0, 0, 1, 0, 0, 0, 1],
        decay: three(params.beta),
        threshold: three(params.threshold!),
        reset,
        resetAt: params.reset_delay === false && reset !== "none" ? "now" : "next",
      });
      const input = { frames: Float64Array.from(x.flat()), steps: x.length };
      const run = new FloatNetwork(modelOf(layer)).run(input, { membranes: true });
      expect(Array.from(run.outputs)).toEqual(trace.flatMap((step) => step[0]));
      const membranes = trace.flatMap((step) => step[1]);
      expect(Math.max(...run.membranes![0].map((u, i) => Math.abs(u - membranes[i])))).toBeLessThan(1e-5);
      compared++;
    }
    expect(compared).toBe(5);
  });

  /** Columns: input, membrane as stored, spike; one line a step. */
  const trace = (name: string): number[][] => {
    const rows = readFileSync(path.join(shared, `nir/${name}.csv`), "utf8")
      .trim()
      .split("\n");
    const table = rows.map((row) => row.split(",").map(Number));
    return [0, 1, 2].map((column) => table.map((row) => row[column]));
  };
  const compare = (model: Model, name: string, until = Infinity): void => {
    const [input, membranes, spikes] = trace(name).map((column) => column.slice(0, until));
    const run = new FloatNetwork(model).run(
      { frames: Float64Array.from(input), steps: input.length },
      { membranes: true },
    );
    expect(Array.from(run.outputs)).toEqual(spikes);
    expect(Math.max(...run.membranes![0].map((u, i) => Math.abs(u - membranes[i])))).toBeLessThan(1e-5);
  };
  const oneLif = async (options: DiscretiseOptions): Promise<Model> => {
    const bytes = readFileSync(path.join(shared, "nir/lif_norse.nir"));
    return discretise((await readNir(bytes, "lif_norse.nir")).graph, options).model;
  };

  test("Norse: the graph under Euler at 0.1 ms, reset to 0 at once", async () => {
    compare(await oneLif({ dt: 1e-4, discretise: "euler", reset: "zero", resetAt: "now" }), "lif_norse");
  });

  test("the exact solution, up to its first spike, which falls between two steps", async () => {
    const firstSpike = trace("lif_exact")[2].indexOf(1);
    expect(firstSpike).toBeGreaterThan(100);
    compare(await oneLif({ dt: 1e-4, discretise: "exact" }), "lif_exact", firstSpike);
  });

  test("snnTorch: the graph under Euler at 0.1 ms in units of one input, reset to 0 at once", () => {
    const layer = layerOf({ decay: frames(0.96), threshold: frames(2.5), reset: "zero", resetAt: "now" });
    compare(modelOf(layer), "lif_snntorch");
  });

  test("Sinabs: the exact decay, an input that is added as it comes, subtraction at once", () => {
    const decay = frames(Math.exp(-0.04));
    const layer = layerOf({ decay, threshold: frames(0.1), reset: "subtract", resetAt: "now" });
    compare(modelOf(layer), "lif_sinabs");
  });
});
