/** Spike-timing-dependent plasticity, as the blob keeps it. */
import type { Stdp } from "../../program.js";
import type { StdpOptions } from "./options.js";

/** A spike is 2^14 in a trace, which holds 64 of them: with amplitudes of 10 bits no sum of pairs passes 2^30. */
const TRACE_BITS = 14;
const LARGEST = 1023;

export function stdpOf({ plus, minus, comes, been }: StdpOptions): Stdp {
  const whole = (amplitude: number): number => Math.round((amplitude / Math.max(plus, minus)) * LARGEST);
  const decay = (kept: number): number => Math.min(65535, Math.round(kept * 65536));
  return { plus: whole(plus), minus: whole(minus), comes: decay(comes), been: decay(been) };
}

/** What one unit of N stands for: a pair of spikes changes a weight of the model by amplitude times rate. */
export function stdpUnit({ plus, minus }: StdpOptions): number {
  return Math.max(plus, minus) / (LARGEST * 2 ** TRACE_BITS);
}
