/** Populations of a network, the operations that have membranes and spikes. */
import type { NetworkInfo } from "./info.js";

/**
 * @param node a population's name, or its index in `info.nodes`
 * @returns its index
 * @throws RangeError where there is no such population
 */
export function populationOf({ nodes }: NetworkInfo, node: string | number): number {
  const populations = nodes.map(({ kind }) => kind === "lif" || kind === "li");
  const index =
    typeof node === "number" ? node : nodes.findIndex(({ name }, n) => name === node && populations[n]);
  if (populations[index]) return index;
  const known = nodes.flatMap(({ name }, n) => (populations[n] ? [`"${name}"`] : []));
  throw new RangeError(`found node ${JSON.stringify(node)}, expected a population: ${known.join(", ")}`);
}
