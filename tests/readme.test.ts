/** The README's lines do what they say. */
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { digitsModel, exportDigits } from "./digits.js";

const root = fileURLToPath(new URL("..", import.meta.url));

it("the README's example runs as it stands, from the package's own name", async () => {
  const [, code] = /```ts\n([\s\S]*?)```/.exec(readFileSync(join(root, "README.md"), "utf8"))!;
  const folder = join(root, "build", "readme");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "digits.spkl"), exportDigits(await digitsModel(), 16).blob);
  writeFileSync(join(folder, "example.mjs"), code);
  const out = execFileSync(process.execPath, ["example.mjs"], { cwd: folder, encoding: "utf8" });
  expect(out).toMatch(/^\d \d+ Int32Array\(10\)/);
  expect(existsSync(join(folder, "learnt.spkl"))).toBe(true);
});
