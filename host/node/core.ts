/** Which core a network in Node runs on, and where it lies. */
import { readFile } from "node:fs/promises";
import { fetchBytes } from "../source.js";
import type { LoadOptions } from "../source.js";
import { hasSimd } from "../wasm.js";
import type { CoreSource } from "../wasm.js";

/** Compiled cores, one a build. */
const modules = new Map<string, Promise<WebAssembly.Module>>();

/** The core that the options name, or the shipped one that this engine runs best. */
export async function coreOf({ wasm, simd = hasSimd() }: LoadOptions): Promise<CoreSource> {
  if (wasm instanceof URL && wasm.protocol === "file:") return new Uint8Array(await readFile(wasm));
  if (wasm instanceof URL || wasm instanceof Response) return fetchBytes(wasm);
  return wasm ?? shippedCore(simd ? "spikelet.simd.wasm" : "spikelet.wasm");
}

function shippedCore(name: string): Promise<WebAssembly.Module> {
  let module = modules.get(name);
  if (module === undefined) {
    module = readFile(coreFile(name)).then((bytes) => WebAssembly.compile(bytes));
    modules.set(name, module);
    module.catch(() => modules.delete(name));
  }
  return module;
}

/** The cores lie in dist/, of which this file is host/node/index.js; run from its source it is two levels below too. */
function coreFile(name: string): URL {
  const fromSource = import.meta.url.endsWith(".ts");
  return new URL(fromSource ? `../../dist/${name}` : `../../${name}`, import.meta.url);
}
