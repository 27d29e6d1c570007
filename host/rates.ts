/** Learning rates as the core takes them: mantissa · 2^−shift. */
import { typeName } from "./checks.js";
import { expectOk } from "./errors.js";
import { SCHEDULE_BITS } from "./schedules.js";
import type { Seat } from "./seat.js";
import type { Core } from "./wasm.js";

export interface Rate {
  /** 0 … 1023 */
  mantissa: number;
  /** 0 … 255 */
  shift: number;
}

const MANTISSA_MOST = 1023;
const SHIFT_MOST = 255;

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
      `found a rate of ${value} after multiplication by ${factor}, expected at most ${MANTISSA_MOST}; take a smaller factor`,
    );
  }
  const shift = Math.max(0, Math.min(SHIFT_MOST, Math.floor(Math.log2(MANTISSA_MOST / value))));
  return { mantissa: Math.min(MANTISSA_MOST, Math.round(value * 2 ** shift)), shift };
}

/**
 * @param rules how many there are
 * @throws TypeError, RangeError for what is no factor, or no rule
 */
export function expectRate(factor: unknown, rule: unknown, rules: number): void {
  const next = "give 1 for the shipped rate, 0 to stop";
  if (typeof factor !== "number") {
    throw new TypeError(`found ${typeName(factor)} for a rate, expected a number; ${next}`);
  }
  if (!(factor >= 0 && factor < Infinity)) {
    throw new RangeError(`found a rate of ${factor}, expected 0 or more; ${next}`);
  }
  if (rule === undefined) return;
  const all = "leave it out for all rules";
  if (typeof rule !== "number") {
    throw new TypeError(`found ${typeName(rule)} for a rule, expected an index in info.rules; ${all}`);
  }
  if (!Number.isInteger(rule) || rule < 0 || rule >= rules) {
    throw new RangeError(`found rule ${rule}, expected an index below ${rules} in info.rules; ${all}`);
  }
}

/**
 * Sets all rates of a network.
 *
 * @param multipliers one a rule
 * @throws RangeError as scaleRate(); then none has changed
 */
export function applyRates(core: Core, seat: Seat, multipliers: number[]): void {
  const { rules, schedules } = seat.info;
  const rates = rules.map((rule, r) => schedules.map((s) => scaleRate(rule.rates[s], multipliers[r])));
  rates.forEach((ofRule, r) => {
    ofRule.forEach(({ mantissa, shift }, s) => {
      expectOk(core.exports.setRate(seat.arena, r, SCHEDULE_BITS[schedules[s]], mantissa, shift));
    });
  });
}
