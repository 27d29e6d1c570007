/** What the tests of hostile blobs share: seeds and small blobs, loading bytes as they are, attacks that are named. */
import * as L from "../assembly/layout.js";
import type { Synapses } from "../tools/exporter/program.js";
import { smallBlobs, viewOf } from "./attack.js";
import type { Ground } from "./attack.js";
import { BLOB, builds, instance, room } from "./core.js";
import type { Build } from "./core.js";
import { Random } from "./random.js";

/** Random attacks in all, half of them on each build. */
export const ATTACKS = Number(process.env.SPIKELET_ATTACKS ?? 100_000);
export const SEED = Number(process.env.SPIKELET_SEED ?? Date.now() % 2 ** 31);
/** Small programs of each of the four kinds. */
export const EACH = 10;

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
