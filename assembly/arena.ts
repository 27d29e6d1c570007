/**
 * What changes while a network runs: the arena, laid out once by plan.ts. Every pointer is an absolute address in linear
 * memory and a multiple of 16; the blob itself is only read. The fields that hosts read have their offsets in layout.ts.
 *
 * Run-time records begin as copies of the blob's records and keep their own fields where those have zeros or what is of no
 * more use. So one pointer gives both, `load<u32>(op, L.POPULATION_NEURONS)` what the blob says and a named field what is new.
 */

// ╒══════════════════════════════ arena ══════════════════════════════╕
// │ Arena (144 bytes) │ Rules │ Node: the input, then one an operation │
// ├───────────────────┴───────┴────────────────────────────────────────┤
// │ scores │ input │ outputs │ lists │ learning: weights, residuals,   │
// │ logs of the window │ vectors shared by all layers                  │
// ├────────────────────────────────────────────────────────────────────┤
// │ states, all that a start from rest clears: traces, membranes, marks│
// └────────────────────────────────────────────────────────────────────┘

/** The header of the blob. Fields from `learning` to `probabilities`, and from `accumulators` to `turned`, stand in the order in which plan.ts takes the pieces. */
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

  /** learning section, its rules at work; 0 without it */
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
  /** u32[4] */
  random: usize;
  /** the learner's vectors, as wide as the readout: err and E, i32; p of each step, i16 */
  errors: usize;
  filtered: usize;
  probabilities: usize;

  /** i32 a neuron of the widest population; lessons put sums, a row of Δ or (SIMD) the list of G there */
  accumulators: usize;
  /** spikes sorted by source */
  starts: usize;
  times: usize;
  /** for the layer below: the readout's weights by pairs of classes (SIMD), the list of G; 0 where no such layer learns */
  turned: usize;

  /** the operations in the blob */
  program: usize;
  /** node of the last operation */
  last: usize;
  /** the first rule, and the learnt section's directory entry; 0 where the network does not learn */
  rules: RuleState;
  learnt: usize;
  states: usize;
  stateBytes: u32;
  /** steps since the last start from rest, up to the longest window */
  steps: u32;
  /** steps of the window that is on record, 0 without one; whether its input was one frame, held */
  recorded: u32;
  held: u32;
}

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

  /** of a population */
  membranes: usize;
  /** where lists are kept for the window: u32[steps + 1]; else 0 */
  offsets: usize;
  /** u16[neurons], or as many for each step; of analogue synapses i32[stride], the current of the frame that is held */
  events: usize;
  /** the rule that takes a record of the population, or 0 */
  rule: RuleState;
  /** u16 indices of this step's spikes, and how many; the input's frame and how many values */
  list: usize;
  count: u32;
  /** spikes of a population, synaptic operations of synapses, since they were last cleared */
  total: u64;
}

/** A rule's record, with zeros from 26. Fields from `weights` to `log` stand in the order in which plan.ts takes the pieces. */
@unmanaged
export class RuleState {
  synapse: u16;
  signal: u16;
  flags: u16;
  errorShift: u8;
  signalShift: u8;
  rate: u16;
  rateShift: u8;
  carryShift: u8;
  viewShift: u8;
  traceShift: u8;
  zero: u16;
  /** address of ω and v */
  surrogate: usize;
  stepRate: u16;
  stepRateShift: u8;
  traceView: u8;
  biasScale: u16;

  /** stored weight bytes and residual bytes, rows as in the blob */
  weights: usize;
  residuals: usize;
  /** f of the bias, i32[padded], and the bias that inference reads; 0 where it does not learn */
  fine: usize;
  bias: usize;
  /** x̄ of every source and, last, of the bias; i32[sources + 1], 0 without the schedule step */
  traces: usize;
  /** a vector i32[padded]: C, then sums of D; Y of the schedule step */
  carry: usize;
  /** ψ and cut, then D of each step, u16[steps × padded], in the order of eprop/rows.ts; the readout's are its p */
  log: usize;

  /** node of the synapses; that of the population follows */
  synapses: usize;
  /** the next rule of the section, or 0 */
  next: RuleState;
}
