/** The core, for what the exporter asks it: how much arena a blob needs. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";

export interface MeasuringCore {
  memory: WebAssembly.Memory;
  /** bytes of arena, or a status, negated */
  measure(blob: number, length: number): number;
}

/** Where the built core lies: in `dist`, above this file in the package, beside the sources in a checkout. */
export function coreFile(name = "spikelet.wasm"): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  for (;;) {
    for (const candidate of [join(folder, name), join(folder, "dist", name)])
      if (existsSync(candidate)) return candidate;
    const parent = dirname(folder);
    if (parent === folder) throw new Error(`found no ${name}; npm run build makes it`);
    folder = parent;
  }
}

export function readCore(): MeasuringCore {
  const module = new WebAssembly.Module(readFileSync(coreFile()));
  return new WebAssembly.Instance(module, {}).exports as unknown as MeasuringCore;
}
