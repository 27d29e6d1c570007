/** NIR files that are refused: each names the file and the trouble in one line, and the next file is read. */
import { readdirSync } from "node:fs";
import { afterEach, describe, expect, test, vi } from "vitest";
import { InputError } from "../tools/exporter/errors.js";
import { discretise } from "../tools/exporter/passes/discretise.js";
import { readNir } from "../tools/exporter/readers/nir.js";
import { bytesOf, euler, fixtures, read, refusal } from "./nir-support.js";

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
