/** What the passes rely on in a Model, which need not come from a file: arrays of one size, sources that exist and spike, finite numbers. */
import { InputError } from "../errors.js";
import type { Connection, Layer, Model } from "../model.js";
import { quoted } from "../text.js";
import type { InputForm } from "./quantise.js";

/** @throws InputError naming the layer and what is wrong with it, not the file */
export function checkModel(model: Model, kind: InputForm["kind"]): void {
  const { layers } = model;
  if (layers.length === 0) throw new InputError("found no layer, expected at least one");
  layers.forEach((layer, l) => {
    const refuse = (what: string): never => {
      throw new InputError(`layer ${quoted(layer.name)}: ${what}`);
    };
    if (layer.kind === "li" && l < layers.length - 1)
      refuse(
        "found a leaky integrator before the last layer, expected lif; only the last may be read as membranes",
      );
    if (layer.connections.length === 0) refuse("found no connection into it, expected one or more");
    const fromInput = layer.connections.filter(({ source }) => source < 0).length;
    if (kind === "analogue" && fromInput > 1)
      refuse(`found ${fromInput} connections from an analogue input, expected one; add their weights`);
    for (const connection of layer.connections) checkConnection(model, layer, connection, refuse);
    checkArrays(layer, refuse);
  });
}

type Refuse = (what: string) => never;

function checkConnection(
  { inputs, layers }: Model,
  { neurons }: Layer,
  { name, source, inputs: found, weights }: Connection,
  refuse: Refuse,
): void {
  const from = source < 0 ? undefined : layers[source];
  const of = `connection ${quoted(name)}`;
  if (!Number.isInteger(source) || source < -1 || source >= layers.length)
    refuse(
      `${of}: found source ${source}, expected −1 for the input, or 0 … ${layers.length - 1} for a layer`,
    );
  if (from?.kind === "li")
    refuse(
      `${of}: found ${quoted(from.name)} for a source, a leaky integrator, expected a layer that spikes`,
    );
  const expected = from?.neurons ?? inputs;
  if (found !== expected) refuse(`${of}: found ${found} inputs, expected the ${expected} of its source`);
  if (weights.length !== found * neurons)
    refuse(`${of}: found ${weights.length} weights, expected ${found} × ${neurons}`);
  if (!weights.every(Number.isFinite)) refuse(`${of}: found weights that are not finite, expected numbers`);
}

function checkArrays(layer: Layer, refuse: Refuse): void {
  const { neurons, kind, adaptation, current } = layer;
  const arrays: [string, Float64Array | undefined, (x: number) => boolean, string][] = [
    ["bias", layer.bias, Number.isFinite, "finite numbers"],
    ["decay", layer.decay, isShare, "0 … 1"],
    ["threshold", layer.threshold, (x) => kind === "li" || (x > 0 && x < Infinity), "numbers above 0"],
    ["vReset", layer.vReset, Number.isFinite, "finite numbers"],
    ["adaptation.decay", adaptation?.decay, isShare, "0 … 1"],
    ["adaptation.strength", adaptation?.strength, (x) => x >= 0 && x < Infinity, "numbers from 0"],
    ["current.decay", current?.decay, isShare, "0 … 1"],
  ];
  for (const [name, values, fits, expected] of arrays) {
    if (values === undefined) continue;
    if (values.length !== neurons)
      refuse(`found ${values.length} values of ${name}, expected one for each of ${neurons} neurons`);
    const wrong = values.findIndex((x) => !fits(x));
    if (wrong >= 0) refuse(`found ${values[wrong]} in ${name} (neuron ${wrong}), expected ${expected}`);
  }
  if (kind === "li" && adaptation)
    refuse("found an adaptive threshold of a leaky integrator, which has none; leave it out");
}

function isShare(x: number): boolean {
  return x >= 0 && x <= 1;
}
