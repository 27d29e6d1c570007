/** Snapshots in files: what a power cut, a torn file and two writers may do. */
import type * as FileSystem from "node:fs/promises";
import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { fileStore, load, ModelError } from "../host/node/index.js";
import type { Network } from "../host/node/index.js";
import { blobOf, pupil } from "./nets.js";

/** How many calls to the file system are left before the power goes; Infinity while it stays. */
const power = vi.hoisted(() => ({ left: Infinity, calls: [] as string[] }));

vi.mock("node:fs/promises", async (original) => {
  const real = await original<typeof FileSystem>();
  const spend = (call: string): void => {
    power.calls.push(call);
    if (power.left-- <= 0) throw new Error("power cut");
  };
  const open: typeof real.open = async (path, flags, mode) => {
    spend(`open ${flags}`);
    const file = await real.open(path, flags, mode);
    const { writeFile: write, sync } = file;
    file.writeFile = async (data) => {
      try {
        spend("write");
      } catch (error) {
        // what was written so far is on the disk, the rest is not
        await write.call(file, (data as Uint8Array).subarray(0, (data as Uint8Array).length / 2));
        throw error;
      }
      await write.call(file, data);
    };
    file.sync = async () => {
      spend("sync");
      await sync.call(file);
    };
    return file;
  };
  const rename: typeof real.rename = async (from, to) => {
    spend("rename");
    await real.rename(from, to);
  };
  const unlink: typeof real.unlink = async (path) => {
    spend("unlink");
    await real.unlink(path);
  };
  return { ...real, open, rename, unlink };
});

let folder: string;
let path: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "spikelet-store-"));
  path = join(folder, "net.spkl");
  power.left = Infinity;
  power.calls = [];
});

afterEach(async () => {
  power.left = Infinity;
  await rm(folder, { recursive: true });
});

const window = new Uint8Array(40).fill(1);

/** A network, and its snapshots after 1, 2, … lessons. */
async function pupilWith(lessons: number): Promise<{ net: Network; states: Uint8Array[] }> {
  const net = await load(blobOf(pupil()));
  const states = Array.from({ length: lessons }, () => {
    net.learn(window, 1);
    return net.snapshot();
  });
  return { net, states };
}

const same = (a: Uint8Array, b: Uint8Array): boolean => Buffer.from(a).equals(Buffer.from(b));

describe("a file store", () => {
  it("gives back what was saved, by path, address or store", async () => {
    const { net } = await pupilWith(1);
    await net.save(path);
    for (const source of [path, pathToFileURL(path), fileStore(path)]) {
      const copy = await load(source);
      expect(copy.snapshot()).toEqual(net.snapshot());
      expect(copy.restoredFrom).toBeNull();
    }
  });

  it("keeps the snapshot before the newest, and nothing else beside them", async () => {
    const { net, states } = await pupilWith(3);
    for (const state of states) {
      net.restore(state);
      await net.save(fileStore(path));
    }
    expect(same(await readFile(path), states[2])).toBe(true);
    expect(same(await readFile(`${path}.previous`), states[1])).toBe(true);
    expect((await readdir(folder)).sort()).toEqual(["net.spkl", "net.spkl.previous"]);
  });

  it("waits for the disk before each rename, and for the folder after it", async () => {
    const { net } = await pupilWith(1);
    await net.save(path);
    expect(power.calls).toEqual(["unlink", "open wx", "write", "sync", "rename", "open r", "sync"]);
  });

  it("loads the old state or the new one, whole, wherever in a save the power goes", async () => {
    const { net, states } = await pupilWith(3);
    const [first, second, third] = states;
    let [cuts, olds, news] = [0, 0, 0];
    for (let finished = false; !finished; cuts++) {
      power.left = Infinity;
      await fileStore(path).save(first);
      await fileStore(path).save(second);
      net.restore(third);
      power.left = cuts;
      finished = await net.save(path).then(
        () => true,
        () => false,
      );
      power.left = Infinity;
      const found = await load(path);
      const state = found.snapshot();
      expect(found.restoredFrom, `cut ${cuts}`).toBeNull();
      if (same(state, second)) olds++;
      else if (same(state, third)) news++;
      else expect.fail(`cut ${cuts}: neither the old state nor the new one`);
      await net.save(path);
      expect(same(await readFile(path), third), "the next save works").toBe(true);
    }
    expect(cuts, "every call was the last one once").toBe(15);
    expect(olds).toBeGreaterThan(3);
    expect(news).toBeGreaterThan(1);
  });

  it("goes on with the previous snapshot where the newest is cut anywhere, and says so", async () => {
    const { net, states } = await pupilWith(2);
    for (const state of states) {
      net.restore(state);
      await net.save(path);
    }
    const whole = await readFile(path);
    for (let length = 0; length < whole.length; length += 41) {
      await writeFile(path, whole.subarray(0, length));
      const found = await load(path);
      expect(same(found.snapshot(), states[0]), `cut at ${length}`).toBe(true);
      expect(found.restoredFrom).toBe(`${path}.previous`);
    }
    await rm(path);
    expect((await load(path)).restoredFrom).toBe(`${path}.previous`);
  });

  it("goes on with the previous snapshot where a byte of the newest has changed", async () => {
    const { net, states } = await pupilWith(2);
    for (const state of states) await fileStore(path).save(state);
    const whole = await readFile(path);
    for (let at = 0; at < whole.length; at += 37) {
      await writeFile(path, whole.with(at, whole[at] ^ 0x10));
      expect(same((await load(path)).snapshot(), states[0]), `byte ${at}`).toBe(true);
    }
    expect(net.restoredFrom).toBeNull();
  });

  it("never lets a torn file take the place of the previous snapshot", async () => {
    const { states } = await pupilWith(3);
    await fileStore(path).save(states[0]);
    await fileStore(path).save(states[1]);
    await writeFile(path, states[1].subarray(0, 500));
    await fileStore(path).save(states[2]);
    expect(same(await readFile(`${path}.previous`), states[0])).toBe(true);
    expect(same(await readFile(path), states[2])).toBe(true);
  });

  it("says what is wrong with the newest where there is nothing better", async () => {
    await writeFile(path, "not a blob, but as long as a header of one would have to be: 64 bytes");
    await expect(load(path)).rejects.toThrow(ModelError);
    await expect(load(path)).rejects.toThrow(/expected "SPKL"/);
    await writeFile(`${path}.previous`, "nor this");
    await expect(load(path)).rejects.toThrow(/expected "SPKL"/);
    await expect(load(join(folder, "missing.spkl"))).rejects.toThrow(/ENOENT/);
  });

  it("takes saves one after the other, also where nobody waits", async () => {
    const { states } = await pupilWith(4);
    await Promise.all(states.map((state) => fileStore(path).save(state)));
    expect(same(await readFile(path), states[3])).toBe(true);
    expect(same(await readFile(`${path}.previous`), states[2])).toBe(true);
  });

  it("saves again after a save that failed", async () => {
    const { states } = await pupilWith(2);
    await fileStore(path).save(states[0]);
    power.left = 2;
    const failed = fileStore(path).save(states[1]);
    await expect(failed).rejects.toThrow("power cut");
    power.left = Infinity;
    await fileStore(path).save(states[1]);
    expect(same(await readFile(path), states[1])).toBe(true);
  });
});

describe("a store of one's own", () => {
  it("is asked to save and to load, and its warning is handed on", async () => {
    const { net } = await pupilWith(1);
    let kept = new Uint8Array();
    const store = {
      save: async (bytes: Uint8Array) => void (kept = Uint8Array.from(bytes)),
      load: async () => ({ bytes: kept, restoredFrom: "the drawer" }),
    };
    await net.save(store);
    const copy = await load(store);
    expect(copy.snapshot()).toEqual(net.snapshot());
    expect(copy.restoredFrom).toBe("the drawer");
  });

  it("that cannot save is refused with a TypeError", async () => {
    const { net } = await pupilWith(0);
    await expect(net.save({} as never)).rejects.toThrow(TypeError);
    await expect(net.save(null as never)).rejects.toThrow(TypeError);
  });
});
