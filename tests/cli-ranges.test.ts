/** Numbers that are out of range, on the command line, in a model, in a blob: one line that says the range. */
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { crc32 } from "../host/crc32.js";
import { writeNpz } from "../tools/exporter/data/npz.js";
import { assemble } from "../tools/exporter/pipeline.js";
import { readBlob } from "../tools/exporter/readers/blob.js";
import { file, fixture, MEANING, MODEL, spikelet, useFolder } from "./cli-support.js";
import { lif, matrix, nirBytes, smallNet } from "./nir-file.js";
import type { NirFile } from "./nir-file.js";

useFolder();

const PUPIL = fixture("nir/lif_dots.nir");
const EXPORT = ["export", PUPIL, ...MEANING, "--max-steps", "20"];
const LEARNS = [...EXPORT, "--code", "membrane-sum", "--learn", "e-prop"];

async function expectRefusal(code: number, args: string[], message: RegExp): Promise<void> {
  const ended = await spikelet(...args);
  expect(ended.err, args.join(" ")).toMatch(message);
  expect(ended.err).toMatch(/^spikelet: [^\n]+\n$/);
  expect(ended).toMatchObject({ code, out: "" });
}

describe("an option out of its range", () => {
  const still = (): string[] => [file("still.npz"), "--hold"];
  const x = { shape: [2, 6], data: new Uint8Array(12).fill(1) };

  it.each(["0", "65536", "1e9", "2.5"])("--steps and --max-steps: %s", async (steps) => {
    await writeFile(still()[0], writeNpz({ x }));
    for (const args of [
      ["simulate", MODEL, ...still(), "--steps", steps],
      ["run", file("net.spkl"), ...still(), "--steps", steps],
      ["verify", MODEL, file("net.spkl"), ...still(), "--steps", steps],
      ["export", MODEL, "-o", file("x"), "--hold", "--calibrate", still()[0], "--max-steps", steps],
      ["export", MODEL, "-o", file("x"), "--max-steps", steps],
    ]) {
      await expectRefusal(
        2,
        args,
        /'--(max-)?steps <[nt]>' argument '.*' is invalid. expected a whole number, 1 … 65535/,
      );
    }
  });

  it("windows longer than the blob has room for, by option or in the data", async () => {
    await writeFile(still()[0], writeNpz({ x }));
    await writeFile(file("long.npz"), writeNpz({ x: { shape: [1, 21, 6], data: new Uint8Array(126) } }));
    const room = "expected at most 20, the longest window of net.spkl; export with a larger --max-steps";
    for (const command of [["run"], ["verify", MODEL]]) {
      const args = [...command, file("net.spkl")];
      await expectRefusal(2, [...args, ...still(), "--steps", "21"], new RegExp(`--steps 21: ${room}`));
      await expectRefusal(
        3,
        [...args, file("long.npz")],
        new RegExp(`long.npz: found 21 steps a sample, ${room}`),
      );
    }
  });

  it.each(["1e30", "1e308", "-1"])("learn --rate %s", (rate) =>
    expectRefusal(
      2,
      ["learn", file("pupil.spkl"), file("data.npz"), "-o", file("x"), "--rate", rate],
      /--rate: found .*, expected 0 or more, up to what pupil.spkl has a place for/,
    ),
  );

  it.each(["1e30", "1e308", "1e-90"])("export --rate %s, with the range that this model has", (rate) =>
    expectRefusal(
      2,
      [...LEARNS, "-o", file("x"), "--rate", rate],
      /--rate: found .*, expected about \S+ … \S+, what/,
    ),
  );

  it("the ends of that range are taken, what lies beyond is not", async () => {
    const { err } = await spikelet(...LEARNS, "-o", file("x"), "--rate", "1e30");
    const [, most] = /… (\S+),/.exec(err)!.map(Number);
    expect(await spikelet(...LEARNS, "-o", file("x"), "--rate", String(0.8 * most))).toMatchObject({
      code: 0,
    });
    expect(await spikelet(...LEARNS, "-o", file("x"), "--rate", String(1.2 * most))).toMatchObject({
      code: 2,
    });
  });

  it.each([
    ["--rate", "0"],
    ["--rate", "-1"],
    ["--input-scale", "0"],
    ["--input-scale", "-1"],
    ["--input-scale", "1e999"],
    ["--seed", "-1"],
    ["--seed", "4294967296"],
    ["--seed", "1e300"],
  ])("export %s %s", (option, value) =>
    expectRefusal(
      2,
      [...LEARNS, "-o", file("x"), option, value],
      new RegExp(`'${option} <.>' argument '.*' is invalid`),
    ),
  );

  it("a schedule that the blob has not got is refused by the blob's name", async () => {
    const one = [...LEARNS, "--rate", "1e-2", "--schedules", "window", "-o", file("one.spkl")];
    expect(await spikelet(...one)).toMatchObject({ code: 0 });
    const args = ["learn", file("one.spkl"), file("data.npz"), "-o", file("x"), "--schedule", "step"];
    await expectRefusal(
      3,
      args,
      /one.spkl: found a blob that learns by window, expected one for --schedule step; /,
    );
  });
});

describe("a model that no blob has room for", () => {
  async function exporting(net: NirFile, message: RegExp): Promise<void> {
    await writeFile(file("big.nir"), await nirBytes(net));
    await expectRefusal(
      3,
      ["export", file("big.nir"), "-o", file("x"), ...MEANING, "--max-steps", "5"],
      message,
    );
  }

  it("because of its neurons is refused by layer", () => {
    const net = smallNet();
    net.nodes.fc = { type: "Linear", weight: matrix(70_000, 4, 1) };
    net.nodes.lif = lif(70_000);
    net.nodes.output.shape = [70_000];
    return exporting(net, /big.nir: layer "lif": found 70000 neurons, expected at most 65535; /);
  });

  it("because of its layers is refused by layer", () => {
    const net: NirFile = { nodes: { input: { type: "Input", shape: [1] } }, edges: [] };
    let last = "input";
    for (let l = 0; l < 129; l++) {
      net.nodes[`w${l}`] = { type: "Linear", weight: matrix(1, 1, 1) };
      net.nodes[`l${l}`] = lif(1);
      net.edges.push([last, `w${l}`], [`w${l}`, `l${l}`]);
      last = `l${l}`;
    }
    net.nodes.output = { type: "Output", shape: [1] };
    net.edges.push([last, "output"]);
    return exporting(
      net,
      /big.nir: layer "l128": found more than 256 operations .* 129 layers, expected at most 256/,
    );
  });
});

describe("metadata that export cannot have written", () => {
  it.each([
    ["inputScale", { inputScale: 0 }, "a finite number above 0"],
    ["inputScale", { inputScale: "1" }, "a finite number above 0"],
    ["options", { options: 7 }, "an object"],
    ["options.dt", { options: { dt: -1 } }, "a finite number above 0"],
    ["options.discretise", { options: { discretise: "magic" } }, "exact, euler"],
    ["options.reset", { options: { reset: [] } }, "none, subtract"],
    ["options.resetAt", { options: { resetAt: "later" } }, "next, now"],
    ["options.lowerBound", { options: { lowerBound: 5 } }, "a number up to 0, or threshold"],
  ])("is the blob's fault: %s", async (field, metadata, expected) => {
    const program = readBlob(await readFile(file("net.spkl")));
    await writeFile(file("odd.spkl"), assemble({ ...program, metadata }).blob);
    const message = new RegExp(`odd.spkl: found .* for ${field} in the metadata, expected ${expected}`);
    for (const command of [["run"], ["verify", MODEL]])
      await expectRefusal(3, [...command, file("odd.spkl"), file("data.npz")], message);
  });

  it("is none where it is no JSON", async () => {
    const bytes = await readFile(file("net.spkl"));
    const program = readBlob(bytes);
    const text = JSON.stringify(program.metadata);
    const { blob } = assemble({ ...program, metadata: { text: "x".repeat(text.length) } });
    expect(readBlob(blob).metadata).not.toEqual({});
    const at = Buffer.from(blob).indexOf('{"text"');
    blob[at] = 33;
    new DataView(blob.buffer).setUint32(12, crc32(blob, 12, 16), true);
    expect(readBlob(blob).metadata).toEqual({});
  });
});
