/** What the sources of a layer bring, spikes or analogue values, and in which unit its updates D are therefore. */
import type { Link, Net, Node } from "./net.js";
import { scaled } from "./rates.js";

/** How the updates of a layer and the traces of the schedule `step` are scaled. */
export interface Source {
  /** what D is multiplied by beside learning rate and units */
  push: number;
  /** of what an input of 1, and the largest one, add to a trace */
  traceBits: number;
  largestBits: number;
  biasScale: number;
  /** of analogue paths: Δ = Σ x·D · factor · 2^−shift */
  factor: number;
  shift: number;
}

const TRACE_BITS = 18;
const ANALOGUE_TRACE_BITS = 10;
const SPIKES: Source = {
  push: 1,
  traceBits: TRACE_BITS,
  largestBits: TRACE_BITS,
  biasScale: 1,
  factor: 1,
  shift: 0,
};
/** Relative error that the rounding of a bias scale to a whole number may leave. */
const BIAS_TOLERANCE = 1 / 256;

export function isAnalogue({ synapses }: Link): boolean {
  return synapses.kind === "analogue";
}

/**
 * An analogue integer x stands for x · gain: weights are in units of unit/gain, so that the step of the integer goes with gain².
 * A layer that spikes feed as well has its D in their unit, and gain² in the path's trace factor. One with analogue input alone has it
 * in D, in the unit of an input of 2^shift, which keeps D's bits.
 */
export function sourceOf({ input }: Net, { into }: Node, step: boolean): Source {
  if (!into.some(isAnalogue)) return SPIKES;
  const { scale: gain, range } = input;
  if (!into.every(isAnalogue)) {
    const { mantissa, shift } = scaled(gain ** 2, { bits: 15, most: 65535, shifts: 46 });
    return { ...SPIKES, factor: mantissa, shift };
  }
  const rangeBits = Math.ceil(Math.log2(range));
  // the trace of the bias moves by 2^18 a step, as if it were that of an input of 2^8
  const shift = step ? TRACE_BITS - ANALOGUE_TRACE_BITS : traceShiftOf(gain, rangeBits);
  return {
    push: gain ** 2 * 2 ** shift,
    traceBits: ANALOGUE_TRACE_BITS,
    largestBits: Math.max(TRACE_BITS, ANALOGUE_TRACE_BITS + rangeBits),
    biasScale: Math.min(65535, Math.max(1, Math.round(biasScaleOf(gain, shift)))),
    factor: 1,
    shift,
  };
}

/** x · D >> shift is about D for the largest x, unless the bias, whose scale is a whole number, needs finer steps. */
function traceShiftOf(gain: number, rangeBits: number): number {
  const error = (shift: number): number => {
    const exact = biasScaleOf(gain, shift);
    return Math.abs(Math.min(65535, Math.max(1, Math.round(exact))) / exact - 1);
  };
  let best = rangeBits;
  for (let shift = rangeBits; shift >= 0 && error(best) > BIAS_TOLERANCE; shift--) {
    if (error(shift) < error(best)) best = shift;
  }
  return best;
}

/** D is in 1/256 of the weight of an input of 2^shift, the bias is the weight of an input of 1 in the model's units. */
function biasScaleOf(gain: number, shift: number): number {
  return 1 / (gain ** 2 * 2 ** shift);
}
