/**
 * The vectors of all contributions to one learning signal, as 16-bit numbers with one exponent: nothing wraps, small signals
 * keep their bits (docs/ARITHMETIC.md, "What a population learns from").
 */
import { Arena, BY_ACTIVITY, BY_FEEDBACK, Contribution, RuleState } from "../arena";
import { rsh, sat16 } from "../fixedpoint/arithmetic";
import * as L from "../layout";
import { drawBytes, hear, regularise } from "./feedback";
import { turnWeights } from "./signal-simd";

/** What gather() found: p, of which `signalShift` is the shift of L's sums, and the end of the SIMD build's list. */
export let exponent: i32 = 0;
export let signalShift: i32 = 0;
export let listEnd: usize = 0;

/** Matrices of a lesson, from step `first` on: drawn, counted, and turned for the SIMD build. */
export function beginContributions(arena: Arena, rule: RuleState, first: u32): void {
  const neurons = load<u32>(rule.op, L.POPULATION_NEURONS);
  for (let c = rule.contributions; c; c = c.next) {
    // the lists are not in use yet
    if (c.kind == BY_FEEDBACK) drawBytes(c.matrix, rule.stride * c.stride, load<u32>(rule.record, L.RULE_SEED), arena.lists);
    else if (c.kind == BY_ACTIVITY) regularise(arena, rule, c.matrix, first);
    if (ASC_FEATURE_SIMD) turnWeights(c.matrix, c.stride, neurons, rule.stride, c.turned);
  }
}

/** Length of x in binary. */
// @ts-ignore: decorator
@inline
function bitsOf(x: u64): i32 {
  return 64 - <i32>clz<u64>(x);
}

/** Y of a contribution at `to`, and ξ + what its size asks of e; 0 where it is 0 throughout. */
function scale(c: Contribution, to: usize, count: i32): i32 {
  const gain = <i64>c.gain;
  if (ASC_FEATURE_SIMD && c.gain == L.GAIN_ONE) return scaleSimd(c, to, count);
  let most: u32 = 0, all: u64 = 0;
  for (let p = c.vector, end = p + (c.columns << 2); p < end; p += 4) {
    let y = load<i32>(p);
    if (gain != L.GAIN_ONE) y = <i32>((<i64>y * gain + (1 << 14)) >> 15);
    store<i32>(to, y);
    to += 4;
    const size = <u32>abs<i32>(y);
    most = max<u32>(most, size);
    all += size;
  }
  // the second of an odd pair
  store<i32>(to, 0);
  return most ? exponentOf(c) + max<i32>(bitsOf(most) - 15, bitsOf(all) - 22 + count) : 0;
}

/** The same at a gain of 1, for the SIMD build; what lies behind the columns is 0, as vectors and lists are. */
function scaleSimd(c: Contribution, to: usize, count: i32): i32 {
  let most = i32x4.splat(0), all = i64x2.splat(0);
  let p = c.vector;
  const end = p + ((c.columns & ~3) << 2);
  for (; p < end; p += 16) {
    const y = v128.load(p), size = i32x4.abs(y);
    v128.store(to, y);
    most = v128.or(most, size);
    all = i64x2.add(all, i64x2.add(i64x2.extend_low_i32x4_u(size), i64x2.extend_high_i32x4_u(size)));
    to += 16;
  }
  let bits = <u32>(i32x4.extract_lane(most, 0) | i32x4.extract_lane(most, 1) | i32x4.extract_lane(most, 2) | i32x4.extract_lane(most, 3));
  let sum = <u64>(i64x2.extract_lane(all, 0) + i64x2.extract_lane(all, 1));
  for (const last = c.vector + (c.columns << 2); p < last; p += 4) {
    const y = load<i32>(p), size = <u32>abs<i32>(y);
    store<i32>(to, y);
    bits |= size;
    sum += size;
    to += 4;
  }
  store<i32>(to, 0);
  return bits ? exponentOf(c) + max<i32>(bitsOf(bits) - 15, bitsOf(sum) - 22 + count) : 0;
}

/** ξ of Y */
// @ts-ignore: decorator
@inline
function exponentOf(c: Contribution): i32 {
  if (!c.source) return c.shift;
  return c.shift + (c.carried ? c.source.exponent : c.source.presentExponent);
}

/** G of one Y: what is left of it at the common exponent. */
// @ts-ignore: decorator
@inline
function view(y: i32, right: i32): i32 {
  return sat16(right < 0 ? y << -right : rsh(y, min<i32>(31, right)));
}

/**
 * Y of every contribution, then G: the MVP build lists them by contribution, column and G, 16 bits each, from its `list` to its
 * `end`, behind that one of 0 and what the weights' offset takes from each L; the SIMD build one after another, 8 bytes a pair of
 * columns: where the pair's row begins in the turned matrix, and G twice.
 *
 * @param all with the contributions of recurrent paths
 */
export function gather(arena: Arena, rule: RuleState, t: u32, all: bool): void {
  let e = 0, sum: u32 = 0, list = arena.lists, count = 0;
  for (let c = rule.contributions; c; c = c.next) count += i32(all || !c.recurrent);
  count = bitsOf(count - 1);
  for (let c = rule.contributions; c; c = c.next) {
    if (c.kind == BY_FEEDBACK && c.vector == rule.heard) hear(arena, rule, c, t);
    if (all || !c.recurrent) e = max<i32>(e, scale(c, arena.lists + c.list, count));
  }
  for (let c = rule.contributions; c; c = c.next) {
    const from = arena.lists + c.list, next = rule.stride << 2, right = e - exponentOf(c);
    const columns = all || !c.recurrent ? c.columns : 0;
    if (!ASC_FEATURE_SIMD) list = from;
    let gone = 0, turned = c.turned;
    for (let k: u32 = 0; k < columns; k += ASC_FEATURE_SIMD ? 2 : 1) {
      const g = view(load<i32>(from + (k << 2)), right);
      sum += <u32>abs<i32>(g);
      if (ASC_FEATURE_SIMD) {
        const h = view(load<i32>(from + (k << 2), 4), right);
        sum += <u32>abs<i32>(h);
        const pair = <u32>(g & 0xffff) | <u32>(h << 16);
        store<usize>(list, turned);
        store<u32>(list, pair, 4);
        list += u32(pair != 0) << 3;
        turned += next;
      } else {
        gone -= g;
        store<i16>(list, g);
        store<u16>(list, k, 2);
        list += u32(g != 0) << 2;
      }
    }
    if (ASC_FEATURE_SIMD) continue;
    c.end = list;
    store<i64>(list, <i64>gone << (32 + 7));
  }
  signalShift = max<i32>(0, bitsOf(sum) - 8);
  exponent = e + signalShift;
  listEnd = list;
}
