/** Ways that part and meet between two layers: one connection, whatever their number. */
import { describe, expect, it } from "vitest";
import { discretise } from "../tools/exporter/passes/discretise.js";
import { readNir } from "../tools/exporter/readers/nir.js";
import { lif, matrix, nirBytes, smallNet } from "./nir-file.js";
import type { NirFile, Value } from "./nir-file.js";
import { euler } from "./nir-support.js";

const diagonal = (...scale: number[]): Value => ({
  shape: [scale.length, scale.length],
  data: scale.flatMap((s, i) => scale.map((_, j) => (i === j ? s : 0))),
});

async function modelOf(net: NirFile) {
  const { graph } = await readNir(await nirBytes(net), "net.nir");
  return discretise(graph, { ...euler, dt: 1e-4, reset: "none" }).model;
}

/** Input(2) → `between` → LIF(2) → Output. */
function netOf(between: NirFile["nodes"], edges: NirFile["edges"]): NirFile {
  const nodes = {
    input: { type: "Input", shape: [2] },
    ...between,
    lif: lif(2),
    output: { type: "Output", shape: [2] },
  };
  return { nodes, edges: [...edges, ["lif", "output"]] };
}

describe("parallel ways", () => {
  it("of two matrices are their sum, biases too", async () => {
    const { layers } = await modelOf(
      netOf(
        {
          a: { type: "Affine", weight: matrix(2, 2, 1), bias: [1, 2] },
          b: { type: "Affine", weight: diagonal(3, 4), bias: [10, 20] },
        },
        [
          ["input", "a"],
          ["input", "b"],
          ["a", "lif"],
          ["b", "lif"],
        ],
      ),
    );
    expect(layers[0].connections).toHaveLength(1);
    expect(layers[0].connections[0]).toMatchObject({ name: "a+b", source: -1, inputs: 2 });
    expect(Array.from(layers[0].connections[0].weights, (w) => Math.round(w * 1e9) / 1e9)).toEqual([
      4, 1, 1, 5,
    ]);
    expect(Array.from(layers[0].bias, (w) => Math.round(w * 1e9) / 1e9)).toEqual([11, 22]);
  });

  it("of a scale and of nothing are a scale larger by one", async () => {
    const { layers } = await modelOf(
      netOf({ s: { type: "Scale", scale: [2, 3] } }, [
        ["input", "s"],
        ["input", "lif"],
        ["s", "lif"],
      ]),
    );
    expect(Array.from(layers[0].connections[0].weights, (w) => Math.round(w * 1e9) / 1e9)).toEqual([
      3, 0, 0, 4,
    ]);
  });

  it("forty in a row, which are 2^40, fold as fast as one", async () => {
    const net = netOf({}, []);
    let last = "input";
    for (let k = 0; k < 40; k++) {
      net.nodes[`a${k}`] = { type: "Linear", weight: diagonal(0.5, 0.25) };
      net.nodes[`b${k}`] = { type: "Linear", weight: diagonal(0.5, 0.75) };
      net.nodes[`j${k}`] = { type: "Scale", scale: [1, 1] };
      net.edges.push([last, `a${k}`], [last, `b${k}`], [`a${k}`, `j${k}`], [`b${k}`, `j${k}`]);
      last = `j${k}`;
    }
    net.edges.push([last, "lif"]);
    const begin = performance.now();
    const { layers } = await modelOf(net);
    expect(performance.now() - begin).toBeLessThan(3000);
    expect(Array.from(layers[0].connections[0].weights, (w) => Math.round(w * 1e9) / 1e9)).toEqual([
      1, 0, 0, 1,
    ]);
    expect(layers[0].connections[0].name).toBe("a0+b0+…+b38+a39+b39");
  });
});

describe("a fold that leaves the range of numbers", () => {
  it("is refused by layer, though each matrix is in it", async () => {
    const net = netOf(
      {
        a: { type: "Linear", weight: matrix(2, 2, 1e30) },
        b: { type: "Linear", weight: matrix(2, 2, 1e30) },
      },
      [
        ["input", "a"],
        ["a", "b"],
        ["b", "lif"],
      ],
    );
    await expect(modelOf(net)).rejects.toThrow(
      /^net.nir: the weights of "lif" come to 2.*e\+60, .* expected float32's range/,
    );
  });

  it("is refused where nothing but its size is stated", async () => {
    const net = smallNet();
    net.nodes = {
      input: { type: "Input", shape: [70_000] },
      thr: { type: "Threshold", threshold: 1 },
      output: { type: "Output", shape: [70_000] },
    };
    net.edges = [
      ["input", "thr"],
      ["thr", "output"],
    ];
    await expect(modelOf(net)).rejects.toThrow(
      /net.nir: "input" leads to "thr" with .* 70000 neurons to each, too large/,
    );
    net.nodes.input.shape = [2 ** 30];
    await expect(modelOf(net)).rejects.toThrow(
      /node "input" has the shape 1073741824, too large: expected at most 16777216/,
    );
  });
});
