/**
 * One step back in time for a spiking population: its learning signal, and what it becomes over the window (Bellec et al. 2020,
 * equation 5, turned round). Any neuron; back-simd.ts has the ones that most networks are made of.
 */
import { Contribution, RuleState } from "../arena";
import { decay32, rsh, sat16 } from "../fixedpoint/arithmetic";
import * as L from "../layout";
import { decayOf } from "../lif/membrane";

/** Coefficients stay within ± this. */
const WIDEST: i64 = 0x3fffffff;

// @ts-ignore: decorator
@inline
function within(x: i64, most: i64): i32 {
  return <i32>max<i64>(-most, min<i64>(most, x));
}

// @ts-ignore: decorator
@inline
function wide(x: i64): i32 {
  return within(x, WIDEST);
}

/** Σ w·G of one neuron over all contributions, two columns at a time. */
// @ts-ignore: decorator
@inline
function sumOf(first: Contribution, lists: usize, j: u32): i32 {
  let sum = 0;
  for (let c = first; c; c = c.next) {
    const row = c.matrix + j * c.stride, end = c.end;
    sum += load<i32>(end, 4);
    for (let p = lists + c.list; p < end; p += 8) {
      sum += <i32>load<u8>(row + <usize>load<u16>(p, 2)) * <i32>load<i16>(p);
      sum += <i32>load<u8>(row + <usize>load<u16>(p, 6)) * <i32>load<i16>(p, 4);
    }
  }
  return sum;
}

/** The same in the SIMD build, from its one list of turned rows. */
// @ts-ignore: decorator
@inline
function sumOfTurned(list: usize, end: usize, j: u32): i32 {
  let sum = 0;
  for (let p = list; p < end; p += 8) {
    const row = load<usize>(p) + (j << 2);
    sum += <i32>load<i16>(row) * <i32>load<i16>(p, 4) + <i32>load<i16>(row, 2) * <i32>load<i16>(p, 6);
  }
  return sum;
}

/** L of one neuron; `errors` of a spiking last population: L itself, else 0. */
// @ts-ignore: decorator
@inline
function signalAt(rule: RuleState, lists: usize, end: usize, errors: usize, shift: i32, j: u32): i32 {
  if (errors) return load<i32>(errors + (j << 2));
  return sat16(rsh(ASC_FEATURE_SIMD ? sumOfTurned(lists, end, j) : sumOf(rule.contributions, lists, j), shift));
}

/** P = ψ·L of a step, 0 where a reset took the step's place; i32[neurons] at `to`. */
export function presentOf(rule: RuleState, op: usize, lists: usize, end: usize, errors: usize, signalShift: i32, log: usize, to: usize): void {
  const holds = load<u8>(op, L.POPULATION_RESET) == L.RESET_ZERO_STEP;
  for (let j: u32 = 0, neurons = load<u32>(op, L.POPULATION_NEURONS); j < neurons; j++) {
    const entry = <i32>load<i16>(log + (j << 1)), psi = holds && entry < 0 ? 0 : entry & 0x7fff;
    store<i32>(to + (j << 2), psi ? psi * signalAt(rule, lists, end, errors, signalShift, j) : 0);
  }
}

/**
 * `C ← ψ·L + β·C`, cut where a reset to zero lies between the steps; with an adaptive threshold λ, with a current J.
 *
 * @param op the population's record in the blob
 * @param lists where lists begin, `end` where the SIMD build's ends, as gather() left them
 * @param errors of a spiking last population: L itself; else 0
 * @param right R
 * @param most of C
 * @param log ψ and cut of this step
 * @returns the largest of |C|, |J| and |λ|
 */
export function carryBack(
  rule: RuleState, op: usize, blob: usize, lists: usize, end: usize, errors: usize, signalShift: i32, right: i32, most: i32, log: usize,
): i32 {
  const neurons = load<u32>(op, L.POPULATION_NEURONS), reset = <u32>load<u8>(op, L.POPULATION_RESET);
  const alphas = blob + load<u32>(op, L.POPULATION_CURRENT), rhos = blob + load<u32>(op, L.POPULATION_ADAPTATION);
  const shift = min<i32>(31, right), half = (<i64>1 << shift) >> 1;
  let largest = 0;
  for (let j: u32 = 0; j < neurons; j++) {
    const entry = <i32>load<i16>(log + (j << 1)), at = rule.carry + (j << 2);
    // CUT is the sign
    const psi = entry & 0x7fff, cut = entry < 0;
    let c = decay32(load<i32>(at), decayOf(op, blob, j)), l = 0;
    if (cut && reset == L.RESET_ZERO) c = 0;
    let sum = <i64>c;
    if (psi || rule.lambda) {
      l = signalAt(rule, lists, end, errors, signalShift, j);
      sum += rsh(psi * l, shift);
    }
    if (rule.lambda) {
      const p = rule.lambda + (j << 2), lambda = <i64>load<i32>(p);
      sum += wide((<i64>psi * lambda + (1 << 14)) >> 15);
      const slope = (<i64>psi * <i64>load<u32>(rule.coupling + (j << 2))) >> 15;
      const both = lambda + wide(((<i64>l << 15) + half) >> shift);
      const next = wide(<i64>decay32(<i32>lambda, load<u16>(rhos + (j << 1))) - ((slope * both + (1 << 15)) >> 16));
      store<i32>(p, next);
      largest |= abs<i32>(next);
    }
    c = cut && reset == L.RESET_ZERO_STEP ? 0 : within(sum, most);
    store<i32>(at, c);
    largest |= abs<i32>(c);
    if (!rule.current) continue;
    const q = rule.current + (j << 2), flow = wide(<i64>c + <i64>decay32(load<i32>(q), load<u16>(alphas + (j << 1))));
    store<i32>(q, flow);
    largest |= abs<i32>(flow);
  }
  return largest;
}

/** C, J and λ at an exponent that is `by` higher, or lower where it is negative. */
export function rescale(rule: RuleState, by: i32): void {
  rule.exponent += by;
  const bytes = rule.stride << 2;
  shiftAll(rule.carry, bytes, by);
  if (rule.current) shiftAll(rule.current, bytes, by);
  if (rule.lambda) shiftAll(rule.lambda, bytes, by);
}

function shiftAll(p: usize, bytes: u32, by: i32): void {
  for (const end = p + bytes; p < end; p += 4) {
    const x = load<i32>(p);
    store<i32>(p, by < 0 ? x << -by : rsh(x, min<i32>(31, by)));
  }
}
