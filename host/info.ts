/** What a blob holds, read from one that the core has accepted. The format is docs/FORMAT.md. */
import * as L from "../assembly/layout.js";

export type Schedule = "step" | "window";
export type OutputCode = "count" | "first" | "population" | "membrane-last" | "membrane-max" | "membrane-sum";

/** An operation of the blob, in order of execution. */
export interface NodeInfo {
  /** as the exporter named it, else kind and index: `lif1` */
  name: string;
  kind: "dense" | "analogue" | "lif" | "li";
  /** neurons of a population, targets of synapses */
  neurons: number;
  /** neurons of the source of synapses, 0 for populations */
  inputs: number;
  /** bits of a weight or of a membrane */
  bits: number;
}

export type Signal = "paths" | "loss" | "random" | "target" | "local" | "reward" | "stdp";

export interface RuleInfo {
  /** index in `nodes` of the population that learns */
  node: number;
  /** where its learning signal comes from beside the paths that return to it */
  signal: Signal;
  learnsBias: boolean;
  /** the shipped rates, mantissa · 2^−shift; `net.rate` multiplies them */
  rates: Record<Schedule, { mantissa: number; shift: number }>;
}

export interface PathInfo {
  /** index in `nodes` of the synapses */
  node: number;
  learns: boolean;
  /** what their source hears through them */
  returns: "nothing" | "present" | "carried";
  update: "plain" | "momentum" | "sign";
  /** bytes of RAM that learning adds to a synapse of inference: residual, momentum */
  bytesPerSynapse: number;
}

export interface NetworkInfo {
  formatVersion: number;
  /** bytes of the blob as it was loaded */
  blobBytes: number;
  /** bytes of RAM that the network needs beside the blob */
  arenaBytes: number;
  inputs: number;
  inputKind: "spikes" | "analogue";
  /** largest magnitude of an analogue input; 1 for spikes */
  inputRange: number;
  /** room for spikes, or for analogue frames, of one window */
  events: number;
  /** longest window */
  maxSteps: number;
  outputs: number;
  classes: number;
  code: OutputCode;
  nodes: NodeInfo[];
  /** the ways to learn that the blob has memory for; empty where it does not learn */
  schedules: Schedule[];
  /** the first is the last population's, the others follow downwards */
  rules: RuleInfo[];
  paths: PathInfo[];
  /** whether lessons may have a target for every step */
  targets: boolean;
  /** the exporter's JSON, {} where there is none */
  metadata: Record<string, unknown>;
}

const CODES: Record<number, OutputCode> = {
  [L.CODE_COUNT]: "count",
  [L.CODE_FIRST]: "first",
  [L.CODE_POPULATION]: "population",
  [L.CODE_MEMBRANE_LAST]: "membrane-last",
  [L.CODE_MEMBRANE_MAX]: "membrane-max",
  [L.CODE_MEMBRANE_SUM]: "membrane-sum",
};

/** By their numbers in the blob. */
const SIGNALS: Signal[] = ["paths", "loss", "random", "target", "local", "reward", "stdp"];
const UPDATES: PathInfo["update"][] = ["plain", "momentum", "sign"];

const KINDS: Record<number, NodeInfo["kind"]> = {
  [L.OP_DENSE]: "dense",
  [L.OP_ANALOGUE]: "analogue",
  [L.OP_LIF]: "lif",
  [L.OP_LI]: "li",
};

/** @param bytes a blob that the core has accepted; from others anything may come out */
export function readInfo(bytes: Uint8Array): NetworkInfo {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const metadata = readMetadata(bytes, view);
  const learning = sectionAt(view, L.SECTION_LEARNING);
  return {
    formatVersion: view.getUint16(L.HEADER_VERSION, true),
    blobBytes: bytes.length,
    arenaBytes: view.getUint32(L.HEADER_ARENA, true),
    inputs: view.getUint32(L.HEADER_INPUTS, true),
    inputKind: view.getUint16(L.HEADER_INPUT_KIND, true) === L.INPUT_SPIKES ? "spikes" : "analogue",
    inputRange: view.getUint32(L.HEADER_INPUT_RANGE, true),
    events: view.getUint32(L.HEADER_EVENTS, true),
    maxSteps: view.getUint32(L.HEADER_STEPS, true),
    outputs: view.getUint32(L.HEADER_OUTPUTS, true),
    classes: view.getUint16(L.HEADER_CLASSES, true),
    code: CODES[view.getUint16(L.HEADER_CODE, true)],
    nodes: readNodes(view, metadata.names),
    schedules: learning ? readSchedules(view, learning.offset) : [],
    rules: learning ? readRules(view, learning.offset) : [],
    paths: learning ? readPaths(view, learning.offset) : [],
    targets:
      learning !== null &&
      (view.getUint16(learning.offset + L.LEARNING_FLAGS, true) & L.LEARNING_TARGETS) !== 0,
    metadata,
  };
}

function sectionAt(view: DataView, kind: number): { offset: number; length: number } | null {
  for (let index = 0; index < view.getUint16(L.HEADER_SECTIONS, true); index++) {
    const entry = L.HEADER_BYTES + index * L.SECTION_BYTES;
    const length = view.getUint32(entry + L.SECTION_LENGTH, true);
    if (view.getUint16(entry, true) === kind && length > 0) {
      return { offset: view.getUint32(entry + L.SECTION_OFFSET, true), length };
    }
  }
  return null;
}

/** @param names the metadata's names of the operations, which may be anything */
function readNodes(view: DataView, names: unknown): NodeInfo[] {
  const { offset, length } = sectionAt(view, L.SECTION_OPERATIONS)!;
  return Array.from({ length: length / L.OPERATION_BYTES }, (_, index) => {
    const at = offset + index * L.OPERATION_BYTES;
    const kind = KINDS[view.getUint16(at, true)];
    const synapses = kind === "dense" || kind === "analogue";
    const given: unknown = Array.isArray(names) ? names[index] : undefined;
    return {
      name: typeof given === "string" && given !== "" ? given : `${kind}${index}`,
      kind,
      neurons: view.getUint32(at + (synapses ? L.SYNAPSE_OUTPUTS : L.POPULATION_NEURONS), true),
      inputs: synapses ? view.getUint32(at + L.SYNAPSE_INPUTS, true) : 0,
      bits: synapses ? view.getUint16(at + L.SYNAPSE_BITS, true) : view.getUint8(at + L.POPULATION_BITS),
    };
  });
}

function readSchedules(view: DataView, at: number): Schedule[] {
  const bits = view.getUint16(at + L.LEARNING_SCHEDULES, true);
  const all = [
    ["step", L.SCHEDULE_STEP],
    ["window", L.SCHEDULE_WINDOW],
  ] as const;
  return all.filter(([, bit]) => bits & bit).map(([name]) => name);
}

function readRules(view: DataView, learning: number): RuleInfo[] {
  return Array.from({ length: view.getUint16(learning + L.LEARNING_RULES, true) }, (_, index) => {
    const at = learning + L.LEARNING_BYTES + index * L.RULE_BYTES;
    return {
      node: view.getUint16(at + L.RULE_POPULATION, true),
      signal: SIGNALS[view.getUint8(at + L.RULE_SIGNAL)],
      learnsBias: (view.getUint16(at + L.RULE_FLAGS, true) & L.RULE_BIAS) !== 0,
      rates: {
        window: {
          mantissa: view.getUint16(at + L.RULE_RATE, true),
          shift: view.getUint8(at + L.RULE_RATE_SHIFT),
        },
        step: {
          mantissa: view.getUint16(at + L.RULE_STEP_RATE, true),
          shift: view.getUint8(at + L.RULE_STEP_RATE_SHIFT),
        },
      },
    };
  });
}

function readPaths(view: DataView, learning: number): PathInfo[] {
  const first =
    learning + L.LEARNING_BYTES + view.getUint16(learning + L.LEARNING_RULES, true) * L.RULE_BYTES;
  return Array.from({ length: view.getUint16(learning + L.LEARNING_PATHS, true) }, (_, index) => {
    const at = first + index * L.PATH_BYTES;
    const flags = view.getUint16(at + L.PATH_FLAGS, true);
    const learns = (flags & L.PATH_LEARNS) !== 0;
    const update = UPDATES[view.getUint8(at + L.PATH_UPDATE)];
    return {
      node: view.getUint16(at + L.PATH_SYNAPSE, true),
      learns,
      returns: flags & L.PATH_CARRIED ? "carried" : flags & L.PATH_PRESENT ? "present" : "nothing",
      update,
      bytesPerSynapse: learns ? (flags & L.PATH_BARE ? 0 : 1) + (update === "momentum" ? 2 : 0) : 0,
    };
  });
}

/** The core never reads metadata, so it may be damaged in meaning: then there is none. */
function readMetadata(bytes: Uint8Array, view: DataView): Record<string, unknown> {
  const section = sectionAt(view, L.SECTION_METADATA);
  if (section === null) return {};
  try {
    const text = new TextDecoder().decode(bytes.subarray(section.offset, section.offset + section.length));
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
