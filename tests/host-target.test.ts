/** Places to write to: what is refused before anything is done, and what a write that fails leaves behind. */
import { execFileSync } from "node:child_process";
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { mkdtempSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { checkTarget, writeWhole } from "../host/node/target.js";
import { refusal } from "./refusal.js";

let folder: string;
const at = (name: string): string => join(folder, name);
const BYTES = Uint8Array.of(1, 2, 3);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "spikelet-target-"));
});

afterEach(() => rmSync(folder, { recursive: true }));

describe("a place to write to", () => {
  it("is a name in a folder, a file, or a link to one of them", async () => {
    writeFileSync(at("old"), "old");
    symlinkSync(at("old"), at("link"));
    symlinkSync("later", at("link to nothing"));
    for (const name of ["new", "old", "link", "link to nothing"]) await checkTarget(at(name));
    expect(readdirSync(folder).sort()).toEqual(["link", "link to nothing", "old"]);
  });

  it("is no folder, FIFO or socket, nor a link to one, and they stay", async () => {
    mkdirSync(at("folder"));
    execFileSync("mkfifo", [at("fifo")]);
    const server = createServer().listen(at("socket"));
    symlinkSync("fifo", at("link"));
    const kinds: [string, string][] = [
      ["folder", "folder: found a directory"],
      ["fifo", "fifo: found a FIFO"],
      ["socket", "socket: found a socket"],
      ["link", "fifo: found a FIFO"],
    ];
    try {
      for (const [name, found] of kinds) {
        for (const refused of [checkTarget, (path: string) => writeWhole(path, BYTES)]) {
          const { message, code } = await refusal(refused(at(name)));
          expect(message).toContain(`${found}, expected a file or nothing; `);
          expect(code).toBe("NOT_A_FILE");
        }
      }
      expect(lstatSync(at("fifo")).isFIFO()).toBe(true);
      expect(readdirSync(folder).sort()).toEqual(["fifo", "folder", "link", "socket"]);
    } finally {
      server.close();
    }
  });

  it("is no device", async ({ skip }) => {
    try {
      execFileSync("mknod", [at("device"), "c", "1", "3"], { stdio: "ignore" });
    } catch {
      skip("only root makes devices");
    }
    expect((await refusal(writeWhole(at("device"), BYTES))).message).toContain("found a device");
    expect(lstatSync(at("device")).isCharacterDevice()).toBe(true);
  });

  it("needs its folder, which is named where it is missing or a file", async () => {
    writeFileSync(at("file"), "");
    const missing = await refusal(checkTarget(at("missing/net.spkl")));
    expect(missing.message).toMatch(/missing: found no such folder, expected one/);
    expect((await refusal(checkTarget(at("file/net.spkl")))).message).toMatch(/ENOTDIR/);
    symlinkSync("round", at("round"));
    expect((await refusal(checkTarget(at("round")))).message).toMatch(/ELOOP/);
  });

  it("needs the name aside, too", async () => {
    mkdirSync(at("net.spkl.aside"));
    const { message } = await refusal(checkTarget(at("net.spkl")));
    expect(message).toMatch(/net\.spkl\.aside: found a directory/);
  });
});

describe("writing whole", () => {
  it("replaces what a link names, at its end, and keeps link and mode", async () => {
    mkdirSync(at("deep"));
    writeFileSync(at("deep/old"), "old");
    chmodSync(at("deep/old"), 0o666);
    symlinkSync("deep/old", at("link"));
    symlinkSync("deep/new", at("link to nothing"));
    for (const name of ["link", "link to nothing"]) await writeWhole(at(name), BYTES);
    for (const name of ["deep/old", "deep/new"]) expect(readFileSync(at(name))).toEqual(Buffer.from(BYTES));
    expect(lstatSync(at("link")).isSymbolicLink()).toBe(true);
    expect(statSync(at("deep/old")).mode & 0o777).toBe(0o666);
    expect(readdirSync(at("deep")).sort()).toEqual(["new", "old"]);
  });

  it("does not write through what lies under the name aside", async () => {
    writeFileSync(at("victim"), "unharmed");
    symlinkSync("victim", at("new.aside"));
    await writeWhole(at("new"), BYTES);
    expect(readFileSync(at("victim"), "utf8")).toBe("unharmed");
    expect(existsSync(at("new.aside"))).toBe(false);
    expect(lstatSync(at("new")).isFile()).toBe(true);
  });

  it("leaves the old file and nothing beside it where it fails", async () => {
    writeFileSync(at("old"), "old");
    const error = await writeWhole(at("old"), 7 as never).catch((e: unknown) => e);
    expect(error).toBeInstanceOf(TypeError);
    expect(readFileSync(at("old"), "utf8")).toBe("old");
    expect(readdirSync(folder)).toEqual(["old"]);
  });
});
