/** Blobs as C arrays: the command header, and export --header. */
import { readFile, writeFile } from "node:fs/promises";
import { describe, expect, it } from "vitest";
import { load } from "../../host/node/index.js";
import { file, MEANING, MODEL, object, spikelet, useFolder } from "../cli-support.js";

useFolder();

/** What a C compiler would see. */
async function readHeader(
  path: string,
): Promise<{ constants: Record<string, number>; blob: Uint8Array; name: string }> {
  const text = await readFile(path, "utf8");
  const constants = Object.fromEntries(
    [...text.matchAll(/^#define ([A-Z0-9_]+) (\d+)u$/gm)].map(([, key, value]) => [key, Number(value)]),
  );
  const [, name, length, numbers] = text.match(
    /^static SPIKELET_ALIGNED const uint8_t (\w+)_blob\[(\d+)\] = \{\n([\d, \n]*)\};$/m,
  )!;
  const blob = Uint8Array.from(numbers.match(/\d+/g)!, Number);
  expect(blob.length).toBe(Number(length));
  return { constants, blob, name };
}

describe("spikelet header", () => {
  it("writes the blob's bytes and the sizes that firmware reserves", async () => {
    const report = await object("header", file("pupil.spkl"), "-o", file("pupil.h"));
    const { constants, blob, name } = await readHeader(file("pupil.h"));
    expect(Buffer.from(blob).equals(await readFile(file("pupil.spkl")))).toBe(true);
    const net = await load(file("pupil.spkl"));
    const { arenaBytes, maxSteps, events, inputs, outputs, classes } = net.info;
    const snapshotBytes = net.snapshot().length;
    expect(name).toBe("pupil");
    expect(constants).toEqual({
      ...{ PUPIL_ARENA_BYTES: arenaBytes, PUPIL_SNAPSHOT_BYTES: snapshotBytes },
      ...{ PUPIL_MAX_STEPS: maxSteps, PUPIL_ROOM: events },
      ...{ PUPIL_INPUTS: inputs, PUPIL_OUTPUTS: outputs, PUPIL_CLASSES: classes },
    });
    expect(report).toEqual({
      output: file("pupil.h"),
      name,
      blobBytes: blob.length,
      arenaBytes,
      snapshotBytes,
    });
  });

  it("makes names in C of file names, or takes one", async () => {
    await object("header", file("net.spkl"), "-o", file("2-layer net.h"));
    expect((await readHeader(file("2-layer net.h"))).name).toBe("net_2_layer_net");
    await object("header", file("net.spkl"), "-o", file("x.h"), "--name", "wake_word");
    expect((await readHeader(file("x.h"))).name).toBe("wake_word");
    const { code, err } = await spikelet(
      "header",
      file("net.spkl"),
      "-o",
      file("y.h"),
      "--name",
      "wake word",
    );
    expect({ code, err }).toMatchObject({ code: 2, err: expect.stringMatching(/--name: found "wake word"/) });
  });

  it("refuses what is no blob", async () => {
    await writeFile(file("no.spkl"), "no blob");
    const { code, err } = await spikelet("header", file("no.spkl"), "-o", file("no.h"));
    expect({ code, err }).toMatchObject({ code: 3, err: expect.stringMatching(/no\.spkl/) });
    await expect(readFile(file("no.h"))).rejects.toThrow("ENOENT");
  });

  it("is what export --header writes", async () => {
    const args = ["export", MODEL, "-o", file("a.spkl"), ...MEANING, "--calibrate", file("data.npz")];
    await object(...args, "--header", file("a.h"));
    await object("header", file("a.spkl"), "-o", file("b.h"), "--name", "a");
    expect(await readFile(file("a.h"), "utf8")).toBe(await readFile(file("b.h"), "utf8"));
  });
});
