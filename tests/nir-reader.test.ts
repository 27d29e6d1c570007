import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { InputError, UsageError } from "../tools/exporter/errors.js";
import { predecessors, successors, topologicalOrder } from "../tools/exporter/graph.js";
import type { Graph } from "../tools/exporter/graph.js";
import { Assumptions } from "../tools/exporter/passes/assumptions.js";
import { checkGraph } from "../tools/exporter/passes/check.js";
import { discretise } from "../tools/exporter/passes/discretise.js";
import type { DiscretiseOptions } from "../tools/exporter/passes/discretise.js";
import { readNir } from "../tools/exporter/readers/nir.js";

const root = path.resolve(import.meta.dirname, "..");
const fixtures = path.join(root, "tests/fixtures/nir");
const shared = process.env.SPIKELET_SHARED ?? path.resolve(root, "../shared/data");
const hasShared = existsSync(path.join(shared, "nir"));
if (!hasShared) console.log(`no shared data at ${shared}: real NIR files are left out`);

const bytesOf = (name: string): Uint8Array =>
  new Uint8Array(readFileSync(path.join(fixtures, `${name}.nir`)));
const read = (name: string) => readNir(bytesOf(name), `${name}.nir`);
const euler: DiscretiseOptions = { discretise: "euler" };

/** The error that a promise ends with, for a look at its class and its message. */
async function refusal(promise: Promise<unknown>): Promise<Error> {
  return promise.then(
    () => expect.fail("expected a refusal"),
    (error: Error) => error,
  );
}

/** A graph by hand, for what NIR files cannot easily hold. */
function graphOf(nodes: Record<string, [string, Record<string, number | number[]>]>, edges: string): Graph {
  return {
    file: "hand.nir",
    nodes: new Map(
      Object.entries(nodes).map(([name, [type, fields]]) => {
        const entries = Object.entries(fields).map(([field, value]) => {
          const data =
            typeof value === "number" ? value : { shape: [value.length], data: Float64Array.from(value) };
          return [field, data] as const;
        });
        return [name, { name, type, fields: new Map(entries) }];
      }),
    ),
    edges: edges.split(" ").map((pair) => pair.split(">") as [string, string]),
  };
}

describe("reading", () => {
  test("names with dots stay as they are, and float32 weights beside float64 constants are read as numbers", async () => {
    const { graph, warnings } = await read("lif_dots");
    expect(warnings).toEqual([]);
    expect([...graph.nodes.keys()].sort()).toEqual([
      "block.fc",
      "block.lif",
      "fc.2",
      "input",
      "lif.2",
      "output",
    ]);
    const weight = graph.nodes.get("block.fc")!.fields.get("weight");
    expect(weight).toMatchObject({ shape: [5, 6] });
    expect(graph.nodes.get("input")!.fields.get("shape")).toEqual({ shape: [1], data: Float64Array.of(6) });
  });

  test("a subgraph is flattened under the name of its node", async () => {
    const { graph } = await read("nested");
    expect(graph.nodes.get("inner.lif")?.type).toBe("LIF");
    expect(graph.nodes.has("inner")).toBe(false);
    expect(graph.edges).toContainEqual(["fc", "inner.input"]);
    expect(graph.edges).toContainEqual(["inner.output", "readout"]);
    expect(discretise(graph, { ...euler, dt: 1e-3 }).model.layers.map((layer) => layer.name)).toEqual([
      "inner.lif",
      "li",
    ]);
  });

  test("files as nir writes them, compressed or not, and in HDF5's newer layout are read alike", async () => {
    for (const name of ["plain", "gzip", "branches"]) {
      expect((await read(name)).graph.nodes.size, name).toBeGreaterThan(2);
    }
  });

  test("an edge to an unknown name means the one node without edges, with a warning that gives both", async () => {
    const { graph, warnings } = await read("odd_edge_name");
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/name "lif".*taken as "lif1"/);
    expect(graph.edges).toContainEqual(["fc", "lif1"]);
    const strict = readNir(bytesOf("odd_edge_name"), "odd_edge_name.nir", { strict: true });
    expect((await refusal(strict)).message).toMatch(/--strict assumes nothing/);
  });

  test("doubled and disordered edges, scalars, leading ones and a longer output shape are understood", async () => {
    const { graph } = await read("odd_shapes");
    expect(graph.edges).toHaveLength(3);
    const odd = discretise(graph, { ...euler, reset: "subtract", resetAt: "next" });
    const plain = discretise((await read("plain")).graph, { ...euler, reset: "subtract", resetAt: "next" });
    expect(odd.model).toEqual(plain.model);
    expect(odd.warnings.filter((line) => line.includes("1×1×2"))).toHaveLength(1);
  });
});

describe("refusing", () => {
  const cases: Record<string, RegExp> = {
    bad_not_hdf5: /expected an HDF5 file/,
    bad_no_nir: /no NIR graph in an HDF5 file with "spikes"/,
    bad_no_edges: /the graph has no list "edges"/,
    bad_edges: /edges of the graph name "x", "y"/,
    bad_missing_type: /node "fc" has no attribute "type"/,
    bad_missing_attribute: /node "lif1" of type LIF has no attribute "v_threshold"/,
    bad_conv2d: /node "conv" is of type Conv2d, which this version does not run; it reads Input, Output, /,
    bad_nan: /node "fc" has NaN in "weight" \(element 4 of 6\)/,
    bad_infinite: /node "fc" has Infinity in "bias"/,
    bad_rank: /node "fc" has a weight of shape 2×3×1×1, expected two dimensions/,
    bad_shape: /edge "fc" → "lif1": found 2 values .*expected 4/,
    bad_cycle: /a cycle, "w_rec" → "lif1" → "w_rec"/,
    bad_two_outputs: /found 2 nodes of type Output \("output", "second"\)/,
  };
  for (const [name, message] of Object.entries(cases)) {
    test(`${name.slice(4).replaceAll("_", " ")}: the message names the file and the trouble`, async () => {
      const error = await refusal(read(name));
      expect(error).toBeInstanceOf(InputError);
      expect(error.message).toMatch(new RegExp(`^${name}\\.nir: `));
      expect(error.message).toMatch(message);
      expect(error.message).not.toContain("\n");
    });
  }

  test("every bad fixture has its case", () => {
    const bad = readdirSync(fixtures).filter((file) => file.startsWith("bad_"));
    const discretising = ["bad_tau", "bad_threshold"];
    expect(bad.map((file) => file.slice(0, -4)).sort()).toEqual(
      [...Object.keys(cases), ...discretising].sort(),
    );
  });

  test("a tau below the time step is refused under Euler by node and neuron, and runs under exact", async () => {
    const { graph } = await read("bad_tau");
    const options = { dt: 1e-4, reset: "none" } as const;
    expect(() => discretise(graph, { ...options, discretise: "euler" })).toThrow(
      /node "lif1" has a tau of 0.00005 s \(neuron 1\), less than the time step of 0.0001 s/,
    );
    const { model } = discretise(graph, { ...options, discretise: "exact" });
    expect(model.layers[0].decay[1]).toBeCloseTo(Math.exp(-2), 12);
  });

  test("a threshold that is not above 0 is refused by node and neuron", async () => {
    const { graph } = await read("bad_threshold");
    expect(() => discretise(graph, euler)).toThrow(/node "lif1" has the threshold 0 \(neuron 1\)/);
  });
});

describe("damaged files", () => {
  afterEach(() => vi.restoreAllMocks());

  test("a file cut anywhere is refused in one line, nothing is printed, and the next file is read", async () => {
    const printed = [vi.spyOn(console, "error"), vi.spyOn(console, "warn"), vi.spyOn(console, "log")];
    let seed = 1;
    const random = (n: number): number => {
      seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
      return Math.floor((seed / 2 ** 32) * n);
    };
    for (const name of ["plain", "gzip", "nested"]) {
      const whole = bytesOf(name);
      for (const length of [
        0,
        1,
        8,
        9,
        40,
        47,
        48,
        96,
        whole.length - 1,
        ...Array.from({ length: 50 }, () => random(whole.length)),
      ]) {
        const error = await refusal(readNir(whole.slice(0, length), `${name}.nir`));
        expect(error, `${name} cut to ${length}`).toBeInstanceOf(InputError);
        expect(error.message).not.toContain("\n");
      }
      expect((await readNir(whole, `${name}.nir`)).graph.nodes.size).toBeGreaterThan(2);
    }
    for (const spy of printed) expect(spy).not.toHaveBeenCalled();
  });

  test("a file whose end is missing says how much of it is", async () => {
    const whole = bytesOf("plain");
    const error = await refusal(readNir(whole.slice(0, 5000), "plain.nir"));
    expect(error.message).toBe(
      `plain.nir: found 5000 bytes of an HDF5 file, expected ${whole.length}: it is cut off; copy or export it again`,
    );
  });

  test("a file that makes the HDF5 library trap is refused, and the next file is read by a fresh one", async () => {
    const damaged = bytesOf("plain");
    const heap = Buffer.from(damaged).indexOf("GCOL");
    expect(heap).toBeGreaterThan(0);
    damaged[heap] = 255;
    const error = await refusal(readNir(damaged, "damaged.nir"));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/^damaged\.nir: damaged HDF5 file \(/);
    expect((await read("plain")).graph.nodes.size).toBe(4);
  });

  test("a compressed array that does not unpack is refused, not read as garbage", async () => {
    const damaged = bytesOf("gzip");
    // zlib's header (78 5e: deflate, 32 KiB window, level 4), where each compressed chunk begins
    const chunks = Array.from(damaged.keys()).filter((i) => damaged[i] === 0x78 && damaged[i + 1] === 0x5e);
    expect(chunks.length).toBeGreaterThan(0);
    for (const at of chunks) damaged.fill(0xff, at, at + 8);
    const error = await refusal(readNir(damaged, "damaged.nir"));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(/damaged HDF5 file/);
  });
});

describe("what the file leaves open", () => {
  test("each assumption is one line that names its option, and none is left when the options say it", async () => {
    const { graph } = await read("lif_dots");
    const { model, warnings } = discretise(graph, euler);
    expect(model.dt).toBe(1e-4);
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/^lif_dots\.nir: the time step is taken to be 0.0001 s.*--dt/);
    expect(warnings[1]).toMatch(/"block.lif", "lif.2": the reset is taken to subtract.*next step.*--reset/);
    expect(model.layers.map(({ reset, resetAt }) => [reset, resetAt])).toEqual([
      ["subtract", "next"],
      ["subtract", "next"],
    ]);
    const said = discretise(graph, { ...euler, dt: 1e-4, reset: "subtract", resetAt: "next", strict: true });
    expect(said.warnings).toEqual([]);
    expect(said.model).toEqual(model);
  });

  test("strict turns the first assumption into an error", async () => {
    const { graph } = await read("lif_dots");
    const strict = { ...euler, strict: true };
    expect(() => discretise(graph, strict)).toThrow(InputError);
    expect(() => discretise(graph, { ...strict, dt: 1e-4 })).toThrow(
      /reset is taken to subtract.*--strict assumes nothing/,
    );
    expect(() => discretise(graph, { ...strict, dt: 1e-4, reset: "subtract" })).toThrow(/--reset-at/);
  });

  test("a v_reset other than 0 is a reset to it at once, as NIR defines it; with an r of 1 the step is 1 ms", async () => {
    const { graph } = await read("nested");
    const { model, warnings } = discretise(graph, euler);
    expect(model.dt).toBe(1e-3);
    expect(warnings).toHaveLength(1);
    expect(model.layers[0]).toMatchObject({ reset: "zero", resetAt: "now" });
    expect(Array.from(model.layers[0].vReset)).toEqual([0.1, 0, -0.1, 0]);
  });

  test("in a network of IF alone the unit of time is the step", async () => {
    const { graph } = await read("if_scale_flatten");
    const { model, warnings } = discretise(graph, { ...euler, reset: "subtract", resetAt: "next" });
    expect(model.dt).toBe(1);
    expect(warnings).toEqual([expect.stringMatching(/unit of time is taken to be the step; --dt/)]);
    expect(Array.from(model.layers[0].decay)).toEqual([1, 1, 1, 1, 1]);
    expect(model.inputShape).toEqual([2, 3]);
  });

  test("options out of their range are wrong usage", async () => {
    const { graph } = await read("plain");
    const wrong: Partial<DiscretiseOptions>[] = [
      { dt: 0 },
      { dt: NaN },
      { lowerBound: 0.5 },
      { reset: "zero-step", resetAt: "now" },
      { reset: "sideways" as never },
      { discretise: "magic" as never },
    ];
    for (const options of wrong)
      expect(() => discretise(graph, { ...euler, ...options })).toThrow(UsageError);
  });
});

describe("discretising", () => {
  const input: [string, Record<string, number[]>] = ["Input", { shape: [2] }];
  const output: [string, Record<string, number[]>] = ["Output", { shape: [2] }];

  test("Euler and exact constants, the gain and the leak are those of the field's table", () => {
    const graph = graphOf(
      {
        i: input,
        n: ["LIF", { tau: [4e-3, 2e-3], r: [3, 1], v_leak: [0.5, 0], v_threshold: 1, v_reset: [0.1, 0] }],
        o: output,
      },
      "i>n n>o",
    );
    const eulerLayer = discretise(graph, { ...euler, dt: 1e-3 }).model.layers[0];
    expect(Array.from(eulerLayer.decay)).toEqual([0.75, 0.5]);
    expect(Array.from(eulerLayer.bias)).toEqual([0.125, 0]);
    expect(Array.from(eulerLayer.connections[0].weights)).toEqual([0.75, 0, 0, 0.5]);
    const exactLayer = discretise(graph, { discretise: "exact", dt: 1e-3 }).model.layers[0];
    const beta = Math.exp(-0.25);
    expect(exactLayer.decay[0]).toBeCloseTo(beta, 14);
    expect(exactLayer.bias[0]).toBeCloseTo(0.5 * (1 - beta), 14);
    expect(exactLayer.connections[0].weights[0]).toBeCloseTo(3 * (1 - beta), 14);
  });

  test("an infinite tau and r, as snnTorch writes a β of 1, is a neuron that keeps everything", () => {
    const fields = { tau: [Infinity, 1e-3], r: [Infinity, 10], v_leak: 0, v_threshold: 1, v_reset: 0 };
    const { model, warnings } = discretise(
      graphOf({ i: input, n: ["LIF", fields], o: output }, "i>n n>o"),
      euler,
    );
    expect(model.dt).toBe(1e-4);
    expect(Array.from(model.layers[0].decay)).toEqual([1, 0.9]);
    expect(Array.from(model.layers[0].connections[0].weights)).toEqual([1, 0, 0, 1]);
    expect(warnings).toHaveLength(2);
    const silent = graphOf({ i: input, n: ["LIF", { ...fields, r: [2, 10] }], o: output }, "i>n n>o");
    expect(discretise(silent, euler).warnings).toContainEqual(
      expect.stringMatching(/"n" has an infinite tau in 1 of 2/),
    );
  });

  test("a matrix directly before the output becomes a layer without memory, skip connections a second connection", async () => {
    const { model } = discretise((await read("branches")).graph, euler);
    expect(model.layers.map(({ name, kind }) => [name, kind])).toEqual([
      ["step", "lif"],
      ["lif", "lif"],
      ["fc3", "li"],
    ]);
    expect(model.layers[0]).toMatchObject({ reset: "none", resetAt: "next" });
    expect(Array.from(model.layers[0].decay)).toEqual([0, 0, 0, 0]);
    expect(model.layers[1].connections.map(({ name, source }) => [name, source])).toEqual([
      ["fc2", 0],
      ["skip", -1],
    ]);
    expect(Array.from(model.layers[2].decay)).toEqual([0, 0, 0]);
  });

  test("matrices and scales between populations fold into one connection", async () => {
    const { model } = discretise((await read("if_scale_flatten")).graph, euler);
    expect(model.layers[0].connections).toHaveLength(1);
    expect(model.layers[0].connections[0]).toMatchObject({ name: "a1+a2", source: -1, inputs: 6 });
    expect(model.layers[1].connections[0]).toMatchObject({ name: "a3", source: 0, inputs: 5 });
  });

  test("the last layer can be read as a leaky integrator", async () => {
    const options = { ...euler, dt: 1e-4, readoutMembrane: true };
    const { model, warnings } = discretise((await read("lif_dots")).graph, options);
    expect(model.layers[1]).toMatchObject({ kind: "li", reset: "none" });
    expect(model.layers[0].kind).toBe("lif");
    expect(warnings.join()).not.toContain("lif.2");
  });

  test("a lower bound of one threshold is the layer's largest, and only spiking layers have it", async () => {
    const { model } = discretise((await read("lif_dots")).graph, { ...euler, lowerBound: "threshold" });
    expect(model.layers.map((layer) => layer.lower)).toEqual([-1, -0.7]);
    const nested = discretise((await read("nested")).graph, { ...euler, lowerBound: -0.5 });
    expect(nested.model.layers.map((layer) => layer.lower)).toEqual([-0.5, -Infinity]);
    expect(discretise((await read("lif_dots")).graph, euler).model.layers[0].lower).toBe(-Infinity);
  });

  test("an LI before another layer is refused by name, since it has no spikes", () => {
    const li: [string, Record<string, number[]>] = ["LI", { tau: [1e-2], r: [1], v_leak: [0] }];
    const next: [string, Record<string, number>] = ["Threshold", { threshold: 1 }];
    const graph = graphOf({ i: input, li, next, o: output }, "i>li li>next next>o");
    expect(() => discretise(graph, { ...euler, dt: 1e-3 })).toThrow(/node "li" is an LI.*leads to "next"/);
  });

  test("nodes that do not lead to the output are left out with a line that names them", () => {
    const aside: [string, Record<string, number>] = ["Threshold", { threshold: 1 }];
    const graph = graphOf(
      { i: input, n: ["Threshold", { threshold: 1 }], aside, o: output },
      "i>n n>o i>aside",
    );
    const { model, warnings } = discretise(graph, euler);
    expect(model.layers.map((layer) => layer.name)).toEqual(["n"]);
    expect(warnings).toEqual([expect.stringMatching(/nothing of it reaches the output: "aside"/)]);
  });
});

test("predecessors, successors and the order of execution do not depend on the order of the edges", () => {
  const node: [string, Record<string, number[]>] = ["Flatten", {}];
  const nodes = {
    b: node,
    a: node,
    in: ["Input", { shape: [1] }] as typeof node,
    out: ["Output", { shape: [1] }] as typeof node,
  };
  const graph = graphOf(nodes, "b>out a>b in>a in>b");
  expect(predecessors(graph).get("b")).toEqual(["a", "in"]);
  expect(successors(graph).get("in")).toEqual(["b", "a"]);
  expect(topologicalOrder(graph)).toEqual({ order: ["in", "a", "b", "out"], cycle: null });
  expect(checkGraph(graph, new Assumptions("hand.nir", true)).order.map(({ name }) => name)).toEqual([
    "in",
    "a",
    "b",
    "out",
  ]);
  expect(topologicalOrder(graphOf(nodes, "in>a a>b b>a b>out")).cycle).toEqual(["b", "a"]);
});

describe.runIf(hasShared)("real files", () => {
  const files = ["nir", "fsdd-nets", "emg-nets"].flatMap((folder) =>
    existsSync(path.join(shared, folder))
      ? readdirSync(path.join(shared, folder))
          .filter((file) => file.endsWith(".nir"))
          .map((file) => path.join(shared, folder, file))
      : [],
  );
  for (const file of files) {
    test(`${path.basename(file)} is discretised, or refused by the name of a node`, async () => {
      const name = path.basename(file);
      const known = /^(ff_|lif_)/.test(name);
      const result = readNir(new Uint8Array(readFileSync(file)), name);
      if (!known) {
        expect((await refusal(result)).message).toMatch(
          /node "[^"]+" is of type (CubaLIF|Conv2d)|a cycle, "/,
        );
        return;
      }
      const { model } = discretise((await result).graph, euler);
      expect(model.layers.length).toBeGreaterThan(0);
      if (name.startsWith("ff_")) {
        expect(model).toMatchObject({ dt: 1e-4, inputs: 64 });
        expect(model.layers.map(({ kind, reset }) => [kind, reset])).toEqual([
          ["lif", "subtract"],
          ["li", "none"],
        ]);
        expect(model.layers[0].decay[0]).toBeCloseTo(0.9, 12);
        expect(model.layers[1].decay[0]).toBeCloseTo(0.97, 12);
      }
    });
  }
});
