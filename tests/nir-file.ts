/** NIR files as tests want them, odd ones too: written by the HDF5 library, in memory. */
import * as h5wasm from "h5wasm";

export type Value =
  number | string | number[] | string[] | { shape: number[]; data: number[] | Float64Array };
export type Node = Record<string, Value>;
export interface NirFile {
  nodes: Record<string, Node>;
  edges: [string, string][];
}

/** Input(4) → Affine → LIF(2) → Output, all of it fit to run. */
export function smallNet(): NirFile {
  return {
    nodes: {
      input: { type: "Input", shape: [4] },
      fc: { type: "Affine", weight: matrix(2, 4, 0.5), bias: [0, 0] },
      lif: lif(2),
      output: { type: "Output", shape: [2] },
    },
    edges: [
      ["input", "fc"],
      ["fc", "lif"],
      ["lif", "output"],
    ],
  };
}

export function matrix(rows: number, columns: number, value: number): Value {
  return { shape: [rows, columns], data: new Float64Array(rows * columns).fill(value) };
}

/** As snnTorch writes it, with a time step of 0.1 ms. */
export function lif(neurons: number): Node {
  const all = (value: number): number[] => new Array<number>(neurons).fill(value);
  return {
    ...{ type: "LIF", tau: all(1e-3), r: all(10) },
    ...{ v_leak: all(0), v_threshold: all(1), v_reset: all(0) },
  };
}

/** @param change what else is done to the file before it is closed */
export async function nirBytes(
  { nodes, edges }: NirFile,
  change: (file: h5wasm.File) => void = () => {},
): Promise<Uint8Array> {
  const { FS } = await h5wasm.ready;
  const path = "/test.nir";
  const file = new h5wasm.File(path, "w");
  file.create_dataset({ name: "version", data: "1.0" });
  const graph = file.create_group("node");
  graph.create_dataset({ name: "type", data: "NIRGraph" });
  graph.create_dataset({ name: "edges", data: edges.flat(), shape: [edges.length, 2] });
  const group = graph.create_group("nodes");
  for (const [name, fields] of Object.entries(nodes)) {
    const node = group.create_group(name);
    for (const [field, value] of Object.entries(fields)) {
      const { data, shape } =
        typeof value === "object" && "data" in value ? value : { data: value, shape: null };
      const numbers =
        Array.isArray(data) && typeof data[0] === "number" ? Float64Array.from(data as number[]) : data;
      node.create_dataset({ name: field, data: numbers as number[], shape });
    }
  }
  change(file);
  file.close();
  const bytes = FS.readFile(path);
  FS.unlink(path);
  return bytes.slice();
}
