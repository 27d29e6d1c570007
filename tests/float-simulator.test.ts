import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import type { Layer, Model, Reset, ResetAt } from "../tools/exporter/model.js";
import { discretise } from "../tools/exporter/passes/discretise.js";
import type { DiscretiseOptions } from "../tools/exporter/passes/discretise.js";
import { deadOrStuck } from "../tools/exporter/passes/inspect-neurons.js";
import { readNir } from "../tools/exporter/readers/nir.js";
import { decode } from "../tools/exporter/simulate/decode.js";
import { FloatNetwork } from "../tools/exporter/simulate/float.js";

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
