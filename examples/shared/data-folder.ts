/** Where data lie that are not part of Spikelet. */
import { fileURLToPath } from "node:url";

/** SPIKELET_SHARED, or `shared/data` beside the checkout. */
export function dataFolder(): string {
  const above = import.meta.url.includes("/dist/") ? "../../../../" : "../../../";
  return process.env.SPIKELET_SHARED ?? fileURLToPath(new URL(`${above}shared/data`, import.meta.url));
}
