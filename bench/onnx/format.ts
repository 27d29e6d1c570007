/** As much of ONNX's protobuf messages (onnx.proto3) as the benchmark's graphs want, and short ways to write them. */

/** What is used of protobufjs. */
export interface Protobuf {
  Root: { fromJSON(json: object): { lookupType(name: string): MessageType } };
}
interface MessageType {
  fromObject(object: object): object;
  encode(message: object): { finish(): Uint8Array };
}

export type ElementType = "float32" | "uint8" | "int8";
export type Attribute = { name: string; type: number } & ({ i: number } | { g: Graph });
export interface Node {
  opType: string;
  input: string[];
  output: string[];
  attribute: Attribute[];
  domain: string;
}
export interface Value {
  name: string;
  type: object;
}
export interface Initializer {
  name: string;
  dims: number[];
  dataType: number;
  rawData: Uint8Array;
}
export interface Graph {
  name: string;
  node: Node[];
  input: Value[];
  output: Value[];
  initializer: Initializer[];
}

/** Numbers of TensorProto.DataType and of AttributeProto.AttributeType. */
export const DATA_TYPE: Record<ElementType, number> = { float32: 1, uint8: 2, int8: 3 };
const ATTRIBUTE_TYPE = { int: 2, graph: 5 };

const IR_VERSION = 8;
const OPERATORS = [
  { domain: "", version: 17 },
  { domain: "com.microsoft", version: 1 },
];

const one = (type: string, id: number): object => ({ type, id });
const many = (type: string, id: number): object => ({ type, id, rule: "repeated" });
const MESSAGES = {
  Model: { irVersion: one("int64", 1), graph: one("Graph", 7), opsetImport: many("Operators", 8) },
  Operators: { domain: one("string", 1), version: one("int64", 2) },
  Graph: {
    node: many("Node", 1),
    name: one("string", 2),
    initializer: many("Tensor", 5),
    input: many("Value", 11),
    output: many("Value", 12),
  },
  Node: {
    input: many("string", 1),
    output: many("string", 2),
    opType: one("string", 4),
    attribute: many("Attribute", 5),
    domain: one("string", 7),
  },
  Attribute: {
    name: one("string", 1),
    i: one("int64", 3),
    g: one("Graph", 6),
    type: one("int32", 20),
  },
  Tensor: {
    dims: many("int64", 1),
    dataType: one("int32", 2),
    name: one("string", 8),
    rawData: one("bytes", 9),
  },
  Value: { name: one("string", 1), type: one("Type", 2) },
  Type: { tensorType: one("TensorType", 1) },
  TensorType: { elemType: one("int32", 1), shape: one("Shape", 2) },
  Shape: { dim: many("Dimension", 1) },
  Dimension: { dimValue: one("int64", 1) },
};

/** @returns the bytes of a model of that graph */
export function encode(protobuf: Protobuf, graph: Graph): Uint8Array {
  const nested = Object.fromEntries(Object.entries(MESSAGES).map(([name, fields]) => [name, { fields }]));
  const model = protobuf.Root.fromJSON({ nested }).lookupType("Model");
  return model.encode(model.fromObject({ irVersion: IR_VERSION, graph, opsetImport: OPERATORS })).finish();
}

export function node(opType: string, input: string[], output: string[], ...attribute: Attribute[]): Node {
  return { opType, input, output, attribute, domain: "" };
}

export function integer(name: string, i: number): Attribute {
  return { name, i, type: ATTRIBUTE_TYPE.int };
}

export function subgraph(name: string, g: Graph): Attribute {
  return { name, g, type: ATTRIBUTE_TYPE.graph };
}

export function value(name: string, type: ElementType, dims: number[]): Value {
  const dim = dims.map((dimValue) => ({ dimValue }));
  return { name, type: { tensorType: { elemType: DATA_TYPE[type], shape: { dim } } } };
}

export function initializer(name: string, dims: number[], data: Float32Array | Int8Array): Initializer {
  const dataType = DATA_TYPE[data instanceof Int8Array ? "int8" : "float32"];
  return { name, dims, dataType, rawData: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
}
