/** Populations of a network, the operations that have membranes and spikes. */
import { typeName } from "./checks.js";
import type { NetworkInfo } from "./info.js";

/**
 * @param node a population's name, or its index in `info.nodes`
 * @returns its index
 * @throws TypeError for what is neither, RangeError where there is no such population
 */
export function populationOf({ nodes }: NetworkInfo, node: string | number): number {
  if (typeof node !== "string" && typeof node !== "number") {
    throw new TypeError(
      `found ${typeName(node)} for a node, expected a name or an index; take one from info.nodes`,
    );
  }
  const populations = nodes.map(({ kind }) => kind === "lif" || kind === "li");
  const index =
    typeof node === "number" ? node : nodes.findIndex(({ name }, n) => name === node && populations[n]);
  if (populations[index]) return index;
  const known = nodes.flatMap(({ name }, n) => (populations[n] ? [`"${name}"`] : []));
  const found = typeof node === "string" ? JSON.stringify(node) : node;
  throw new RangeError(
    `found node ${found}, expected a population: ${known.join(", ")}; give one of them, or its index in info.nodes`,
  );
}
