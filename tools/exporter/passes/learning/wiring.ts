/** Who learns, who hears whom: which populations get a rule, and what each path hands down. */
import { InputError, UsageError } from "../../errors.js";
import type { Path, Signal } from "../../program.js";
import { quoted } from "../../text.js";
import { isRecurrent } from "./net.js";
import type { Link, Net } from "./net.js";
import type { Choice } from "./options.js";

export interface Wire extends Link {
  learns: boolean;
  returns: Path["returns"];
}

export interface Wiring {
  /** layers with a rule, the last layer first */
  ruled: number[];
  learns: ReadonlySet<number>;
  signalOf: (layer: number) => Signal;
  /** synapses that learn or hand something down, in the order of the operations */
  wires: Wire[];
}

/**
 * @throws UsageError for a layer that is not there
 * @throws InputError where a layer would learn and hears nothing
 */
export function wire(net: Net, choice: Choice): Wiring {
  const learns = learningLayers(net, choice);
  const ruled = ruledLayers(net, choice, learns);
  const signalOf = (layer: number): Signal => signal(net, choice, layer);
  const wires = net.links.flatMap((link): Wire[] => {
    const returns = returned(net, choice, ruled, link);
    const here = learns.has(link.to);
    return here || returns !== "nothing" ? [{ ...link, learns: here, returns }] : [];
  });
  for (const layer of ruled) {
    if (layer !== net.last && signalOf(layer) === "paths") expectHeard(net, choice, layer, wires);
  }
  return { ruled: [...ruled].sort((a, b) => b - a), learns, signalOf, wires };
}

function learningLayers({ nodes, last }: Net, { layers }: Choice): Set<number> {
  if (layers === "readout") return new Set([last]);
  if (layers === "all") return new Set(nodes.keys());
  const known = nodes.map(({ layer }) => layer.name);
  return new Set(
    layers.map((name) => {
      const layer = known.indexOf(name);
      if (layer >= 0) return layer;
      throw new UsageError(
        `--learn: found layer ${quoted(name)}, expected readout, all or some of ${known.map(quoted).join(", ")}`,
      );
    }),
  );
}

/** The last layer, those that learn, and under `spatial` all that stand between them, for they pass the signal on. */
function ruledLayers(net: Net, { signal, recurrent }: Choice, learns: Set<number>): Set<number> {
  const ruled = new Set([net.last, ...learns]);
  if (signal !== "spatial") return ruled;
  for (const layer of ruled) {
    if (layer === net.last) continue;
    for (const link of net.links) {
      if (link.from === layer && (recurrent || !isRecurrent(link))) ruled.add(link.to);
    }
  }
  return ruled;
}

function signal({ last, nodes }: Net, choice: Choice, layer: number): Signal {
  if (choice.signal === "stdp" && nodes[layer].population.kind === "lif") return "stdp";
  if (layer === last) return "loss";
  return choice.signal === "symmetric" || choice.signal === "spatial" ? "paths" : (choice.signal as Signal);
}

/** The last layer hears the loss alone, so that nothing returns to it. */
function returned(net: Net, choice: Choice, ruled: Set<number>, link: Link): Path["returns"] {
  const { from, to } = link;
  const { signal, filtered, through, recurrent } = choice;
  if (from < 0 || from === net.last || !ruled.has(from) || !ruled.has(to) || signal === "stdp")
    return "nothing";
  if (isRecurrent(link)) return recurrent ? "carried" : "nothing";
  if (to === net.last && (signal === "symmetric" || signal === "spatial"))
    return filtered ? "carried" : "present";
  return signal === "spatial" ? through : "nothing";
}

function expectHeard({ nodes, last }: Net, { signal }: Choice, layer: number, wires: Wire[]): void {
  const hears = wires.some((w) => w.from === layer && w.to !== layer && w.returns !== "nothing");
  const feeds = wires.some((w) => w.from === layer && w.to === last && w.returns !== "nothing");
  if (signal === "symmetric" ? feeds : hears) return;
  const name = quoted(nodes[layer].layer.name);
  throw new InputError(
    signal === "symmetric"
      ? `layer ${name} does not feed the readout ${quoted(nodes[last].layer.name)}, whose weights the signal symmetric comes through; learn with the signal spatial or random, or leave the layer out`
      : `layer ${name} leads to no layer that could hand a learning signal down; learn with the signal random, or leave the layer out`,
  );
}
