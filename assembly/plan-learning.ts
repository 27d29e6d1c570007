/**
 * What learning takes of the arena: for a path copies of its weights with their residuals, for a rule its coefficients, its log,
 * and the list of what its learning signal is made of. Called by plan.ts, which counts and places.
 */
import * as L from "./layout";
import { Arena, BY_ACTIVITY, BY_FEEDBACK, BY_PATH, Contribution, CONTRIBUTION_BYTES, Learner, Node, RULE_STATE_BYTES, RuleState } from "./arena";
import { blob, learning, learningEnd, learnt, program } from "./directory";
import { copy, fill, padded } from "./fixedpoint/arithmetic";
import { fieldAt, piece, placing, take, takeState } from "./plan";

/** In the learnt section: what was learnt before, path after path, then rule after rule; whether there is any. */
let remembered: usize = 0;
let before = false;
/** The rules' states, and the next contribution's; addresses. */
let states: usize = 0;
let record: usize = 0;
/** The rules' records, to the paths'. */
let rules: usize = 0;
let paths: usize = 0;
/** Needed by the source with most neurons, and most spikes in a window. */
let sources: u32 = 0;
let spikes: u32 = 0;
/** Bytes of lists that the rule with most columns needs, and those of the rule at hand. */
let lists: u32 = 0;
let list: u32 = 0;

/** @param offset of the paths' records in the learning section */
export function beginLearning(arena: Arena, offset: u32): void {
  rules = learning + L.LEARNING_BYTES;
  paths = learning + offset;
  before = load<u32>(learnt, L.SECTION_LENGTH) != 0;
  remembered = blob + load<u32>(learnt, L.SECTION_OFFSET) + 16;
  sources = 0;
  spikes = 0;
  lists = 0;
  const count = <u32>load<u16>(learning, L.LEARNING_RULES);
  states = piece(count, RULE_STATE_BYTES);
  if (!placing) return;
  arena.rules = changetype<RuleState>(states);
  arena.paths = arena.learning + offset;
  arena.pathsEnd = arena.learning + <u32>(learningEnd - learning);
  // nodes know their rules before the walk comes to them
  for (let i: u32 = 0; i < count; i++) {
    const rule = changetype<RuleState>(states + i * RULE_STATE_BYTES);
    rule.record = arena.learning + L.LEARNING_BYTES + i * L.RULE_BYTES;
    rule.op = arena.nodes + (<u32>load<u16>(rule.record) + 1) * L.NODE_BYTES;
    rule.stride = padded(load<u32>(rule.op, L.POPULATION_NEURONS));
    if (i + 1 < count) rule.next = changetype<RuleState>(states + (i + 1) * RULE_STATE_BYTES);
    changetype<Node>(rule.op).rule = rule;
  }
}

/** Shared pieces, at the arena's field `starts`. */
export function endLearning(arena: Arena): void {
  take(sources, 4);
  take(spikes, 2);
  take(lists, 1);
  if (placing) arena.length = padded(<u32>(remembered - blob));
}

// @ts-ignore: decorator
@inline
function opOf(index: u32): usize {
  return program + index * L.OPERATION_BYTES;
}

/** Index of the population that synapses feed: the next one. */
function fedBy(index: u32): u32 {
  do index++; while (load<u16>(opOf(index)) < L.OP_LIF);
  return index;
}

/** Whether the lists of the population at `index` are needed after the window: by its rule, or by synapses that learn. */
export function isKept(index: u32): bool {
  if (learning == learningEnd) return false;
  const end = learning + L.LEARNING_BYTES + <u32>load<u16>(learning, L.LEARNING_RULES) * L.RULE_BYTES;
  for (let rule = learning + L.LEARNING_BYTES; rule < end; rule += L.RULE_BYTES) {
    const signal = <u32>load<u8>(rule, L.RULE_SIGNAL);
    const reads = u32(signal == L.SIGNAL_LOCAL) | u32(signal == L.SIGNAL_STDP) | load<u16>(rule, L.RULE_REGULARISE);
    if (load<u16>(rule) == index && reads) return true;
  }
  for (let path = end; path < learningEnd; path += L.PATH_BYTES) {
    if (load<u16>(path, L.PATH_FLAGS) & L.PATH_LEARNS && load<u16>(opOf(load<u16>(path)), L.SYNAPSE_SOURCE) == index + 1) return true;
  }
  return false;
}

/** One path: a copy of its weights, their residuals, momentum and traces. */
export function walkPath(arena: Arena, path: usize): void {
  const index = <u32>load<u16>(path), op = opOf(index), flags = <u32>load<u16>(path, L.PATH_FLAGS);
  const address = arena.nodes + (index + 1) * L.NODE_BYTES, node = changetype<Learner>(address);
  if (placing) {
    node.path = arena.paths + (path - paths);
    node.rule = changetype<Node>(arena.nodes + (fedBy(index) + 1) * L.NODE_BYTES).rule;
  }
  if (!(flags & L.PATH_LEARNS)) return;
  const inputs = load<u32>(op, L.SYNAPSE_INPUTS), bytes = inputs * load<u32>(op, L.SYNAPSE_STRIDE);
  const residual = flags & L.PATH_BARE ? 0 : 1;
  const own = piece(bytes, 1);
  fieldAt(address + offsetof<Learner>("residuals"));
  take(bytes, residual);
  take(bytes, load<u8>(path, L.PATH_UPDATE) == L.UPDATE_MOMENTUM ? 2 : 0);
  fieldAt(address + offsetof<Learner>("traces"));
  takeState(inputs, load<u16>(learning, L.LEARNING_SCHEDULES) & L.SCHEDULE_STEP ? 4 : 0);
  if (load<u16>(op) == L.OP_DENSE) {
    const source = <u32>load<u16>(op, L.SYNAPSE_SOURCE);
    sources = max<u32>(sources, inputs + 1);
    spikes = max<u32>(spikes, source ? inputs * load<u32>(blob, L.HEADER_STEPS) : load<u32>(blob, L.HEADER_EVENTS));
  }
  if (placing) {
    copy(own, node.weights, bytes);
    node.weights = own;
    if (node.residuals) {
      if (before) copy(node.residuals, remembered, bytes);
      else fill(node.residuals, 0x8080808080808080, bytes);
    }
  }
  remembered += bytes * residual;
}

/** One rule: its bias, its coefficients, its log, and what it learns from. */
export function walkRule(rule: usize): void {
  const index = <u32>load<u16>(rule), op = opOf(index), stride = padded(load<u32>(op, L.POPULATION_NEURONS));
  const flags = <u32>load<u16>(op, L.OP_FLAGS), signal = <u32>load<u8>(rule, L.RULE_SIGNAL);
  const biased = <u32>load<u16>(rule, L.RULE_FLAGS) & L.RULE_BIAS;
  const forward = load<u16>(learning, L.LEARNING_SCHEDULES) & L.SCHEDULE_STEP;
  const state = stateOf(rule), address = changetype<usize>(state);
  fieldAt(address + offsetof<RuleState>("fine"));
  take(stride, biased << 1);
  take(stride, biased << 1);
  take(stride, 4);
  take(stride, flags & L.POPULATION_CURRENTS ? 4 : 0);
  take(stride, flags & L.POPULATION_ADAPTS ? 4 : 0);
  take(stride, returns(index, L.PATH_PRESENT) ? 4 : 0);
  take(padded(load<u32>(blob, L.HEADER_OUTPUTS)), signal >= L.SIGNAL_TARGET && signal <= L.SIGNAL_REWARD ? 4 : 0);
  take(load<u32>(blob, L.HEADER_STEPS), stride << 1);
  takeState(forward ? 1 : 0, biased << 1);
  if (placing) {
    if (load<u32>(rule, L.RULE_SURROGATE)) state.surrogate = blob + load<u32>(rule, L.RULE_SURROGATE);
    if (load<u32>(rule, L.RULE_COUPLING)) state.coupling = blob + load<u32>(rule, L.RULE_COUPLING);
    if (biased) placeBias(state);
  }
  if (biased) remembered += stride;
}

/** Of a record in the blob. */
function stateOf(rule: usize): RuleState {
  return changetype<RuleState>(states + ((rule - rules) / L.RULE_BYTES) * RULE_STATE_BYTES);
}

function placeBias(rule: RuleState): void {
  const node = changetype<Node>(rule.op);
  copy(rule.bias, node.bias, rule.stride << 2);
  node.bias = rule.bias;
  for (let j: u32 = 0; j < rule.stride; j++) {
    const rest = before ? <i32>load<i8>(remembered + j) : 0;
    store<i32>(rule.fine + (j << 2), (load<i32>(rule.bias + (j << 2)) << 8) + rest);
  }
}

/** Whether a path into the population at `index` returns what `flag` says. */
function returns(index: u32, flag: u32): bool {
  for (let path = paths; path < learningEnd; path += L.PATH_BYTES) {
    if (load<u16>(path, L.PATH_FLAGS) & flag && fedBy(load<u16>(path)) == index) return true;
  }
  return false;
}

/** Paths in the section's order, feedback, regulariser. */
export function walkContributions(arena: Arena, rule: usize): void {
  const index = <u32>load<u16>(rule), signal = <u32>load<u8>(rule, L.RULE_SIGNAL), state = stateOf(rule);
  const stride = padded(load<u32>(opOf(index), L.POPULATION_NEURONS));
  list = 0;
  record = changetype<usize>(state) + offsetof<RuleState>("contributions");
  for (let path = paths; path < learningEnd; path += L.PATH_BYTES) {
    const flags = <u32>load<u16>(path, L.PATH_FLAGS), synapse = <u32>load<u16>(path), op = opOf(synapse);
    if (!(flags & (L.PATH_PRESENT | L.PATH_CARRIED)) || load<u16>(op, L.SYNAPSE_SOURCE) != index + 1) continue;
    const to = contribute(BY_PATH, load<u32>(op, L.SYNAPSE_OUTPUTS), stride, 0);
    if (!placing) continue;
    const node = changetype<Node>(arena.nodes + (synapse + 1) * L.NODE_BYTES);
    to.matrix = node.weights;
    to.vector = returned(arena, fedBy(synapse), flags);
    to.carried = (flags & L.PATH_CARRIED) != 0;
    to.recurrent = index >= synapse;
    const fed = changetype<Node>(arena.nodes + (fedBy(synapse) + 1) * L.NODE_BYTES);
    if (fed.code == L.OP_LIF) to.source = fed.rule;
    to.gain = load<u16>(path, L.PATH_GAIN);
    to.shift = load<i8>(path, L.PATH_GAIN_EXPONENT);
  }
  if (signal >= L.SIGNAL_RANDOM && signal <= L.SIGNAL_REWARD) {
    const columns = signal == L.SIGNAL_REWARD ? 1 : load<u32>(blob, L.HEADER_OUTPUTS);
    const to = contribute(BY_FEEDBACK, columns, stride, padded(columns));
    if (placing) {
      to.vector = signal != L.SIGNAL_RANDOM ? state.heard : load<u16>(rule, L.RULE_FLAGS) & L.RULE_FILTERED ? arena.filtered : arena.errors;
      to.gain = load<u16>(rule, L.RULE_GAIN);
      to.shift = load<i8>(rule, L.RULE_GAIN_EXPONENT);
    }
  }
  if (load<u16>(rule, L.RULE_REGULARISE)) {
    const to = contribute(BY_ACTIVITY, 1, stride, 1);
    if (placing) {
      to.vector = rule + L.RULE_STRENGTH;
      to.gain = L.GAIN_ONE;
      to.shift = load<i8>(rule, L.RULE_REGULARISE_EXPONENT);
    }
  }
  lists = max<u32>(lists, list);
}

/** A contribution, after the rule's last, with its pieces; `width` bytes a row where it needs a matrix of its own. */
function contribute(kind: u32, columns: u32, stride: u32, width: u32): Contribution {
  const own = piece(CONTRIBUTION_BYTES, 1), all = padded(columns), to = changetype<Contribution>(own);
  const matrix = piece(stride, width), turned = piece(stride, all << 1);
  if (placing) {
    store<usize>(record, own);
    record = own + offsetof<Contribution>("next");
    to.kind = kind;
    to.matrix = matrix;
    to.stride = width ? width : all;
    to.columns = columns;
    to.turned = turned;
    to.list = list;
  }
  list += (all << 2) + 16;
  return to;
}

/** The vector that a population gives to those that it listens to. */
function returned(arena: Arena, index: u32, flags: u32): usize {
  const node = changetype<Node>(arena.nodes + (index + 1) * L.NODE_BYTES), rule = node.rule;
  const carried = flags & L.PATH_CARRIED;
  if (node.code == L.OP_LI) return carried ? arena.filtered : arena.errors;
  if (!carried) return rule.present;
  return rule.current ? rule.current : rule.carry;
}
