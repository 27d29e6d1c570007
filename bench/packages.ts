/** Packages of bench/package.json, which is installed apart: `npm --prefix bench ci`. */
import { createRequire } from "node:module";

const require = createRequire(new URL("../../bench/package.json", import.meta.url));

/** @returns the packages, or the reason why they are not there */
export function load<T extends unknown[]>(...names: string[]): T | string {
  try {
    return names.map((name) => require(name) as unknown) as T;
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return code === "MODULE_NOT_FOUND" ? "npm --prefix bench ci" : message.split("\n")[0];
  }
}
