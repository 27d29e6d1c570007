/** NIR files that declare more than a model can hold, or numbers that no model needs. */
import type * as H5wasm from "h5wasm";
import { describe, expect, it } from "vitest";
import { InputError } from "../tools/exporter/errors.js";
import { discretise } from "../tools/exporter/passes/discretise.js";
import { readNir } from "../tools/exporter/readers/nir.js";
import { matrix, nirBytes, smallNet } from "./nir-file.js";
import type { Value } from "./nir-file.js";
import { euler, refusal } from "./nir-support.js";

/** A file that ends in a word on its size, at once, however little it stores. */
async function expectTooLarge(change: (file: H5wasm.File) => void, found: RegExp): Promise<void> {
  const bytes = await nirBytes(smallNet(), change);
  expect(bytes.length).toBeLessThan(100_000);
  const begin = performance.now();
  const error = await refusal(readNir(bytes, "large.nir"));
  expect(performance.now() - begin).toBeLessThan(1000);
  expect(error).toBeInstanceOf(InputError);
  expect(error.message).toMatch(/^large\.nir: too large: found /);
  expect(error.message).toMatch(found);
}

/** Float32 in chunks, of which only the first is ever written. */
function sparse(file: H5wasm.File, name: string, rows: number, columns: number): void {
  const data = new Float32Array(16);
  const options = { shape: [4, 4], maxshape: [null, null], chunks: [100, 100], compression: 4 };
  (file.get("node/nodes/fc") as H5wasm.Group)
    .create_dataset({ name, data, ...options })
    .resize([rows, columns]);
}

describe("a model that is too large", () => {
  it("is refused by what it declares, before anything is read", () =>
    expectTooLarge(
      (file) => sparse(file, "large", 10_000, 12_000),
      /916 MB .* at most 128 MB \(16777216 numbers\)/,
    ));

  it("is refused by the sum of its arrays", () =>
    expectTooLarge((file) => {
      for (const name of ["a", "b", "c"]) sparse(file, name, 2000, 3000);
    }, /138 MB/));

  it("just below the limit is read", async () => {
    const bytes = await nirBytes(smallNet(), (file) => sparse(file, "spare", 4000, 4000));
    expect((await readNir(bytes, "")).graph.nodes.get("fc")!.fields.get("spare")).toMatchObject({
      shape: [4000, 4000],
    });
  });
});

describe("a number that is finite, and beyond float32", () => {
  it.each([
    ["fc", "weight", matrix(2, 4, 1e300)],
    ["fc", "bias", [0, -1e39]],
    ["lif", "tau", [1e300, 1]],
    ["lif", "r", [1e300, 1]],
    ["lif", "v_leak", [1e300, 1]],
    ["lif", "v_threshold", [1, 1e300]],
    ["lif", "v_reset", [1, 1e300]],
  ] as [string, string, Value][])("is refused by node and field: %s, %s", async (node, field, value) => {
    const net = smallNet();
    net.nodes[node][field] = value;
    const error = await refusal(readNir(await nirBytes(net), "odd.nir"));
    expect(error).toBeInstanceOf(InputError);
    expect(error.message).toMatch(
      new RegExp(
        `^odd\\.nir: node "${node}" has -?1e\\+\\d+ in "${field}" .*, expected numbers of float32's range`,
      ),
    );
  });

  it("or below it, where it must be above 0, is refused", async () => {
    for (const field of ["tau", "v_threshold"]) {
      const net = smallNet();
      net.nodes.lif[field] = [1, 1e-300];
      const { graph } = await readNir(await nirBytes(net), "odd.nir");
      expect(() => discretise(graph, { ...euler, dt: 1e-4, reset: "none" })).toThrow(
        /node "lif" has (a tau of|the threshold) 1e-300.* \(neuron 1\)/,
      );
    }
  });
});
