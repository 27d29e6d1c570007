/**
 * A bias that learns: f = 256 · B + φ, and B, the one that inference reads, is f rounded.
 */
import { RuleState } from "../arena";
import { POPULATION_SHIFT, RULE_BIAS_SCALE } from "../layout";
import { limit, rsh, sat32 } from "../fixedpoint/arithmetic";

/** All biases of the population that a rule teaches, by the sums of D in the rule's `carry`. */
export function learnBias(rule: RuleState): void {
  const k = <i64>load<i8>(rule.op, POPULATION_SHIFT), left = max<i64>(k, 0), right = left - k;
  const offset = (<i64>1 << right) >> 1, scale = <i64>load<u16>(rule.record, RULE_BIAS_SCALE);
  for (let at: u32 = 0, bytes = rule.stride << 2; at < bytes; at += 4) {
    const change = ((<i64>load<i32>(rule.carry + at) * scale << left) + offset) >> right;
    const next = <i64>load<i32>(rule.fine + at) - change;
    // the SIMD build may be larger and need not call
    const f = ASC_FEATURE_SIMD ? <i32>max<i64>(-(1 << 29), min<i64>(1 << 29, next)) : limit(sat32(next), 1 << 29);
    store<i32>(rule.fine + at, f);
    store<i32>(rule.bias + at, rsh(f, 8));
  }
}
