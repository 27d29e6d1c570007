/** Wishes drawn from a seed, and the table of rules that they are drawn for. */
import type { Reset, ResetAt } from "../../tools/exporter/model.js";
import { Random } from "../random.js";
import type { InputKind, Wish } from "./wish.js";

export const DECAYS = [0.5, 0.9, 0.98, 0.995, 0.9995];
export const INPUTS: InputKind[] = ["spikes", "frames", "held"];

type Resets = [Reset, ResetAt][];
export const KEEPING: Resets = [
  ["none", "next"],
  ["subtract", "next"],
  ["subtract-scaled", "next"],
  ["subtract", "now"],
];
export const ZEROING: Resets = [
  ["zero", "next"],
  ["zero-step", "next"],
  ["zero", "now"],
];

/** Largest analogue input, as an integer and in the model. */
const FORMS: Record<Wish["schedule"], [number, number][]> = {
  window: [
    [16, 1],
    [127, 1],
    [255, 1],
    [1000, 1],
    [127, 4],
    [255, 4],
  ],
  step: [
    [255, 1],
    [1000, 1],
  ],
};

/** Where spikes come in beside analogue input, one of its units has to count for about as much as a spike. */
const BESIDE_SPIKES: [number, number] = [4, 4];

/** Rows of docs/LEARNING.md: what each takes of the choices. */
export const RULES: Record<string, Wish["rule"]> = {
  "e-prop": { signal: "symmetric" },
  "e-prop without κ": { signal: "symmetric", filtered: false },
  "random e-prop": { signal: "random" },
  "random e-prop without κ": { signal: "random", filtered: false },
  "backpropagation through time": { signal: "spatial", through: "carried", recurrent: true },
  "backpropagation with the past of other neurons cut": { signal: "spatial", through: "carried" },
  OSTL: { signal: "spatial", through: "present", filtered: false, recurrent: true },
  "spatial, this step only": { signal: "spatial", through: "present", filtered: false },
  "direct random target projection": { signal: "target" },
  OSTTP: { signal: "target", recurrent: true },
  "local readouts": { signal: "local" },
  reward: { signal: "reward" },
  STDP: { signal: "stdp" },
};

/** @param fixed what is not left to the seed */
export function randomWish(seed: number, fixed: Partial<Wish>): Wish {
  const random = new Random(seed);
  const schedule = fixed.schedule ?? "window";
  const [reset, resetAt] = random.pick(schedule === "step" ? KEEPING : [...KEEPING, ...ZEROING]);
  const [range, peak] = fixed.recurrent ? BESIDE_SPIKES : random.pick(FORMS[schedule]);
  return {
    ...{ seed, schedule, reset, resetAt, range, peak },
    ...{ input: random.pick(INPUTS), spread: random.pick([1, 3, 8]), right: random.chance(0.25) },
    ...{ beta: random.pick(DECAYS), kappa: random.pick(DECAYS), depth: 1, neuron: "lif" },
    ...{ recurrent: false, skips: false, spiking: false, small: false },
    ...{
      mask: random.pick(["none", "none", "some"] as const),
      reward: Math.round((random.next() * 2 - 1) * 2 ** 14) / 2 ** 14,
    },
    rule: { signal: "symmetric", filtered: random.chance(0.5) },
    ...fixed,
  };
}
