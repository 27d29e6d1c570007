/**
 * One step back in time for a spiking population: its learning signal, and what it becomes over the window (Bellec et al. 2020,
 * equation 5, turned round). Any neuron; back-simd.ts has the ones that most networks are made of.
 */
import { Contribution, RuleState } from "../arena";
import { clamp, decay32, rsh, sat16 } from "../fixedpoint/arithmetic";
import * as L from "../layout";

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

/** Σ w·G of one neuron and one contribution, two columns at a time: the row of weights, the list from `p` to `end`. */
// @ts-ignore: decorator
@inline
function sumRow(row: usize, p: usize, end: usize): i32 {
  let sum = load<i32>(end, 4);
  for (; p < end; p += 8) {
    sum += <i32>load<u8>(row + <usize>load<u16>(p, 2)) * <i32>load<i16>(p);
    sum += <i32>load<u8>(row + <usize>load<u16>(p, 6)) * <i32>load<i16>(p, 4);
  }
  return sum;
}

/** Of all contributions but the first. */
function sumOthers(c: Contribution, lists: usize, j: u32): i32 {
  let sum = 0;
  for (; c; c = c.next) sum += sumRow(c.matrix + j * c.stride, lists + c.list, c.end);
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

/**
 * L of one neuron.
 *
 * @param lists, end of the SIMD build, of the first contribution's list in the other one
 * @param errors of a spiking last population: L itself; else 0
 * @param row the neuron's of the first contribution's matrix; 0 without one
 */
// @ts-ignore: decorator
@inline
function signalAt(lists: usize, end: usize, errors: usize, shift: i32, j: u32, row: usize, others: Contribution, all: usize): i32 {
  if (errors) return load<i32>(errors + (j << 2));
  if (ASC_FEATURE_SIMD) return sat16(rsh(sumOfTurned(lists, end, j), shift));
  // nothing is heard
  if (!row) return 0;
  let sum = sumRow(row, lists, end);
  if (others) sum += sumOthers(others, all, j);
  return sat16(rsh(sum, shift));
}

/** P = ψ·L of a step, 0 where a reset took the step's place; i32[neurons] at `to`. */
export function presentOf(rule: RuleState, op: usize, lists: usize, end: usize, errors: usize, signalShift: i32, log: usize, to: usize): void {
  const holds = load<u8>(op, L.POPULATION_RESET) == L.RESET_ZERO_STEP, c = rule.contributions;
  const heard = !ASC_FEATURE_SIMD && !errors && changetype<usize>(c) != 0;
  const first = heard ? lists + c.list : lists, last = heard ? c.end : end, others = heard ? c.next : c;
  let row = heard ? c.matrix : 0;
  const stride = heard ? c.stride : 0;
  for (let j: u32 = 0, neurons = load<u32>(op, L.POPULATION_NEURONS); j < neurons; j++) {
    const entry = <i32>load<i16>(log + (j << 1)), psi = holds && entry < 0 ? 0 : entry & 0x7fff;
    let l = 0;
    if (psi) l = signalAt(first, last, errors, signalShift, j, row, others, lists);
    store<i32>(to + (j << 2), psi * l);
    row += stride;
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
 * @returns bits of the largest of |C|, |J| and |λ|
 */
export function carryBack(
  rule: RuleState, op: usize, blob: usize, lists: usize, end: usize, errors: usize, signalShift: i32, right: i32, most: i32, log: usize,
): i32 {
  const neurons = load<u32>(op, L.POPULATION_NEURONS), reset = <u32>load<u8>(op, L.POPULATION_RESET), c = rule.contributions;
  const leaks = !(load<u16>(op, L.OP_FLAGS) & L.POPULATION_NO_DECAY), heard = !ASC_FEATURE_SIMD && !errors && changetype<usize>(c) != 0;
  const largest = carryAll(
    rule.carry, rule.carry + (neurons << 2), leaks ? blob + load<u32>(op, L.POPULATION_DECAY) : 0, log,
    heard ? lists + c.list : lists, heard ? c.end : end, errors, signalShift, min<i32>(31, right), most, -most,
    heard ? c.matrix : 0, heard ? c.stride : 0, heard ? c.next : changetype<Contribution>(0), lists,
    reset == L.RESET_ZERO, reset == L.RESET_ZERO_STEP, rule.lambda, rule.coupling, blob + load<u32>(op, L.POPULATION_ADAPTATION),
  );
  return rule.current ? largest | flowBack(rule, neurons, blob + load<u32>(op, L.POPULATION_CURRENT)) : largest;
}

/** C and λ of all neurons; a function of its own, for what comes as an argument V8 does not work out anew in every turn. */
function carryAll(
  at: usize, last: usize, decays: usize, log: usize, lists: usize, end: usize, errors: usize, signalShift: i32, shift: i32, most: i32, least: i32,
  row: usize, stride: u32, others: Contribution, all: usize, cuts: bool, holds: bool, lambdas: usize, couplings: usize, rhos: usize,
): i32 {
  let largest = 0;
  for (let j: u32 = 0; at < last; at += 4) {
    const entry = <i32>load<i16>(log);
    // CUT is the sign
    const psi = entry & 0x7fff, cut = entry < 0;
    let c = load<i32>(at);
    if (decays) {
      c = decay32(c, load<u16>(decays));
      decays += 2;
    }
    if (cuts && cut) c = 0;
    if (lambdas) {
      const l = signalAt(lists, end, errors, signalShift, j, row, others, all);
      c = within(<i64>c + <i64>rsh(psi * l, shift) + <i64>adapted(lambdas + (j << 2), couplings + (j << 2), load<u16>(rhos + (j << 1)), psi, l, shift), most);
      largest |= abs<i32>(load<i32>(lambdas + (j << 2)));
    } else if (psi) {
      const l = signalAt(lists, end, errors, signalShift, j, row, others, all);
      c = clamp(c + rsh(psi * l, shift), least, most);
    } else c = clamp(c, least, most);
    if (holds && cut) c = 0;
    store<i32>(at, c);
    largest |= abs<i32>(c);
    row += stride;
    log += 2;
    j++;
  }
  return largest;
}

/** λ of one neuron a step back; what it adds to C. */
function adapted(p: usize, coupling: usize, rho: u32, psi: i32, l: i32, shift: i32): i32 {
  const lambda = <i64>load<i32>(p), slope = (<i64>psi * <i64>load<u32>(coupling)) >> 15;
  const both = lambda + wide(((<i64>l << 15) + ((<i64>1 << shift) >> 1)) >> shift);
  store<i32>(p, wide(<i64>decay32(<i32>lambda, rho) - ((slope * both + (1 << 15)) >> 16)));
  return wide((<i64>psi * lambda + (1 << 14)) >> 15);
}

/** `J ← C + α·J`; bits of the largest |J|. */
function flowBack(rule: RuleState, neurons: u32, alphas: usize): i32 {
  let largest = 0;
  for (let j: u32 = 0; j < neurons; j++) {
    const q = rule.current + (j << 2);
    const flow = wide(<i64>load<i32>(rule.carry + (j << 2)) + <i64>decay32(load<i32>(q), load<u16>(alphas + (j << 1))));
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
