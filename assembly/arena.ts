/**
 * What changes while a network runs: the arena, laid out once by plan.ts. Every pointer is an absolute address in linear
 * memory and a multiple of 16; the blob itself is only read. The fields that hosts read have their offsets in layout.ts.
 */

// ╒══════════════════════════════ arena ══════════════════════════════╕
// │ Arena (128 bytes) │ Node: the input, then one an operation │ Rules │
// ├───────────────────┴────────────────────────────────────────┴───────┤
// │ marks │ scores │ input │ accumulators │ outputs │ states and lists │
// ├────────────────────────────────────────────────────────────────────┤
// │ learning: weights and residuals, traces, logs of the window        │
// └────────────────────────────────────────────────────────────────────┘
@unmanaged
export class Arena {
  magic: u32;
  blob: usize;
  length: u32;
  /** operations of the blob, and the nodes: the input's first */
  operations: u32;
  program: usize;
  nodes: usize;
  /** u32[steps + 1] and u16[events], or i16[frames × inputs] */
  offsets: usize;
  events: usize;
  /** i32[steps × outputs] */
  outputs: usize;
  /** i32[classes]; the answer */
  scores: usize;
  label: i32;
  margin: i32;
  /** u32[4] */
  random: usize;
  /** run-time records of the rules */
  ruleStates: usize;
  rules: u32;
  ruleRecords: usize;
  learning: usize;
  /** i32[outputs] */
  marks: usize;
  /** i32 a neuron of the widest population, and 64 bytes for kernels */
  accumulators: usize;
  scratch: usize;
  /** steps since the last start from rest */
  steps: u32;
  /** steps of the window that is on record, 0 without one; whether its input was one frame, held */
  recorded: u32;
  held: bool;
  /** the learner's vectors, as wide as the readout: err and E i32, G i16; p of each step i16 */
  errors: usize;
  filtered: usize;
  view: usize;
  probabilities: usize;
  /** the readout's weights by class, i16 pairs, for the layer below; 0 where that does not learn */
  turned: usize;
  /** spikes sorted by source */
  starts: usize;
  times: usize;
}

/** Run-time record of the input or of an operation, 64 bytes. */
@unmanaged
export class Node {
  /** synapses: weights, in the blob or, where they learn, in the arena */
  weights: usize;
  /** populations: membranes */
  membranes: usize;
  /** u16 indices of this step's spikes, and how many */
  list: usize;
  count: u32;
  bias: usize;
  /** analogue synapses: i32[stride], the current of the frame that is held */
  current: usize;
  /** where lists are kept for the window: u32[steps + 1] and u16[steps × neurons]; else offsets is 0 */
  offsets: usize;
  events: usize;
  /** ψ and cut of each step, u16[steps × padded], and address of ω and v; 0 where the population does not learn */
  surrogates: usize;
  surrogate: usize;
  /** whether the membranes may be other than 0 */
  awake: bool;
  spare: u32;
  spare2: u64;
  /** spikes of a population, synaptic operations of synapses, since they were last cleared */
  total: u64;
}

/** Run-time record of a rule, 64 bytes. */
@unmanaged
export class RuleState {
  /** stored weight bytes and residual bytes, rows as in the blob */
  weights: usize;
  residuals: usize;
  /** f of the bias, i32[padded], and the bias that inference reads; 0 where it does not learn */
  fine: usize;
  bias: usize;
  /** D of each step, i16[steps × padded], in the order of eprop/rows.ts */
  log: usize;
  /** x̄ of every source and, last, of the bias; i32[sources + 1], 0 without the schedule step */
  traces: usize;
  /** Y (schedule step), i16[padded]; C (window), i32[padded] */
  signal: usize;
  carry: usize;
  rate: u32;
  rateShift: u32;
  stepRate: u32;
  stepRateShift: u32;
}

export const ARENA_MAGIC = 0x414b5053; // "SPKA"
export const ARENA_BYTES: u32 = 128;
