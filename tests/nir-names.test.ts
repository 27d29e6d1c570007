/** Names and types in NIR files are anything: messages and tables show them on one line, and not at any length. */
import { writeFile } from "node:fs/promises";
import type * as H5wasm from "h5wasm";
import { describe, expect, it } from "vitest";
import { readNir } from "../tools/exporter/readers/nir.js";
import { printable, quoted, shown } from "../tools/exporter/text.js";
import { file, spikelet, useFolder } from "./cli-support.js";
import { lif, nirBytes, smallNet } from "./nir-file.js";
import type { NirFile, Value } from "./nir-file.js";
import { refusal } from "./nir-support.js";

useFolder();

const ODD = 'a\nb\u001b[31m\u202e"';
const LONG = "z".repeat(30_000);

/** The small net, its neurons under another name. */
function netWith(name: string, change: Record<string, Value> = {}): NirFile {
  const net = smallNet();
  delete net.nodes.lif;
  net.nodes[name] = { ...lif(2), ...change };
  net.edges = [
    ["input", "fc"],
    ["fc", name],
    [name, "output"],
  ];
  return net;
}

async function messageOf(net: NirFile): Promise<string> {
  return (await refusal(readNir(await nirBytes(net), "odd.nir"))).message;
}

describe("a name", () => {
  it("is shown on one line, without what cannot be seen", () => {
    expect(printable(ODD)).toBe('a\\u{a}b\\u{1b}[31m\\u{202e}"');
    expect(quoted("lif1.β")).toBe('"lif1.β"');
  });

  it("is shortened in its middle where it is very long", () => {
    expect(shown(`begin${LONG}end`)).toMatch(/^beginz+…z+end$/);
    expect(shown(LONG)).toHaveLength(60);
    expect(shown(LONG.slice(0, 60))).toBe(LONG.slice(0, 60));
  });

  it.each([ODD, LONG])("of a node that is refused makes no long or broken message", async (name) => {
    const changes: Parameters<typeof netWith>[1][] = [
      { v_leak: [NaN, 0] },
      { type: "Conv9d" },
      { tau: [1, 2, 3] },
    ];
    for (const change of changes) {
      const message = await messageOf(netWith(name, change));
      expect(message).toMatch(/^odd\.nir: \P{Cc}+$/u);
      expect(message.length).toBeLessThan(400);
    }
  });

  it("of a type that is refused is shown alike", async () => {
    const message = await messageOf(netWith("lif", { type: `Evil${ODD}${LONG}` }));
    expect(message).toMatch(
      /^odd\.nir: node "lif" is of type Evila\\u\{a\}b\P{Cc}+, which this version does not run/u,
    );
    expect(message.length).toBeLessThan(300);
  });

  it.each([ODD, LONG])("does not break tables and warnings of the command line", async (name) => {
    await writeFile(file("odd.nir"), await nirBytes(netWith(name)));
    for (const args of [
      ["inspect", file("odd.nir")],
      ["export", file("odd.nir"), "-o", file("odd.spkl"), "--max-steps", "5"],
      ["inspect", file("odd.spkl")],
    ]) {
      const { code, out, err } = await spikelet(...args);
      expect(code, err).toBe(0);
      for (const line of `${out}${err}`.split("\n")) {
        expect(line).toMatch(/^\P{Cc}*$/u);
        expect(line.length).toBeLessThan(400);
      }
    }
  });
});

describe("a field that holds no numbers to run with", () => {
  it("because it is empty is blamed itself", async () => {
    const net = smallNet();
    net.nodes.fc.weight = { shape: [0, 4], data: [] };
    expect(await messageOf(net)).toMatch(
      /node "fc" has a weight of shape 0×4, which is empty, expected at least one/,
    );
  });

  it("because it is a record, as complex numbers are, is not called missing", async () => {
    const net = smallNet();
    delete net.nodes.fc.weight;
    const bytes = await nirBytes(net, (nir) => {
      const weight = new Map([
        ["r", [1, 2]],
        ["i", [0, 0]],
      ]) as unknown as number[];
      (nir.get("node/nodes/fc") as H5wasm.Group).create_dataset({ name: "weight", data: weight });
    });
    const { message } = await refusal(readNir(bytes, "odd.nir"));
    expect(message).toMatch(/node "fc" of type Affine has "weight" in a type that holds no plain numbers/);
  });
});
