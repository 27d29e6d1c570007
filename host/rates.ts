/** Learning rates as the core takes them: mantissa · 2^−shift. */

export interface Rate {
  /** 0 … 1023 */
  mantissa: number;
  /** 0 … 30 */
  shift: number;
}

const MANTISSA_MOST = 1023;
const SHIFT_MOST = 30;

/**
 * A shipped rate times a factor, as near as the core's form comes to it: within 0.1 % where the shift suffices.
 *
 * @param factor ≥ 0; 1 gives the shipped rate itself
 * @throws RangeError where the product is above 1023
 */
export function scaleRate(shipped: Rate, factor: number): Rate {
  if (factor === 1) return shipped;
  const value = shipped.mantissa * 2 ** -shipped.shift * factor;
  if (value === 0) return { mantissa: 0, shift: shipped.shift };
  if (value > MANTISSA_MOST) {
    throw new RangeError(
      `found a rate of ${value} after multiplication by ${factor}, expected at most ${MANTISSA_MOST}`,
    );
  }
  const shift = Math.max(0, Math.min(SHIFT_MOST, Math.floor(Math.log2(MANTISSA_MOST / value))));
  return { mantissa: Math.min(MANTISSA_MOST, Math.round(value * 2 ** shift)), shift };
}
