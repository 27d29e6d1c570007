/** Regularisation of firing rates, as the blob keeps it. */
import type { Regulariser } from "../../program.js";
import type { RegulariseOptions } from "./options.js";
import type { Gain } from "./rates.js";

/** Fractional bits of a rate. */
export const RATE_BITS = 16;
/** What the column of rates is multiplied by; its unit is in the exponent and in this. */
export const STRENGTH = 2 ** 14;
/** What a neuron or a layer may be off by fills 7 bits; at least this much, spikes a step, where no bound says more. */
const OFFSET_BITS = 7;
const USUAL_OFFSET = 0.25;

export function regulariserShift({ lower = 0, rate = 0, upper }: RegulariseOptions): number {
  const either = rate > 0 || upper ? USUAL_OFFSET : 2 ** -9;
  const off = Math.min(1, Math.max(lower, 4 * rate, either));
  return Math.max(0, Math.ceil(Math.log2(off)) + RATE_BITS - OFFSET_BITS);
}

/** @param gain to the unit of the layer's learning signal */
export function regulariserOf(options: RegulariseOptions, gain: Gain): Regulariser {
  const { lower, rate, upper } = options;
  const whole = (x: number): number => Math.min(65535, Math.round(x * 2 ** RATE_BITS));
  return {
    lower: lower === undefined ? null : whole(lower),
    rate: rate === undefined ? null : whole(rate),
    upper: upper ? { bound: whole(upper.bound), norm: upper.norm } : null,
    shift: regulariserShift(options),
    strength: Math.round((STRENGTH * gain.mantissa) / 2 ** 15),
    exponent: gain.exponent,
  };
}
