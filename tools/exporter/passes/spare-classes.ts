/** Spare classes: outputs that nobody has trained, kept for what is still to be learned where the net runs. */
import { MAX_LEARNING_CLASSES } from "../../../assembly/layout.js";
import { InputError } from "../errors.js";
import type { Layer, Model } from "../model.js";
import { quoted } from "../text.js";

/**
 * Appends output neurons to the last layer. Weights, bias and decay of each are the mean of the trained ones', and so is its
 * membrane, where these share a decay: never above the highest of them, and among equals the first is the answer. So a spare class
 * is not the answer before it has learned, but where two trained ones are level to within the rounding of weights to integers.
 *
 * @param count how many; 0 gives the model itself
 * @throws InputError where the last layer spikes, or has no room for so many; names the layer, not the file
 */
export function withSpareClasses(model: Model, count: number): Model {
  if (count === 0) return model;
  const last = model.layers[model.layers.length - 1];
  if (last.kind !== "li") {
    throw new InputError(
      `layer ${quoted(last.name)}: found a last layer that spikes, expected a leaky integrator for spare classes; read it as membranes with --code membrane-sum`,
    );
  }
  if (last.neurons + count > MAX_LEARNING_CLASSES) {
    throw new InputError(
      `layer ${quoted(last.name)}: found ${last.neurons} classes and ${count} spare ones, expected at most ${MAX_LEARNING_CLASSES} in all; keep fewer spare`,
    );
  }
  return { ...model, layers: [...model.layers.slice(0, -1), widened(last, count)] };
}

function widened(layer: Layer, count: number): Layer {
  const wider = (row: Float64Array): Float64Array => withMeans(row, layer.neurons, count);
  return {
    ...layer,
    neurons: layer.neurons + count,
    connections: layer.connections.map((connection) => ({
      ...connection,
      weights: wider(connection.weights),
    })),
    bias: wider(layer.bias),
    decay: wider(layer.decay),
    threshold: wider(layer.threshold),
    vReset: wider(layer.vReset),
    ...(layer.current && { current: { decay: wider(layer.current.decay) } }),
  };
}

/** Rows of `width` values, each with `count` times its mean behind it. */
function withMeans(rows: Float64Array, width: number, count: number): Float64Array {
  const out = new Float64Array((rows.length / width) * (width + count));
  for (let from = 0, to = 0; from < rows.length; from += width, to += width + count) {
    const row = rows.subarray(from, from + width);
    out.set(row, to);
    out.fill(row.reduce((sum, x) => sum + x, 0) / width, to + width, to + width + count);
  }
  return out;
}
