/** What is read of NIR files: graphs, odd but understood ones, and real files where there are any. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, test } from "vitest";
import { discretise } from "../tools/exporter/passes/discretise.js";
import { readNir } from "../tools/exporter/readers/nir.js";
import { bytesOf, euler, read, refusal } from "./nir-support.js";

const root = path.resolve(import.meta.dirname, "..");
const shared = process.env.SPIKELET_SHARED ?? path.resolve(root, "../shared/data");
const hasShared = existsSync(path.join(shared, "nir"));
if (!hasShared) console.log(`no shared data at ${shared}: real NIR files are left out`);

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
