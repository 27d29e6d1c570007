/** From a graph to a model: what the file leaves open, the constants of a step, layers and the order of execution. */
import { describe, expect, test } from "vitest";
import { InputError, UsageError } from "../tools/exporter/errors.js";
import { predecessors, successors, topologicalOrder } from "../tools/exporter/graph.js";
import type { Graph } from "../tools/exporter/graph.js";
import { Assumptions } from "../tools/exporter/passes/assumptions.js";
import { checkGraph } from "../tools/exporter/passes/check.js";
import { discretise } from "../tools/exporter/passes/discretise.js";
import type { DiscretiseOptions } from "../tools/exporter/passes/discretise.js";
import { euler, read } from "./nir-support.js";

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
