/** What the tests of hostile blobs share: seeds and small blobs, loading bytes as they are, attacks that are named. */
import * as L from "../assembly/layout.js";
import type { Learning, Path, Population, Program, Rule, Synapses } from "../tools/exporter/program.js";
import { smallBlobs, viewOf } from "./attack.js";
import type { Ground } from "./attack.js";
import { BLOB, builds, instance, room } from "./core.js";
import type { Build } from "./core.js";
import { plainProgram, READOUT, SPIKING } from "./plain-program.js";
import { Random } from "./random.js";

/** Random attacks in all, half of them on each build. */
export const ATTACKS = Number(process.env.SPIKELET_ATTACKS ?? 20_000);
export const SEED = Number(process.env.SPIKELET_SEED ?? Date.now() % 2 ** 31);
/** Small programs of each kind. */
export const EACH = 4;

/** The first seed of a build, so that no attack is made twice. */
export const firstSeed = (build: Build): number => SEED + builds.indexOf(build) * ATTACKS;

/** Small blobs of a build, the same ones for the same seed. */
export const smallOf = (build: Build) => smallBlobs(instance(build), EACH, firstSeed(build));

/** Every status that load() may give, by the name of layout.ts. */
export const NAMES = [
  ...[
    "OK",
    "BAD_LENGTH",
    "BAD_MAGIC",
    "BAD_VERSION",
    "BAD_CRC",
    "BAD_HEADER",
    "BAD_SECTION",
    "UNKNOWN_SECTION",
  ],
  ...[
    "BAD_OPERATION",
    "BAD_SHAPE",
    "BAD_PARAMETER",
    "BAD_RANGE",
    "BAD_LEARNING",
    "BAD_ARENA",
    "BAD_ALIGNMENT",
  ],
];

export const align = (n: number): number => (n + 15) & ~15;

/** Loads bytes as they are into an instance of their own, with the arena that their header announces. */
export function loadAsItIs(
  build: Build,
  bytes: Uint8Array,
  { arena = 0, room: given = -1, at = BLOB } = {},
): string {
  const core = instance(build);
  const announced = bytes.length < L.HEADER_BYTES ? 0 : viewOf(bytes).getUint32(L.HEADER_ARENA, true);
  const place = align(at + bytes.length) + arena;
  room(core, place + 65536);
  new Uint8Array(core.memory.buffer).set(bytes, at);
  return NAMES[core.load(at, bytes.length, place, given < 0 ? announced : given)];
}

/** The status that a random life on a ground comes to, or an error that says how to have it again. */
export function attackOn(ground: Ground, bytes: Uint8Array, seed: number, what: () => string) {
  try {
    return ground.attack(bytes, new Random(seed));
  } catch (error) {
    throw new Error(`${what()}: ${(error as Error).message}`, { cause: error });
  }
}

/** Synapses that do nothing. */
export function weights(source: number, inputs: number, outputs: number): Synapses {
  const none = new Int8Array(inputs * outputs);
  return { kind: "dense", name: "", source, adds: false, inputs, outputs, weights: none };
}

/** Places in the operations of richProgram(). */
export const RICH = { input: 0, recurrent: 1, hidden: 2, down: 3, readout: 4 } as const;

/** Everything that the schedule `window` allows and `step` does not, on one hidden layer of seven with 32-bit membranes. */
export function richProgram(): Program {
  const plain = plainProgram();
  const [loss, below] = plain.learning!.rules;
  const [path] = plain.learning!.paths;
  const returned = { gain: 20000, gainExponent: 1 };
  const all = (value: number) => new Uint16Array(7).fill(value);
  const hidden: Population = {
    ...(plain.operations[SPIKING] as Population),
    ...{ bits: 32, lower: -5000, adaptation: { decay: all(65000), strength: all(50) } },
    current: { decay: all(50000), fine: 4 },
  };
  const rule: Rule = {
    ...{ ...below, population: RICH.hidden, signal: "random", filtered: true, feedbackSeed: 5 },
    ...{ gain: 24576, gainExponent: 1, coupling: new Uint32Array(7).fill(1000) },
    surrogate: {
      ...{ shape: "arctan", shift: 2, width: new Uint32Array(7).fill(400) },
      ...{ factor: new Uint32Array(7).fill(5_000_000), height: new Uint32Array(7).fill(20000) },
    },
    regulariser: {
      lower: 1000,
      rate: null,
      upper: { bound: 30000, norm: "each" },
      shift: 8,
      strength: 1000,
      exponent: 0,
    },
  };
  const paths: Path[] = [
    { ...path, synapse: RICH.input, update: { kind: "momentum", kept: 50000 } },
    {
      ...path,
      ...returned,
      synapse: RICH.recurrent,
      returns: "carried",
      update: { kind: "sign", step: 50 },
      pullShift: 8,
    },
    { ...path, ...returned, synapse: RICH.down, returns: "present", residuals: false },
  ];
  return {
    ...plain,
    operations: [
      plain.operations[0],
      { ...(plain.operations[2] as Synapses), ...weights(RICH.hidden + 1, 7, 7), adds: true },
      hidden,
      { ...(plain.operations[2] as Synapses), source: RICH.hidden + 1 },
      plain.operations[READOUT],
    ],
    learning: {
      ...{ ...plain.learning!, schedules: ["window"], targets: true },
      rules: [{ ...loss, population: RICH.readout }, rule],
      paths,
    },
  };
}

/** The plain program whose last population spikes and learns by `loss`. */
export function spikingProgram(loss: Learning["loss"], changes: Partial<Learning> = {}): Program {
  const { operations, learning } = plainProgram();
  const last: Population = {
    ...(operations[SPIKING] as Population),
    ...{ neurons: 3, decay: new Uint16Array(3).fill(60000), threshold: new Int32Array(3).fill(90) },
    bias: new Int32Array(3).fill(1),
  };
  const [readout, below] = learning!.rules;
  const three = (value: number) => new Uint32Array(3).fill(value);
  const surrogate = { ...below.surrogate!, width: three(90), factor: three(5_000_000) };
  return plainProgram({
    code: "count",
    operations: [...operations.slice(0, READOUT), last],
    learning: {
      ...{ ...learning!, loss, schedules: ["window"], rules: [{ ...readout, surrogate }, below] },
      ...changes,
    },
  });
}

/** The plain program whose hidden layer learns by pairs of spikes. */
export function pairingProgram(): Program {
  const { learning } = plainProgram();
  const [loss, below] = learning!.rules;
  const [into, out] = learning!.paths;
  const stdp = { plus: 3000, minus: 2000, comes: 60000, been: 55000 };
  return plainProgram({
    learning: {
      ...{
        ...learning!,
        schedules: ["window"],
        rules: [loss, { ...below, signal: "stdp", surrogate: null, stdp }],
      },
      paths: [into, { ...out, returns: "nothing", gain: 0, gainExponent: 0 }],
    },
  });
}
