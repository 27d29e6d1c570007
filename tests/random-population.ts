/** Random legal populations. */
import type { Reset, ResetAt } from "../tools/exporter/model.js";
import type { Population } from "../tools/exporter/program.js";
import type { Random } from "./random.js";

/** Largest magnitude of an accumulator times 2^max(k, 0). */
export const DRIVE_LIMIT = 2 ** 29;

/** What a rule asks of its population. */
export interface Needs {
  /** one decay, no reset to zero, no adaptation, no current, as the schedule `step` asks */
  simple: boolean;
  noCurrent: boolean;
  /** a bias that may learn */
  smallBias: boolean;
}

/** @param drive accumulators: the most they can be, and what they are about */
export function randomPopulation(
  random: Random,
  kind: Population["kind"],
  neurons: number,
  drive: { most: number; usual: number },
  needs: Needs,
): Population {
  const bits = random.pick([8, 16, 32] as const);
  const top = 2 ** (bits - 1) - 1;
  const shift = randomShift(random, drive, top);
  const [reset, resetAt] = kind === "li" ? (["none", "next"] as const) : randomReset(random, needs.simple);
  const lower = random.pick([-top - 1, -top - 1, 0, -random.magnitude(top)]);
  const vReset = reset === "none" ? 0 : random.pick([0, 0, lower, random.int(lower, top)]);
  const threshold = kind === "li" ? null : randomThresholds(random, neurons, drive.usual * 2 ** shift, top);
  const adapts = threshold && !needs.simple && random.chance(0.35);
  const current = !needs.simple && !needs.noCurrent && random.chance(0.25);
  return {
    kind,
    name: "",
    neurons,
    bits,
    shift,
    reset,
    resetAt,
    orEqual: kind === "lif" && random.chance(0.5),
    decay: random.chance(0.15) ? null : randomDecays(random, neurons, needs.simple),
    threshold,
    bias: random.chance(0.4) ? null : randomBiases(random, neurons, top, needs.smallBias),
    lower,
    vReset,
    ...(adapts ? { adaptation: randomAdaptation(random, threshold) } : {}),
    ...(current ? { current: { decay: randomDecays(random, neurons, false), fine: random.int(0, 12) } } : {}),
  };
}

/** k, −8 … 8 where the accumulators allow it; half the time so that they about fill the membrane. */
function randomShift(random: Random, drive: { most: number; usual: number }, top: number): number {
  const most = Math.floor(Math.log2(DRIVE_LIMIT / drive.most));
  const fitting = Math.round(Math.log2(top / 4 / drive.usual)) + 0; // no −0
  return Math.max(-8, Math.min(8, most, random.chance(0.5) ? fitting : random.int(-8, 8)));
}

function randomReset(random: Random, neverZero: boolean): readonly [Reset, ResetAt] {
  const gentle = [
    ["none", "next"],
    ["subtract", "next"],
    ["subtract", "now"],
    ["subtract-scaled", "next"],
  ] as const;
  const zero = [
    ["zero", "next"],
    ["zero", "now"],
    ["zero-step", "next"],
  ] as const;
  return random.pick(neverZero ? gentle : [...gentle, ...zero]);
}

function randomThresholds(random: Random, neurons: number, drive: number, top: number): Int32Array {
  const most = Math.max(1, Math.min(top, Math.round(2 * drive)));
  const one = random.int(1, most);
  const threshold = random.pick([
    () => one,
    () => random.int(1, most),
    () => random.int(1, Math.ceil(most / 4)),
    () => random.int(1, Math.ceil(most / 4)),
    () => random.magnitude(top),
    () => random.pick([1, top]),
  ]);
  return Int32Array.from({ length: neurons }, threshold);
}

/** Q0.16 a neuron. */
function randomDecays(random: Random, neurons: number, one: boolean): Uint16Array {
  const common = random.pick([0, 65535, random.int(0, 65535), random.int(50000, 65535)]);
  const apiece = random.pick([() => random.int(40000, 65535), () => random.pick([0, 65535, 1, 32768])]);
  return Uint16Array.from({ length: neurons }, one || random.chance(0.5) ? () => common : apiece);
}

/** Most of the time a spike raises a threshold by part of it. */
function randomAdaptation(random: Random, threshold: Int32Array): Population["adaptation"] {
  const strength = random.pick([
    (theta: number) => random.int(0, Math.min(65535, theta)),
    (theta: number) => random.int(0, Math.min(65535, theta)),
    () => random.int(0, 65535),
    () => random.pick([0, 1, 65535]),
  ]);
  return {
    decay: randomDecays(random, threshold.length, false),
    strength: Uint16Array.from(threshold, strength),
  };
}

function randomBiases(random: Random, neurons: number, top: number, small: boolean): Int32Array {
  const most = Math.min(random.pick([8, top >> 3, 2 * top, 2 ** 29]), small ? 2 ** 21 : 2 ** 29);
  return Int32Array.from(
    { length: neurons },
    () => random.pick([-1, 0, 1, 1]) * random.magnitude(Math.max(1, most)),
  );
}
