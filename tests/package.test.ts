/** The package itself: what it holds, what its doors import, what its README promises. */
import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { join } from "node:path";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path: string): string => readFileSync(join(root, path), "utf8");
const manifest = JSON.parse(read("package.json")) as {
  dependencies: Record<string, string>;
  devDependencies: Record<string, string>;
  exports: Record<string, string | { types: string; default: string }>;
};

/** Files below a folder with one of these endings. */
function filesOf(folder: string, ending: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name));
}

/** What a source file imports, but for types. */
function importsOf(file: string): string[] {
  return [...read(file).matchAll(/^(?:import|export) (?!type\b)[^;]*? from "([^"]+)"/gm)].map(
    ([, from]) => from,
  );
}

describe("the package", () => {
  const packed = JSON.parse(
    execFileSync("npm", ["pack", "--dry-run", "--json", "--ignore-scripts"], { cwd: root, encoding: "utf8" }),
  ) as { files: { path: string }[] }[];
  const files = packed[0].files.map(({ path }) => path);

  it("holds every file that its exports and its command name", () => {
    const targets = Object.values(manifest.exports).flatMap((e) =>
      typeof e === "string" ? [e] : [e.types, e.default],
    );
    for (const target of [...targets, "dist/tools/exporter/cli.js"])
      expect(files).toContain(target.replace(/^\.\//, ""));
  });

  it("holds nothing of tests, benchmarks, examples and sources", () => {
    expect(files.filter((path) => /(^|\/)(tests|bench|examples|\.ci)\/|\.map$/.test(path))).toEqual([]);
    expect(files.filter((path) => path.endsWith(".ts") && !path.endsWith(".d.ts"))).toEqual([]);
  });

  it("pins every dependency to one version", () => {
    const versions = Object.values({ ...manifest.dependencies, ...manifest.devDependencies });
    for (const version of versions) expect(version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  it("keeps registry addresses out of its lock files", () => {
    expect(read("package-lock.json")).not.toMatch(/"resolved"|https?:\/\/[^"]*registry/);
  });
});

describe("the doors", () => {
  it("import nothing but themselves, the layout and, in Node's, Node", () => {
    for (const file of filesOf("host", ".ts")) {
      for (const from of importsOf(file)) {
        const allowed = from.startsWith(".")
          ? !from.includes("tools/")
          : file.startsWith("host/node/") && from.startsWith("node:");
        expect(allowed, `${file} imports ${from}`).toBe(true);
      }
    }
  });

  it("are the only ones the core's sources never hear of", () => {
    for (const file of filesOf("assembly", ".ts")) {
      for (const from of importsOf(file)) expect(from, file).toMatch(/^\.{1,2}\//);
      expect(read(file), file).not.toMatch(/from "\.\.\/\.\.\//);
    }
  });
});
