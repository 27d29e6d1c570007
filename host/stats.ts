/** What a network counts while it runs. */
import type { Seat } from "./seat.js";

/** Counts since the last start from rest. */
export interface Stats {
  steps: number;
  /** of all populations */
  spikes: number;
  /** synaptic operations: spikes (or analogue inputs that are not 0) times targets */
  sops: number;
  /** an operation each, as in `info.nodes`: spikes of a population, SOPs of synapses */
  nodes: { name: string; kind: string; spikes: number; sops: number }[];
}

/** @param steps since the last start from rest */
export function statsOf(seat: Seat, steps: number): Stats {
  const nodes = seat.info.nodes.map(({ name, kind }, index) => {
    const total = seat.total(index);
    const spiking = kind === "lif" || kind === "li";
    return { name, kind, spikes: spiking ? total : 0, sops: spiking ? 0 : total };
  });
  const spikes = nodes.reduce((sum, node) => sum + node.spikes, 0);
  return { steps, spikes, sops: nodes.reduce((sum, node) => sum + node.sops, 0), nodes };
}
