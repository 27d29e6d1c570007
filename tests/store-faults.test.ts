/** Snapshots in files, where something else than a good file lies there: nothing is destroyed, nothing waits for ever. */
import { execFileSync } from "node:child_process";
import { chmodSync, lstatSync, mkdirSync, mkdtempSync, readdirSync, readFileSync } from "node:fs";
import { renameSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import type * as FileSystem from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import { fileStore, load } from "../host/node/index.js";
import { blobOf, pupil } from "./nets.js";
import { refusal } from "./refusal.js";

const disk = vi.hoisted(() => ({ full: false }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof FileSystem>();
  const open: typeof real.open = async (...args) => {
    const file = await real.open(...args);
    const { writeFile } = file;
    file.writeFile = async (data) => {
      if (!disk.full) return writeFile.call(file, data);
      await writeFile.call(file, (data as Uint8Array).subarray(0, 100));
      throw Object.assign(new Error("no space"), { code: "ENOSPC", syscall: "write" });
    };
    return file;
  };
  return { ...real, open };
});

let folder: string;
let path: string;
let states: Uint8Array[];

beforeAll(async () => {
  const net = await load(blobOf(pupil()));
  states = [0, 1, 2].map(() => {
    net.learn(new Uint8Array(40).fill(1), 1);
    return net.snapshot();
  });
});

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spikelet-faults-"));
  path = join(folder, "net.spkl");
});

afterEach(() => {
  disk.full = false;
  rmSync(folder, { recursive: true });
});

const at = (name: string): string => join(folder, name);
const holds = (file: string, state: Uint8Array): boolean => readFileSync(file).equals(state);
const mkfifo = (name: string): unknown => execFileSync("mkfifo", [at(name)]);
const save = (state: Uint8Array, where = path): Promise<void> => fileStore(where).save(state);

describe("saving", () => {
  it("to a folder or a FIFO is refused, and they stay", async () => {
    mkdirSync(at("folder"));
    mkfifo("fifo");
    for (const name of ["folder", "fifo"]) {
      const { message } = await refusal(save(states[0], at(name)));
      expect(message).toMatch(/(folder: found a directory|fifo: found a FIFO), expected a file or nothing; /);
    }
    expect(lstatSync(at("fifo")).isFIFO()).toBe(true);
    expect(readdirSync(folder).sort()).toEqual(["fifo", "folder"]);
  });

  it("into a folder that is missing names the folder", async () => {
    const { message, path: named } = await refusal(save(states[0], at("missing/net.spkl")));
    expect(named).toBe(at("missing"));
    expect(message).toMatch(/missing: found no such folder, expected one to write into \(ENOENT\); make it/);
  });

  it("is refused where the previous one is a folder, which is named, until it has gone", async () => {
    await save(states[0]);
    mkdirSync(`${path}.previous`);
    const { message } = await refusal(save(states[1]));
    expect(message).toMatch(/net\.spkl\.previous: found a directory, expected a file or nothing; /);
    expect(holds(path, states[0])).toBe(true);
    renameSync(`${path}.previous`, at("elsewhere"));
    await save(states[1]);
    expect(holds(`${path}.previous`, states[0])).toBe(true);
  });

  it("to a full disk leaves both snapshots as they were and nothing aside", async () => {
    await save(states[0]);
    await save(states[1]);
    disk.full = true;
    const { message, code } = await refusal(save(states[2]));
    expect(message).toMatch(/found no space left on the disk, expected room/);
    expect(code).toBe("ENOSPC");
    expect([holds(path, states[1]), holds(`${path}.previous`, states[0])]).toEqual([true, true]);
    expect(readdirSync(folder).sort()).toEqual(["net.spkl", "net.spkl.previous"]);
  });

  it("through a link keeps the link, and both snapshots where it leads", async () => {
    mkdirSync(at("deep"));
    symlinkSync("deep/net.spkl", path);
    for (const state of states) await save(state);
    expect(lstatSync(path).isSymbolicLink()).toBe(true);
    expect(readdirSync(at("deep")).sort()).toEqual(["net.spkl", "net.spkl.previous"]);
    rmSync(at("deep/net.spkl"));
    expect((await load(path)).snapshot()).toEqual(states[1]);
  });

  it("by two names of one file at once tears neither", async () => {
    await save(states[0]);
    symlinkSync("net.spkl", at("other"));
    for (let round = 0; round < 10; round++) {
      await Promise.all([save(states[1]), save(states[2], at("other"))]);
      expect((await load(path)).restoredFrom).toBeNull();
    }
    expect(readdirSync(folder).sort()).toEqual(["net.spkl", "net.spkl.previous", "other"]);
  });

  it("keeps the rights of the file, for the previous one too", async () => {
    await save(states[0]);
    chmodSync(path, 0o600);
    await save(states[1]);
    for (const file of [path, `${path}.previous`]) expect(statSync(file).mode & 0o777, file).toBe(0o600);
  });
});

describe("loading", () => {
  it("goes on with the previous snapshot where a folder or a FIFO took the newest's place, and says so", async () => {
    for (const put of [() => mkdirSync(path), () => mkfifo("net.spkl")]) {
      writeFileSync(`${path}.previous`, states[0]);
      put();
      const net = await load(path);
      expect(net.snapshot()).toEqual(states[0]);
      expect(net.restoredFrom).toBe(`${path}.previous`);
      rmSync(path, { recursive: true });
    }
  });

  it("says what lies there where there is nothing better", async () => {
    mkfifo("net.spkl");
    expect((await refusal(load(path))).message).toMatch(/net\.spkl: found a FIFO, expected a file; /);
    const missing = await refusal(load(at("none.spkl")));
    expect(missing.message).toMatch(/none\.spkl: found no such file, expected one \(ENOENT\); /);
    const folderMissing = await refusal(load(at("none/net.spkl")));
    expect(folderMissing.message).toMatch(/none: found no such folder, expected one to read from/);
  });

  it("tells of both where the newest is missing and the previous one torn or no file", async () => {
    writeFileSync(`${path}.previous`, states[0].subarray(0, 500));
    const torn = await refusal(load(path));
    expect(torn.message).toMatch(
      /net\.spkl: found no such file.*; and .*previous: found 500 bytes that are damaged/,
    );
    rmSync(`${path}.previous`);
    mkdirSync(`${path}.previous`);
    expect((await refusal(load(path))).message).toMatch(
      /found no such file.*; and .*previous: found a directory/,
    );
  });

  it("names the file that the core refuses", async () => {
    writeFileSync(path, states[0].subarray(0, 500));
    await expect(load(path)).rejects.toThrow(/net\.spkl: found 500 bytes, expected the \d+ of the header/);
  });
});
