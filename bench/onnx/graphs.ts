/**
 * The net as ONNX graphs. Both precisions compute the same: inputs and spikes are 0 or 1 and therefore exact as bytes,
 * so int8 wants no quantisation as it runs, only MatMulIntegerToFloat, which onnxruntime's own quantiser ends with.
 */
import { BETA, HIDDEN, INPUTS, OUTPUTS, STEPS, dequantised, windowWeights } from "../net.js";
import type { FloatLayer, FloatNet } from "../net.js";
import { DATA_TYPE, initializer, integer, node, subgraph, value } from "./format.js";
import type { ElementType, Graph, Initializer, Node } from "./format.js";

export type Precision = "float32" | "int8";

export const inputType = (precision: Precision): ElementType => (precision === "int8" ? "uint8" : "float32");

/**
 * One step: `x`, `carry` and `leaked` → `out`, `carryNext` and `leakedNext`. What is handed on is what is left of a
 * membrane after leak and reset: one state a layer.
 */
export function stepGraph(net: FloatNet, precision: Precision): Graph {
  const cast = node("Cast", ["fired"], ["spikeBytes"], integer("to", DATA_TYPE.uint8));
  return {
    name: "step",
    node: [
      linear(precision, "x", "hidden", "current"),
      ...lif("current"),
      ...(precision === "int8" ? [cast] : []),
      linear(precision, precision === "int8" ? "spikeBytes" : "spikes", "readout", "drive"),
      node("Add", ["leaked", "drive"], ["out"]),
      node("Mul", ["out", "beta"], ["leakedNext"]),
    ],
    input: [
      value("carry", "float32", [1, HIDDEN]),
      value("leaked", "float32", [1, OUTPUTS]),
      value("x", inputType(precision), [1, INPUTS]),
    ],
    output: [
      value("carryNext", "float32", [1, HIDDEN]),
      value("leakedNext", "float32", [1, OUTPUTS]),
      value("out", "float32", [1, OUTPUTS]),
    ],
    initializer: [
      ...constants(),
      ...layer(precision, "hidden", net.hidden, HIDDEN),
      ...layer(precision, "readout", net.readout, OUTPUTS),
    ],
  };
}

/** A window, the whole net inside a Scan: `x`, steps × 1 × inputs → `scores`, 1 × outputs. */
export function scanGraph(net: FloatNet, precision: Precision): Graph {
  return {
    name: "window",
    node: [
      scan(["carry0", "leaked0", "x"], ["carryEnd", "leakedEnd", "outs"], stepGraph(net, precision)),
      node("ReduceSum", ["outs", "axes"], ["scores"], integer("keepdims", 0)),
    ],
    input: [value("x", inputType(precision), [STEPS, 1, INPUTS])],
    output: [value("scores", "float32", [1, OUTPUTS])],
    initializer: [zeros("carry0", [1, HIDDEN]), zeros("leaked0", [1, OUTPUTS]), axes()],
  };
}

/**
 * A window, with all that is no recurrence lifted out of the Scan: `x`, steps × inputs → `scores`, 1 × outputs. The
 * readout is linear, so that its scores are one product of all spikes, weighted by how long each is felt, and its weights.
 */
export function liftedGraph(net: FloatNet, precision: Precision): Graph {
  const body: Graph = {
    name: "step",
    node: lif("current"),
    input: [value("carry", "float32", [HIDDEN]), value("current", "float32", [HIDDEN])],
    output: [value("carryNext", "float32", [HIDDEN]), value("spikes", "float32", [HIDDEN])],
    initializer: constants(),
  };
  const { weights, biasWeight } = windowWeights();
  const readout = { ...net.readout, bias: net.readout.bias.map((b) => b * biasWeight) };
  return {
    name: "window",
    node: [
      linear(precision, "x", "hidden", "currents"),
      scan(["carry0", "currents"], ["carryEnd", "raster"], body),
      node("MatMul", ["felt", "raster"], ["counts"]),
      linear("float32", "counts", "readout", "scores"),
    ],
    input: [value("x", inputType(precision), [STEPS, INPUTS])],
    output: [value("scores", "float32", [1, OUTPUTS])],
    initializer: [
      zeros("carry0", [HIDDEN]),
      initializer("felt", [1, STEPS], weights),
      ...layer(precision, "hidden", net.hidden, HIDDEN),
      ...layer("float32", "readout", readout, OUTPUTS),
      ...(precision === "int8" ? [scalar("one", 1)] : []),
    ],
  };
}

/** `current` and `carry` → `spikes`, `carryNext`. */
function lif(current: string): Node[] {
  return [
    node("Add", ["carry", current], ["membrane"]),
    node("Greater", ["membrane", "one"], ["fired"]),
    node("Cast", ["fired"], ["spikes"], integer("to", DATA_TYPE.float32)),
    node("Mul", ["membrane", "beta"], ["left"]),
    node("Sub", ["left", "spikes"], ["carryNext"]),
  ];
}

function linear(precision: Precision, input: string, name: string, output: string): Node {
  const [weights, scale, bias] = ["weights", "scale", "bias"].map((part) => `${name}.${part}`);
  if (precision === "float32") return node("Gemm", [input, weights, bias], [output]);
  const inputs = [input, weights, "one", scale, "", "", bias];
  return { ...node("MatMulIntegerToFloat", inputs, [output]), domain: "com.microsoft" };
}

function scan(inputs: string[], outputs: string[], body: Graph): Node {
  return node("Scan", inputs, outputs, subgraph("body", body), integer("num_scan_inputs", 1));
}

function layer(precision: Precision, name: string, from: FloatLayer, neurons: number): Initializer[] {
  const dims = [from.weights.length / neurons, neurons];
  const bias = initializer(`${name}.bias`, [neurons], from.bias);
  if (precision === "float32") return [initializer(`${name}.weights`, dims, dequantised(from)), bias];
  return [initializer(`${name}.weights`, dims, from.weights), scalar(`${name}.scale`, from.scale), bias];
}

function constants(): Initializer[] {
  return [scalar("beta", BETA), scalar("one", 1)];
}

function scalar(name: string, x: number): Initializer {
  return initializer(name, [], Float32Array.of(x));
}

function zeros(name: string, dims: number[]): Initializer {
  return initializer(name, dims, new Float32Array(dims.reduce((product, dim) => product * dim, 1)));
}

/** ReduceSum takes its axes as a tensor of int64: the first one. */
function axes(): Initializer {
  return { name: "axes", dims: [1], dataType: 7, rawData: new Uint8Array(8) };
}
