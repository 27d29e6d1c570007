/** Every field of a blob, by name and place, and values that a decent blob would not have there. */
import * as L from "../assembly/layout.js";
import { sectionEnd, sectionOf, viewOf } from "./attack.js";
import type { Random } from "./random.js";

export interface Place {
  at: number;
  bytes: 1 | 2 | 4;
}

interface Field extends Place {
  name: string;
}

type Shape = readonly [name: string, at: number, bytes: 1 | 2 | 4];

const HEADER: readonly Shape[] = [
  ["magic", L.HEADER_MAGIC, 4],
  ["version", L.HEADER_VERSION, 2],
  ["flags", L.HEADER_FLAGS, 2],
  ["length", L.HEADER_LENGTH, 4],
  ["CRC", L.HEADER_CRC, 4],
  ["arena", L.HEADER_ARENA, 4],
  ["steps", L.HEADER_STEPS, 4],
  ["inputs", L.HEADER_INPUTS, 4],
  ["outputs", L.HEADER_OUTPUTS, 4],
  ["classes", L.HEADER_CLASSES, 2],
  ["code", L.HEADER_CODE, 2],
  ["input kind", L.HEADER_INPUT_KIND, 2],
  ["sections", L.HEADER_SECTIONS, 2],
  ["input range", L.HEADER_INPUT_RANGE, 4],
  ["events", L.HEADER_EVENTS, 4],
  ["zero", L.HEADER_ZERO, 4],
  ["last zero", L.HEADER_BYTES - 4, 4],
];

const ENTRY: readonly Shape[] = [
  ["kind", L.SECTION_KIND, 2],
  ["flags", L.SECTION_FLAGS, 2],
  ["offset", L.SECTION_OFFSET, 4],
  ["length", L.SECTION_LENGTH, 4],
  ["zero", L.SECTION_ZERO, 4],
];

const SYNAPSES: readonly Shape[] = [
  ["code", L.OP_CODE, 2],
  ["flags", L.OP_FLAGS, 2],
  ["source", L.SYNAPSE_SOURCE, 2],
  ["bits", L.SYNAPSE_BITS, 2],
  ["inputs", L.SYNAPSE_INPUTS, 4],
  ["outputs", L.SYNAPSE_OUTPUTS, 4],
  ["weights", L.SYNAPSE_WEIGHTS, 4],
  ["stride", L.SYNAPSE_STRIDE, 4],
  ["zero", L.SYNAPSE_ZERO, 4],
  ["last zero", L.OPERATION_BYTES - 4, 4],
];

const POPULATION: readonly Shape[] = [
  ["code", L.OP_CODE, 2],
  ["flags", L.OP_FLAGS, 2],
  ["reset", L.POPULATION_RESET, 1],
  ["bits", L.POPULATION_BITS, 1],
  ["k", L.POPULATION_SHIFT, 1],
  ["c", L.POPULATION_FINE, 1],
  ["neurons", L.POPULATION_NEURONS, 4],
  ["decay", L.POPULATION_DECAY, 4],
  ["threshold", L.POPULATION_THRESHOLD, 4],
  ["bias", L.POPULATION_BIAS, 4],
  ["lower", L.POPULATION_LOWER, 4],
  ["v_reset", L.POPULATION_V_RESET, 4],
  ["adaptation", L.POPULATION_ADAPTATION, 4],
  ["current", L.POPULATION_CURRENT, 4],
  ["zero", L.POPULATION_ZERO, 4],
  ["last zero", L.OPERATION_BYTES - 4, 4],
];

const LEARNING: readonly Shape[] = [
  ["loss", L.LEARNING_LOSS, 2],
  ["schedules", L.LEARNING_SCHEDULES, 2],
  ["rules", L.LEARNING_RULES, 2],
  ["paths", L.LEARNING_PATHS, 2],
  ["logit factor", L.LEARNING_LOGIT, 4],
  ["logit shift", L.LEARNING_LOGIT_SHIFT, 1],
  ["when", L.LEARNING_WHEN, 1],
  ["flags", L.LEARNING_FLAGS, 2],
  ["seed", L.LEARNING_SEED, 4],
  ["target of the right class", L.LEARNING_ON, 2],
  ["target of the others", L.LEARNING_OFF, 2],
  ["time shift", L.LEARNING_TIME_SHIFT, 1],
  ["zero", L.LEARNING_ZERO, 1],
  ["last zero", L.LEARNING_BYTES - 4, 4],
];

const RULE: readonly Shape[] = [
  ["population", L.RULE_POPULATION, 2],
  ["signal", L.RULE_SIGNAL, 1],
  ["shape", L.RULE_SHAPE, 1],
  ["flags", L.RULE_FLAGS, 2],
  ["clip", L.RULE_CLIP, 1],
  ["byte 7", 7, 1],
  ["rate", L.RULE_RATE, 2],
  ["rate shift", L.RULE_RATE_SHIFT, 1],
  ["trace view", L.RULE_TRACE_VIEW, 1],
  ["step rate", L.RULE_STEP_RATE, 2],
  ["step rate shift", L.RULE_STEP_RATE_SHIFT, 1],
  ["byte 15", 15, 1],
  ["surrogate", L.RULE_SURROGATE, 4],
  ["coupling", L.RULE_COUPLING, 4],
  ["seed", L.RULE_SEED, 4],
  ["gain", L.RULE_GAIN, 2],
  ["gain exponent", L.RULE_GAIN_EXPONENT, 1],
  ["near shift", L.RULE_NEAR_SHIFT, 1],
  ["bias scale", L.RULE_BIAS_SCALE, 2],
  ["regulariser", L.RULE_REGULARISE, 2],
  ["lower bound", L.RULE_LOWER, 2],
  ["target rate", L.RULE_TARGET_RATE, 2],
  ["upper bound", L.RULE_UPPER, 2],
  ["regulariser shift", L.RULE_REGULARISE_SHIFT, 1],
  ["regulariser exponent", L.RULE_REGULARISE_EXPONENT, 1],
  ["strength", L.RULE_STRENGTH, 4],
  ["A+", L.RULE_STDP_PLUS, 2],
  ["A-", L.RULE_STDP_MINUS, 2],
  ["decay of what comes", L.RULE_STDP_COMES, 2],
  ["decay of what has been", L.RULE_STDP_BEEN, 2],
  ["zero", L.RULE_ZERO, 4],
  ["last zero", L.RULE_BYTES - 4, 4],
];

const PATH: readonly Shape[] = [
  ["synapse", L.PATH_SYNAPSE, 2],
  ["flags", L.PATH_FLAGS, 2],
  ["gain", L.PATH_GAIN, 2],
  ["gain exponent", L.PATH_GAIN_EXPONENT, 1],
  ["trace shift", L.PATH_TRACE_SHIFT, 1],
  ["trace factor", L.PATH_TRACE, 2],
  ["update", L.PATH_UPDATE, 1],
  ["pull", L.PATH_PULL, 1],
  ["kept", L.PATH_KEPT, 2],
  ["zero", L.PATH_ZERO, 2],
  ["last zero", L.PATH_BYTES - 4, 4],
];

const place = (shapes: readonly Shape[], from: number, what: string): Field[] =>
  shapes.map(([name, at, bytes]) => ({ name: `${what}: ${name}`, at: from + at, bytes }));

/** Fields of header, directory, operations, learning header, rules and paths of a valid blob. */
export function fieldsOf(blob: Uint8Array): Field[] {
  const view = viewOf(blob);
  const fields = place(HEADER, 0, "header");
  for (let i = 0; i < view.getUint16(L.HEADER_SECTIONS, true); i++) {
    fields.push(...place(ENTRY, L.HEADER_BYTES + i * L.SECTION_BYTES, `section entry ${i}`));
  }
  const program = sectionOf(view, L.SECTION_OPERATIONS);
  for (let at = program, i = 0; at < sectionEnd(view, L.SECTION_OPERATIONS); at += L.OPERATION_BYTES, i++) {
    const synapses = view.getUint16(at, true) < L.OP_LIF;
    fields.push(...place(synapses ? SYNAPSES : POPULATION, at, `operation ${i}`));
  }
  const learning = sectionOf(view, L.SECTION_LEARNING);
  if (!learning) return fields;
  fields.push(...place(LEARNING, learning, "learning"));
  const rules = view.getUint16(learning + L.LEARNING_RULES, true);
  for (let r = 0; r < rules; r++) {
    fields.push(...place(RULE, learning + L.LEARNING_BYTES + r * L.RULE_BYTES, `rule ${r}`));
  }
  const paths = learning + L.LEARNING_BYTES + rules * L.RULE_BYTES;
  for (let p = 0; p < view.getUint16(learning + L.LEARNING_PATHS, true); p++) {
    fields.push(...place(PATH, paths + p * L.PATH_BYTES, `path ${p}`));
  }
  return fields;
}

export function getField(blob: Uint8Array, { at, bytes }: Place): number {
  const view = viewOf(blob);
  return bytes === 1 ? view.getUint8(at) : bytes === 2 ? view.getUint16(at, true) : view.getUint32(at, true);
}

export function setField(blob: Uint8Array, { at, bytes }: Place, value: number): void {
  const view = viewOf(blob);
  if (bytes === 1) view.setUint8(at, value);
  else if (bytes === 2) view.setUint16(at, value, true);
  else view.setUint32(at, value, true);
}

/** Zero, the ends of both number lines, neighbours, double and half, each at least once. */
export function hostileValues(blob: Uint8Array, field: Place): number[] {
  const old = getField(blob, field);
  const all = 2 ** (8 * field.bytes);
  const half = all / 2;
  const values = [0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15, 16, 17, 24, 25, 29, 30, 31, 32, 33];
  values.push(40, 41, 46, 47, 60, 61, 64, 65, 80, 81, 160, 161, 191, 192, 255, 256, 1023, 1024);
  values.push(all - 1, all - 2, all - 16, half, half - 1, half + 1, half - 16, 65535, 65536, 2 ** 20 + 1);
  values.push(
    old - 16,
    old - 1,
    old + 1,
    old + 16,
    old + 64,
    2 * old,
    old >>> 1,
    blob.length,
    blob.length - 16,
  );
  const wrapped = values.map((value) => ((value % all) + all) % all);
  return [...new Set(wrapped)].filter((value) => value !== old);
}

/** Changes `bytes` in one to eight places and says where. */
export function mutate(bytes: Uint8Array, fields: Field[], random: Random): string[] {
  const places = random.chance(0.5) ? 1 : random.int(2, 8);
  return Array.from({ length: places }, () => mutateOnce(bytes, fields, random));
}

function mutateOnce(bytes: Uint8Array, fields: Field[], random: Random): string {
  const kind = random.int(0, 3);
  if (kind === 0) {
    const at = random.int(0, bytes.length - 1);
    bytes[at] = random.int(0, 255);
    return `byte ${at} is ${bytes[at]}`;
  }
  if (kind === 1) {
    const at = random.int(0, bytes.length - 1);
    const bit = random.int(0, 7);
    bytes[at] ^= 1 << bit;
    return `bit ${bit} of byte ${at} is the other one`;
  }
  const field = random.pick(fields);
  const value =
    kind === 2 ? random.pick(hostileValues(bytes, field)) : likelyValue(bytes, fields, field, random);
  setField(bytes, field, value);
  return `${field.name} is ${value}`;
}

/** Of another field of that width, or small. */
function likelyValue(bytes: Uint8Array, fields: Field[], field: Field, random: Random): number {
  if (random.chance(0.5)) return random.int(0, 40);
  const others = fields.filter((other) => other.bytes === field.bytes);
  return getField(bytes, random.pick(others));
}
