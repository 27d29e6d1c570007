/**
 * Relearn: another learning section for a Program that there is already. Its weights, thresholds, decays and biases stay as they are,
 * and with them what it has learnt; remainders below a unit of a weight begin anew.
 */
import { InputError } from "../errors.js";
import type { Layer, Model } from "../model.js";
import { isSynapses } from "../program.js";
import type { Population, Program } from "../program.js";
import { quoted } from "../text.js";
import { dequantise } from "./dequantise.js";
import { learningOf } from "./learning.js";
import type { LearnOptions } from "./learning.js";
import type { InputForm, LayerScale } from "./quantise.js";

/** Fractional bits of a log2 logit (learning/losses.ts). */
const LOGIT_BITS = 10;
/** What a weight of 1 is taken to be in a readout that says nothing of its unit. */
const WEIGHT_OF_ONE = 128;
/** Largest bias that may learn, docs/FORMAT.md. */
const LARGEST_BIAS = 2 ** 21;

/**
 * @param units one a layer: what one unit of its weights stands for in the model
 * @param options what learns and how, in that model's units
 * @throws InputError, UsageError where the program cannot learn in this way; names layer or option
 */
export function relearn(
  program: Program,
  units: readonly number[],
  input: InputForm,
  options: (model: Model) => LearnOptions,
): Program {
  const scales = scalesOf(program, units);
  const model = modelOf(program, scales);
  const chosen = options(model);
  expectLoss(model, chosen);
  expectOutputEach(program, model);
  const learning = learningOf(model, program, scales, input, chosen);
  const biased = new Set(learning.rules.filter((r) => r.learnsBias).map(({ population }) => population));
  const operations = program.operations.map((op, index) =>
    isSynapses(op) || !biased.has(index) ? op : withBias(op),
  );
  return { ...program, operations, learning };
}

/**
 * Units for a program that comes without: the lowest threshold of a layer that spikes is taken to be 1. That of a readout is in the
 * scale of its logits, where it has learnt by a cross entropy of membranes; else a weight of 128 is taken to be 1.
 */
export function guessUnits({ operations, learning }: Program): number[] {
  const populations = operations.filter((op) => !isSynapses(op));
  return populations.map(({ threshold, shift }, layer) => {
    if (threshold) return 2 ** shift / threshold.reduce((a, b) => Math.min(a, b));
    const last = layer === populations.length - 1;
    const logits = last && learning?.loss.of === "membrane" && learning.loss.kind === "cross-entropy";
    if (!logits) return 1 / WEIGHT_OF_ONE;
    return (learning.logit * 2 ** (shift - learning.logitShift - LOGIT_BITS)) / Math.LOG2E;
  });
}

function scalesOf({ operations }: Program, units: readonly number[]): LayerScale[] {
  const places = operations.flatMap((op, index) => (isSynapses(op) ? [] : [{ op, index }]));
  return places.map(({ op: { name, neurons, shift }, index }, layer) => ({
    name,
    unit: new Float64Array(neurons).fill(units[layer]),
    shift,
    operation: index,
    tauError: 0,
  }));
}

/** The program as a model in those units, but for its input, which stays in integers. */
function modelOf(program: Program, scales: LayerScale[]): Model {
  const model = dequantise(program);
  return { ...model, layers: model.layers.map((layer, l) => inUnits(layer, scales[l])) };
}

function inUnits(layer: Layer, { unit: [unit], shift }: LayerScale): Layer {
  const membrane = unit * 2 ** -shift;
  const scaled = (values: Float64Array): Float64Array => values.map((x) => x * membrane);
  const { adaptation } = layer;
  return {
    ...layer,
    connections: layer.connections.map((c) => ({ ...c, weights: scaled(c.weights) })),
    bias: scaled(layer.bias),
    threshold: scaled(layer.threshold),
    vReset: scaled(layer.vReset),
    lower: layer.lower * membrane,
    ...(adaptation && { adaptation: { ...adaptation, strength: scaled(adaptation.strength) } }),
  };
}

/** A blob's last layer is what it is: only the loss can be another. */
function expectLoss({ layers }: Model, { signal, loss }: LearnOptions): void {
  const { name, kind } = layers[layers.length - 1];
  const of = loss?.of ?? "membrane";
  if (signal === "stdp" || (kind === "li") === (of === "membrane")) return;
  throw new InputError(
    kind === "lif"
      ? `layer ${quoted(name)}: found a last layer that spikes, expected a loss of its spikes; learn with --loss count-cross-entropy or time-cross-entropy`
      : `layer ${quoted(name)}: found a loss of spike ${of}s, expected one of the membranes that this last layer is read by; learn with --loss cross-entropy or mean-square`,
  );
}

/** Errors are of outputs, so that several of them cannot share a class. */
function expectOutputEach({ classes }: Program, { layers }: Model): void {
  const { name, neurons } = layers[layers.length - 1];
  if (classes === neurons) return;
  throw new InputError(
    `layer ${quoted(name)}: found ${neurons} outputs for ${classes} classes, expected one each where a net learns; export with another --code than population`,
  );
}

/** A population whose bias learns has one, of zeros where there was none. */
function withBias(population: Population): Population {
  const { name, neurons, bias } = population;
  const beyond = bias?.find((b) => Math.abs(b) > LARGEST_BIAS);
  if (beyond === undefined) return { ...population, bias: bias ?? new Int32Array(neurons) };
  throw new InputError(
    `layer ${quoted(name)}: found a bias of ${beyond}, expected at most ${LARGEST_BIAS} where it learns; leave the layer out`,
  );
}
