/** Numbers as mantissa · 2^−shift, as the blob keeps them. */
import { UsageError } from "../../errors.js";

export interface Scaled {
  mantissa: number;
  shift: number;
}

/** What a rate can be: a mantissa of 1 … 1023, a shift of 0 … 255. */
const MOST_SHIFT = 255;
const SMALLEST_RATE = 2 ** -MOST_SHIFT;
const LARGEST_RATE = 1023;

/** Nine bits of precision or more. */
export function rateOf(value: number): Scaled {
  if (!(value > 0)) return { mantissa: 0, shift: 0 };
  const shift = Math.min(MOST_SHIFT, Math.max(0, 9 - Math.floor(Math.log2(value))));
  return { mantissa: Math.min(1023, Math.round(value * 2 ** shift)), shift };
}

/**
 * @param ofOne the blob's rate for a learning rate of 1
 * @throws UsageError for a learning rate that the blob has no place for
 */
export function expectRate(rate: number, ofOne: number): void {
  const value = rate * ofOne;
  if (value >= SMALLEST_RATE && value <= LARGEST_RATE) return;
  if (!(ofOne > 0 && ofOne < Infinity)) {
    throw new UsageError(
      `--learn: found a scale of the input or weights for which no --rate fits the blob, expected both nearer to 1`,
    );
  }
  const [least, most] = [SMALLEST_RATE, LARGEST_RATE].map((bound) => (bound / ofOne).toPrecision(2));
  throw new UsageError(
    `--rate: found ${rate}, expected about ${least} … ${most}, what a blob of this model has a place for`,
  );
}

/** mantissa · 2^(exponent − 15) */
export interface Gain {
  /** 1 … 2^15 */
  mantissa: number;
  exponent: number;
}

/** A gain: 15 bits, exact where it is a power of two. @param value > 0 */
export function gainOf(value: number): Gain {
  const exponent = Math.ceil(Math.log2(value));
  const mantissa = Math.round(2 ** (15 + Math.log2(value) - exponent));
  return { mantissa: Math.min(2 ** 15, mantissa), exponent };
}

/** @param room bits of the mantissa after its first, the largest mantissa, the largest shift */
export function scaled(value: number, room: { bits: number; most: number; shifts: number }): Scaled {
  const shift = Math.min(room.shifts, Math.max(0, room.bits - Math.floor(Math.log2(value))));
  return { mantissa: Math.min(room.most, Math.max(1, Math.round(value * 2 ** shift))), shift };
}
