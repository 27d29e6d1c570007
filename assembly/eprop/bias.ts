/**
 * A bias that learns: f = 256 · B + φ, and B, the one that inference reads, is f rounded.
 */
import { RuleState } from "../arena";
import { rsh } from "../fixedpoint/arithmetic";

const LIMIT: i64 = 1 << 29;

/**
 * @param sum Σ D of neuron j
 * @param factor the rule's bias scale
 * @param k the population's shift
 */
export function learnBias(rule: RuleState, j: u32, sum: i32, factor: u32, k: i32): void {
  const d = <i64>sum * <i64>factor;
  const change = k >= 0 ? d << k : (d + (<i64>1 << (-k - 1))) >> -k;
  const at = j << 2;
  const f = <i32>max<i64>(-LIMIT, min<i64>(LIMIT, <i64>load<i32>(rule.fine + at) - change));
  store<i32>(rule.fine + at, f);
  store<i32>(rule.bias + at, rsh(f, 8));
}
