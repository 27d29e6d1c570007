/**
 * The blob's constants: the one place where the core, the exporter and the hosts look them up.
 * The prose beside them is docs/FORMAT.md; this file is plain TypeScript and AssemblyScript at once.
 */

// ╒═══════════════════════════ header, 64 bytes ═══════════════════════════╕
//    0       4      6      8        12      16        20        24        28
// ├───────┼──────┼──────┼────────┼───────┼─────────┼─────────┼─────────┼────
// │ magic │ vers │flags │ length │ CRC32 │ arena   │ steps   │ inputs  │ ▸
// ├───────┴──────┴──────┴────────┴───────┴─────────┴─────────┴─────────┴────
//    28        32       34     36     38      40       44        48 … 63
// ├─────────┼────────┼──────┼──────┼───────┼────────┼─────────┼────────────┤
// │ outputs │ classes│ code │ kind │ secs  │ range  │ events  │ zero       │
// └─────────┴────────┴──────┴──────┴───────┴────────┴─────────┴────────────┘
export const MAGIC: u32 = 0x4c4b5053; // "SPKL"
export const FORMAT_VERSION: u32 = 2;
export const HEADER_BYTES: u32 = 64;
export const HEADER_MAGIC: u32 = 0;
export const HEADER_VERSION: u32 = 4;
export const HEADER_FLAGS: u32 = 6;
export const HEADER_LENGTH: u32 = 8;
export const HEADER_CRC: u32 = 12;
export const HEADER_ARENA: u32 = 16;
export const HEADER_STEPS: u32 = 20;
export const HEADER_INPUTS: u32 = 24;
export const HEADER_OUTPUTS: u32 = 28;
export const HEADER_CLASSES: u32 = 32;
export const HEADER_CODE: u32 = 34;
export const HEADER_INPUT_KIND: u32 = 36;
export const HEADER_SECTIONS: u32 = 38;
export const HEADER_INPUT_RANGE: u32 = 40;
export const HEADER_EVENTS: u32 = 44;
export const HEADER_ZERO: u32 = 48;

// ╒═════════════ directory entry, 16 bytes ═════════════╕
//    0      2       4           8          12
// ├──────┼───────┼───────────┼──────────┼──────────┤
// │ kind │ flags │ offset    │ length   │ zero     │
// └──────┴───────┴───────────┴──────────┴──────────┘
export const SECTION_BYTES: u32 = 16;
export const SECTION_KIND: u32 = 0;
export const SECTION_FLAGS: u32 = 2;
export const SECTION_OFFSET: u32 = 4;
export const SECTION_LENGTH: u32 = 8;
export const SECTION_ZERO: u32 = 12;
/** A reader that does not know this section must refuse the blob. */
export const SECTION_CRITICAL: u32 = 1;
export const MAX_SECTIONS: u32 = 16;

export const SECTION_OPERATIONS: u32 = 1;
export const SECTION_PARAMETERS: u32 = 2;
export const SECTION_LEARNING: u32 = 3;
export const SECTION_METADATA: u32 = 4;
export const SECTION_LEARNT: u32 = 5;

// ╒══════════════ operation, synapses, 64 bytes ══════════════╕
//    0      2       4        6      8        12        16        20
// ├──────┼───────┼────────┼──────┼────────┼─────────┼─────────┼────────┤
// │ code │ flags │ source │ bits │ inputs │ outputs │ weights │ stride │ zero …
// └──────┴───────┴────────┴──────┴────────┴─────────┴─────────┴────────┘
// ╒══════════════ operation, population, 64 bytes ══════════════╕
//    0      2       4       5      6     7     8         12      16
// ├──────┼───────┼───────┼──────┼─────┼─────┼─────────┼───────┼───────────┤
// │ code │ flags │ reset │ bits │  k  │  c  │ neurons │ decay │ threshold │ ▸
//    20     24      28        32           36        40
// ├──────┼───────┼─────────┼────────────┼─────────┼──────
// │ bias │ lower │ v_reset │ adaptation │ current │ zero …
// └──────┴───────┴─────────┴────────────┴─────────┴──────
export const OPERATION_BYTES: u32 = 64;
export const MAX_OPERATIONS: u32 = 256;
export const OP_CODE: u32 = 0;
export const OP_FLAGS: u32 = 2;

export const SYNAPSE_SOURCE: u32 = 4;
export const SYNAPSE_BITS: u32 = 6;
export const SYNAPSE_INPUTS: u32 = 8;
export const SYNAPSE_OUTPUTS: u32 = 12;
export const SYNAPSE_WEIGHTS: u32 = 16;
export const SYNAPSE_STRIDE: u32 = 20;
export const SYNAPSE_ZERO: u32 = 24;

export const POPULATION_RESET: u32 = 4;
export const POPULATION_BITS: u32 = 5;
export const POPULATION_SHIFT: u32 = 6;
export const POPULATION_FINE: u32 = 7;
export const POPULATION_NEURONS: u32 = 8;
export const POPULATION_DECAY: u32 = 12;
export const POPULATION_THRESHOLD: u32 = 16;
export const POPULATION_BIAS: u32 = 20;
export const POPULATION_LOWER: u32 = 24;
export const POPULATION_V_RESET: u32 = 28;
export const POPULATION_ADAPTATION: u32 = 32;
export const POPULATION_CURRENT: u32 = 36;
export const POPULATION_ZERO: u32 = 40;

export const OP_DENSE: u32 = 1;
export const OP_ANALOGUE: u32 = 2;
export const OP_LIF: u32 = 16;
export const OP_LI: u32 = 17;

/** Synapses: add to what an earlier operation put into the same population's accumulators. */
export const SYNAPSE_ADDS: u32 = 1;
/** Population: a spike where U ≥ θ; without it, where U > θ. */
export const POPULATION_OR_EQUAL: u32 = 1;
/** Population: no decay at all (integrate-and-fire), the decay array is absent. */
export const POPULATION_NO_DECAY: u32 = 2;
/** Population: the reset acts in the step of the spike, after it; else in the next step. */
export const POPULATION_RESET_NOW: u32 = 4;
/** Population: spikes raise the threshold for a while. */
export const POPULATION_ADAPTS: u32 = 8;
/** Population: input goes through a current that decays by itself ("synaptic" neurons). */
export const POPULATION_CURRENTS: u32 = 16;

export const RESET_NONE: u32 = 0;
export const RESET_SUBTRACT: u32 = 1;
export const RESET_SUBTRACT_SCALED: u32 = 2;
export const RESET_ZERO: u32 = 3;
export const RESET_ZERO_STEP: u32 = 4;

export const INPUT_SPIKES: u32 = 1;
export const INPUT_ANALOGUE: u32 = 2;

export const CODE_COUNT: u32 = 1;
export const CODE_FIRST: u32 = 2;
export const CODE_POPULATION: u32 = 3;
export const CODE_MEMBRANE_LAST: u32 = 4;
export const CODE_MEMBRANE_MAX: u32 = 5;
export const CODE_MEMBRANE_SUM: u32 = 6;

// ╒═══════════════════ learning section, header, 32 bytes ═══════════════════╕
//    0      2          4       6       8            12      13     14     16
// ├──────┼──────────┼───────┼───────┼────────────┼───────┼──────┼───────┼────
// │ loss │ schedule │ rules │ paths │ logit mul. │ shift │ when │ flags │ ▸
//    16     20      22        24       25
// ├──────┼───────┼─────────┼────────┼────────
// │ seed │ right │ others  │ time » │ zero …
// └──────┴───────┴─────────┴────────┴────────
export const LEARNING_BYTES: u32 = 32;
export const LEARNING_LOSS: u32 = 0;
export const LEARNING_SCHEDULES: u32 = 2;
export const LEARNING_RULES: u32 = 4;
export const LEARNING_PATHS: u32 = 6;
export const LEARNING_LOGIT: u32 = 8;
export const LEARNING_LOGIT_SHIFT: u32 = 12;
export const LEARNING_WHEN: u32 = 13;
export const LEARNING_FLAGS: u32 = 14;
export const LEARNING_SEED: u32 = 16;
export const LEARNING_ON: u32 = 20;
export const LEARNING_OFF: u32 = 22;
export const LEARNING_TIME_SHIFT: u32 = 24;
export const LEARNING_ZERO: u32 = 25;

/** Of membranes; of spike counts; of first spike times. */
export const LOSS_CROSS_ENTROPY: u32 = 1;
export const LOSS_MEAN_SQUARE: u32 = 2;
export const LOSS_COUNT_ENTROPY: u32 = 3;
export const LOSS_COUNT_SQUARE: u32 = 4;
export const LOSS_TIME_ENTROPY: u32 = 5;
export const LOSS_TIME_SQUARE: u32 = 6;
export const WHEN_EVERY: u32 = 0;
export const WHEN_LAST: u32 = 1;
export const WHEN_MAX: u32 = 2;
export const WHEN_SUM: u32 = 3;
/** First spike times: 1 / f in place of −f. */
export const WHEN_INVERTED: u32 = 1;
/** There is room for rows of targets. */
export const LEARNING_TARGETS: u32 = 1;
/** First spike times: the others' target counts from the right one's time. */
export const LEARNING_RELATIVE: u32 = 2;
export const SCHEDULE_STEP: u32 = 1;
export const SCHEDULE_WINDOW: u32 = 2;

// ╒═════════════════════ rule record, 64 bytes ═════════════════════╕
//    0            2        3           4       6    7    8        10       11
// ├────────────┼────────┼───────────┼───────┼────┼────┼────────┼────────┼───────
// │ population │ signal │ surrogate │ flags │clip│ 0  │ rate m │ rate r │ view» ▸
//    12       14       15   16          20         24     28     30     31
// ├────────┼────────┼────┼───────────┼──────────┼──────┼──────┼──────┼──────
// │ step m │ step r │ 0  │ surrogate │ coupling │ seed │ gain │  g   │ near » ▸
//    32     34           36      38     40      42   43     44         48 … 55
// ├──────┼────────────┼───────┼──────┼───────┼────┼──────┼──────────┼────────────┼──────
// │ bias │ regularise │ lower │ rate │ upper │ »  │  g   │ strength │ stdp: A, d │ zero
// └──────┴────────────┴───────┴──────┴───────┴────┴──────┴──────────┴────────────┴──────
export const RULE_BYTES: u32 = 64;
export const RULE_POPULATION: u32 = 0;
export const RULE_SIGNAL: u32 = 2;
export const RULE_SHAPE: u32 = 3;
export const RULE_FLAGS: u32 = 4;
export const RULE_CLIP: u32 = 6;
export const RULE_RATE: u32 = 8;
export const RULE_RATE_SHIFT: u32 = 10;
export const RULE_TRACE_VIEW: u32 = 11;
export const RULE_STEP_RATE: u32 = 12;
export const RULE_STEP_RATE_SHIFT: u32 = 14;
export const RULE_SURROGATE: u32 = 16;
export const RULE_COUPLING: u32 = 20;
export const RULE_SEED: u32 = 24;
export const RULE_GAIN: u32 = 28;
export const RULE_GAIN_EXPONENT: u32 = 30;
export const RULE_NEAR_SHIFT: u32 = 31;
export const RULE_BIAS_SCALE: u32 = 32;
export const RULE_REGULARISE: u32 = 34;
export const RULE_LOWER: u32 = 36;
export const RULE_TARGET_RATE: u32 = 38;
export const RULE_UPPER: u32 = 40;
export const RULE_REGULARISE_SHIFT: u32 = 42;
export const RULE_REGULARISE_EXPONENT: u32 = 43;
export const RULE_STRENGTH: u32 = 44;
export const RULE_STDP_PLUS: u32 = 48;
export const RULE_STDP_MINUS: u32 = 50;
export const RULE_STDP_COMES: u32 = 52;
export const RULE_STDP_BEEN: u32 = 54;
export const RULE_ZERO: u32 = 56;

/** What the paths return is all that the population learns from. */
export const SIGNAL_PATHS: u32 = 0;
/** The population is the last: its learning signal is the loss's error. */
export const SIGNAL_LOSS: u32 = 1;
/** The error through fixed random weights (random e-prop; Bellec et al. 2020). */
export const SIGNAL_RANDOM: u32 = 2;
/** The target through fixed random weights (Frenkel et al. 2021; Ortner et al. 2023). */
export const SIGNAL_TARGET: u32 = 3;
/** The error of a fixed random readout of the population's own (DECOLLE; Kaiser et al. 2020). */
export const SIGNAL_LOCAL: u32 = 4;
/** One number, times a random weight a neuron (three-factor rules). */
export const SIGNAL_REWARD: u32 = 5;
/** Pairs of spikes, no error. */
export const SIGNAL_STDP: u32 = 6;

export const SHAPE_NONE: u32 = 0;
export const SHAPE_TRIANGLE: u32 = 1;
export const SHAPE_FAST_SIGMOID: u32 = 2;
export const SHAPE_SIGMOID: u32 = 3;
export const SHAPE_ARCTAN: u32 = 4;
export const SHAPE_STRAIGHT: u32 = 5;

/** Random feedback is of the error that the readout's leak carries back (window only). */
export const RULE_FILTERED: u32 = 1;
/** The population's bias learns too. */
export const RULE_BIAS: u32 = 2;

export const REGULARISE_LOWER: u32 = 1;
export const REGULARISE_RATE: u32 = 2;
export const REGULARISE_UPPER_L1: u32 = 4;
export const REGULARISE_UPPER_L2: u32 = 8;
export const REGULARISE_UPPER_EACH: u32 = 16;

// ╒══════════════════════════ path record, 32 bytes ══════════════════════════╕
//    0         2       4      6      7        8         10       11     12     14
// ├─────────┼───────┼──────┼──────┼────────┼─────────┼────────┼──────┼──────┼──────
// │ synapse │ flags │ gain │  g   │ trace» │ trace × │ update │ pull │ kept │ zero …
// └─────────┴───────┴──────┴──────┴────────┴─────────┴────────┴──────┴──────┴──────
export const PATH_BYTES: u32 = 32;
export const PATH_SYNAPSE: u32 = 0;
export const PATH_FLAGS: u32 = 2;
export const PATH_GAIN: u32 = 4;
export const PATH_GAIN_EXPONENT: u32 = 6;
export const PATH_TRACE_SHIFT: u32 = 7;
export const PATH_TRACE: u32 = 8;
export const PATH_UPDATE: u32 = 10;
export const PATH_PULL: u32 = 11;
export const PATH_KEPT: u32 = 12;
export const PATH_ZERO: u32 = 14;

/** The weights learn. */
export const PATH_LEARNS: u32 = 1;
/** The source hears, through these weights, what their population has to say of the same step … */
export const PATH_PRESENT: u32 = 2;
/** … or of it and all that comes after. */
export const PATH_CARRIED: u32 = 4;
/** Weights have no residual byte: updates are rounded at random where they meet the weight. */
export const PATH_BARE: u32 = 8;

export const UPDATE_PLAIN: u32 = 0;
export const UPDATE_MOMENTUM: u32 = 1;
export const UPDATE_SIGN: u32 = 2;

/** Most classes that a blob which learns may have; keeps every product below 2^31. */
export const MAX_LEARNING_CLASSES: u32 = 256;
/** A gain of 1. */
export const GAIN_ONE: u32 = 1 << 15;
export const MAX_GAIN_EXPONENT: u32 = 120;
/** Largest shift of a rate. */
export const MAX_RATE_SHIFT: u32 = 255;
export const MAX_CLIP: u32 = 120;
/** What a coefficient is multiplied with has so many fractional bits more than an update. */
export const UPDATE_BITS: u32 = 18;
/** Clip of one step's update of a weight, in 1/256 of a weight's unit. */
export const UPDATE_LIMIT: u32 = 2047;
/** So many spikes of a source are summed before the sum meets the weight. */
export const UPDATE_GROUP: u32 = 16;
/** What a spike adds to a presynaptic trace is 2^TRACE_BITS. */
export const TRACE_BITS: u32 = 18;

export const MAX_STEPS: u32 = 65535;
export const MAX_NEURONS: u32 = 65535;

// Status codes; the hosts turn them into messages (host/errors.ts).
export const OK: u32 = 0;
export const BAD_LENGTH: u32 = 1;
export const BAD_MAGIC: u32 = 2;
export const BAD_VERSION: u32 = 3;
export const BAD_CRC: u32 = 4;
export const BAD_HEADER: u32 = 5;
export const BAD_SECTION: u32 = 6;
export const UNKNOWN_SECTION: u32 = 7;
export const BAD_OPERATION: u32 = 8;
export const BAD_SHAPE: u32 = 9;
export const BAD_PARAMETER: u32 = 10;
export const BAD_RANGE: u32 = 11;
export const BAD_LEARNING: u32 = 12;
export const BAD_ARENA: u32 = 13;
export const BAD_ALIGNMENT: u32 = 14;
export const NOT_LEARNING: u32 = 15;
export const BAD_TARGET: u32 = 16;
export const BAD_STEPS: u32 = 17;
export const BAD_INPUT: u32 = 18;
export const NOT_RECORDED: u32 = 19;
export const NO_SPACE: u32 = 20;

// Flags of run().
/** Start from rest: every state zero. */
export const RUN_RESET: u32 = 1;
/** One frame is given and held for every step. */
export const RUN_HOLD: u32 = 2;
/** Keep what teach() will need: spikes, surrogates and class probabilities of each step. */
export const RUN_RECORD: u32 = 4;

// What a host reads in the arena (the whole of it is drawn in arena.ts).
export const ARENA_MARGIN: u32 = 16;
export const ARENA_NODES: u32 = 52;
export const ARENA_SCORES: u32 = 60;
export const ARENA_OFFSETS: u32 = 64;
export const ARENA_EVENTS: u32 = 68;
export const ARENA_OUTPUTS: u32 = 72;
export const ARENA_TARGETS: u32 = 76;
/** 0: nothing is on record; a host that puts another input writes it. */
export const ARENA_RECORDED: u32 = 156;

/** Nodes: the first is the network's input, operation i is node i + 1. */
export const NODE_BYTES: u32 = 64;
export const NODE_WEIGHTS: u32 = 16;
export const NODE_BIAS: u32 = 20;
export const NODE_MEMBRANES: u32 = 32;
export const NODE_LIST: u32 = 48;
export const NODE_COUNT: u32 = 52;
export const NODE_TOTAL: u32 = 56;
