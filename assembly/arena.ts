/**
 * What changes while a network runs: the arena, laid out once by plan.ts. Every pointer is an absolute address in linear
 * memory and a multiple of 16; the blob itself is only read. The fields that hosts read have their offsets in layout.ts.
 *
 * Run-time records begin as copies of the blob's records and keep their own fields where those have zeros or what is of no
 * more use. So one pointer gives both, `load<u32>(op, L.POPULATION_NEURONS)` what the blob says and a named field what is new.
 */

// ╒══════════════════════════════ arena ══════════════════════════════╕
// │ Arena │ learning section │ Node: the input, then one an operation  │
// ├───────┴──────────────────┴─────────────────────────────────────────┤
// │ scores │ input │ outputs │ RuleState and Contribution, with their  │
// │ logs of the window │ lists │ weights, residuals │ shared vectors   │
// ├────────────────────────────────────────────────────────────────────┤
// │ states, all that a start from rest clears: traces, membranes, marks│
// └────────────────────────────────────────────────────────────────────┘

/** Fields from `learning` to `moments`, and from `accumulators` to `lists`, stand in the order in which plan.ts takes the pieces. */
@unmanaged
export class Arena {
  blob: usize;
  /** outputs, padded */
  stride: u32;
  /** bytes of a snapshot */
  length: u32;
  label: i32;
  margin: i32;

  // as in the blob's header
  longest: u32;
  inputs: u32;
  outputs: u32;
  classes: u16;
  code: u16;
  kind: u16;
  sections: u16;
  range: i32;
  room: u32;

  /** learning section, its rates of now; 0 without it */
  learning: usize;
  nodes: usize;
  /** i32[outputs], what the output code has gathered */
  marks: usize;
  /** i32[classes]; the answer */
  scores: usize;
  /** u32[steps + 1] and u16[room], or i16[room × inputs] */
  offsets: usize;
  events: usize;
  /** i32[steps × outputs]: spikes, 0 or 1, or membranes */
  rows: usize;
  /** i16[steps × outputs], where the learning section has room for them */
  targets: usize;
  /** u32[4] */
  random: usize;
  /** the learner's vectors, as wide as the last population, i32: err and E of a step */
  errors: usize;
  filtered: usize;
  /** of a loss that looks at the whole window: the values, i64, the errors, i32, and the steps at which they count, u32 */
  values: usize;
  judged: usize;
  moments: usize;

  /** i32 a neuron of the widest population; lessons put sums, a row of Δ there */
  accumulators: usize;
  /** spikes sorted by source */
  starts: usize;
  times: usize;
  /** Y, then the lists of G, of all contributions to one rule */
  lists: usize;

  /** the operations in the blob */
  program: usize;
  /** node of the last operation */
  last: usize;
  /** the first rule, the last population's; 0 where the network does not learn; the records of paths, from … to */
  rules: RuleState;
  paths: usize;
  pathsEnd: usize;
  /** the learnt section's directory entry */
  learnt: usize;
  states: usize;
  stateBytes: u32;
  /** steps since the last start from rest, up to the longest window */
  steps: u32;
  /** steps of the window that is on record, 0 without one; whether its input was one frame, held */
  recorded: u32;
  held: u32;

  /** the lesson at hand: a class, or ROWS; the steps that count, from … to; the reward */
  target: u32;
  from: u32;
  to: u32;
  reward: i32;
}

/** In the place of a class: the targets are rows. */
export const ROWS: u32 = 0xffffffff;

export const ARENA_BYTES: u32 = (<u32>offsetof<Arena>() + 15) & ~15;

/** The input (node 0), or an operation's record: synapses have zeros from 24, populations at 7 and from 32. */
@unmanaged
export class Node {
  code: u16;
  flags: u16;
  sourceIndex: u16;
  bits: u8;
  /** of a population: whether the membranes may be other than 0 */
  awake: u8;
  inputs: u32;
  outputs: u32;
  /** of synapses: in the blob or, where they learn, in the arena; of a population the thresholds' offset in the blob */
  weights: usize;
  /** of a population, or 0; of synapses their stride */
  bias: usize;
  /** of synapses: the node of their source */
  source: Node;
  spare: u32;

  /** of a population, and behind them, where it has them, a and I of all its neurons, i32[padded] each */
  membranes: usize;
  /** of a population, where lists are kept for the window: u32[steps + 1]; else 0 */
  offsets: usize;
  /** u16[neurons], or as many for each step; of analogue synapses i32[stride], the current of the frame that is held */
  events: usize;
  /** the rule of the population, of that which synapses feed where they have a path; or 0 */
  rule: RuleState;
  /** u16 indices of this step's spikes, and how many; the input's frame and how many values */
  list: usize;
  count: u32;
  /** spikes of a population, synaptic operations of synapses, since they were last cleared */
  total: u64;
}

/** What a synapse operation with a path keeps in the same record, in fields that only populations use. */
@unmanaged
export class Learner {
  code: u16;
  flags: u16;
  sourceIndex: u16;
  bits: u16;
  inputs: u32;
  outputs: u32;
  /** rows of stored weight bytes */
  weights: usize;
  stride: u32;
  source: Node;
  /** its record; 0 without one */
  path: usize;
  /** rows of residual bytes, or 0 */
  residuals: usize;
  /** i16 a synapse, where updates have momentum; or 0 */
  momentum: usize;
  events: usize;
  rule: RuleState;
  /** x̄ of every source, i32, with the schedule step; or 0 */
  traces: usize;
  spare: u32;
  total: u64;
}

/** A rule at work. Fields from `fine` to `trace` stand in the order in which plan.ts takes the pieces. */
@unmanaged
export class RuleState {
  /** its record in the arena, whose rates may have changed */
  record: usize;
  /** node of the population */
  op: usize;
  /** neurons, padded */
  stride: u32;
  /** the next rule of the section, or 0 */
  next: RuleState;
  /** the first of those that its learning signal comes from, or 0 */
  contributions: Contribution;
  /** ω, v and heights, the coupling; addresses, or 0 */
  surrogate: usize;
  coupling: usize;
  /** x of C, J and λ, and ξ of P */
  exponent: i32;
  presentExponent: i32;

  /** f of the bias, i32[padded], and the bias that inference reads; 0 where it does not learn */
  fine: usize;
  bias: usize;
  /** vectors i32[padded]: C, then sums of D, Y of the schedule step; J, λ, P where they are needed, else 0 */
  carry: usize;
  current: usize;
  lambda: usize;
  present: usize;
  /** X of feedback that is neither err nor E, i32[padded classes], or 0 */
  heard: usize;
  /** ψ and cut, then D of each step, u16[steps × padded], in the order of eprop/rows.ts; of an li D alone */
  log: usize;
  /** of the bias, with the schedule step: x̄, i32, or 0 */
  trace: usize;
}

/** One of the sums that make a learning signal: a matrix of weights, a row a neuron, and a vector, an entry a column. */
@unmanaged
export class Contribution {
  next: Contribution;
  kind: u32;
  /** bytes + 128, or drawn, or r of the regulariser */
  matrix: usize;
  /** bytes from row to row, and how many of them count */
  stride: u32;
  columns: u32;
  /** X, i32[columns, padded] */
  vector: usize;
  /** what X is multiplied by, Q1.15, and g, by which its exponent is higher */
  gain: u32;
  shift: i32;
  /** the rule whose P or N it is, with its exponent; 0: ξ is 0 */
  source: RuleState;
  /** of a path that carries; whether that is recurrent */
  carried: bool;
  recurrent: bool;
  /** its Y and list (MVP), to … */
  list: usize;
  end: usize;
  /** the matrix turned for the SIMD build */
  turned: usize;
}

export const CONTRIBUTION_BYTES: u32 = (<u32>offsetof<Contribution>() + 15) & ~15;
export const RULE_STATE_BYTES: u32 = (<u32>offsetof<RuleState>() + 15) & ~15;

/** Kinds of contributions: the weights of a path, feedback that is drawn, the regulariser. */
export const BY_PATH: u32 = 0;
export const BY_FEEDBACK: u32 = 1;
export const BY_ACTIVITY: u32 = 2;
