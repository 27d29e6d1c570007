/** What the twin takes from a blob byte by byte, and the blob that it gives back. */
import * as layout from "../../../../assembly/layout.js";
import { readDirectory } from "../../readers/blob.js";
import { sealBlob } from "../../writers/blob.js";
import type { LearningState } from "./rules.js";

/** A copy of the stored rows of the synapses at `operation`: `inputs` rows of `stride` bytes, with their padding. */
export function readRows(blob: Uint8Array, operation: number): Uint8Array {
  const view = new DataView(blob.buffer, blob.byteOffset);
  const record = recordOffset(blob, operation);
  const inputs = view.getUint32(record + layout.SYNAPSE_INPUTS, true);
  const stride = view.getUint32(record + layout.SYNAPSE_STRIDE, true);
  const from = view.getUint32(record + layout.SYNAPSE_WEIGHTS, true);
  return Uint8Array.from(blob.subarray(from, from + inputs * stride));
}

/**
 * A blob with what was learnt, docs/FORMAT.md, "Learnt".
 *
 * @param blob the blob that the network was loaded from; stays as it is
 * @returns the same sections with the learnt weights and biases, the learnt section written, CRC set
 */
export function writeSnapshot(blob: Uint8Array, state: LearningState): Uint8Array<ArrayBuffer> {
  const { entry, offset } = readDirectory(blob).get(layout.SECTION_LEARNT)!;
  const learnt = learntSection(state);
  const bytes = new Uint8Array(offset + learnt.length);
  const view = new DataView(bytes.buffer);
  bytes.set(blob.subarray(0, offset));
  bytes.set(learnt, offset);
  view.setUint32(layout.HEADER_LENGTH, bytes.length, true);
  view.setUint32(entry + layout.SECTION_LENGTH, learnt.length, true);
  storeLearnt(bytes, state);
  sealBlob(bytes);
  return bytes;
}

/** Lanes, then the residuals of every path that has them, then the remainders of every bias that learns. */
function learntSection({ generator, rules, paths }: LearningState): Uint8Array {
  const residuals = paths.flatMap(({ path, residuals }) => (path.learns && residuals ? [residuals] : []));
  const remainders = rules.flatMap(({ biasFine }) => (biasFine ? [new Uint8Array(biasFine)] : []));
  const chunks = [...residuals, ...remainders];
  const bytes = new Uint8Array(16 + chunks.reduce((length, chunk) => length + chunk.length, 0));
  const view = new DataView(bytes.buffer);
  generator.lanes.forEach((lane, i) => view.setUint32(4 * i, lane, true));
  let at = 16;
  for (const chunk of chunks) {
    bytes.set(chunk, at);
    at += chunk.length;
  }
  return bytes;
}

/** Weights and biases, to where they always stand. */
function storeLearnt(bytes: Uint8Array, { rules, paths }: LearningState): void {
  const view = new DataView(bytes.buffer);
  for (const { path, synapses } of paths) {
    const at = view.getUint32(recordOffset(bytes, path.synapse) + layout.SYNAPSE_WEIGHTS, true);
    bytes.set(synapses.weights, at);
  }
  for (const { rule, population } of rules) {
    if (!rule.learnsBias) continue;
    const at = view.getUint32(recordOffset(bytes, rule.population) + layout.POPULATION_BIAS, true);
    population.bias!.forEach((bias, j) => view.setInt32(at + 4 * j, bias, true));
  }
}

function recordOffset(bytes: Uint8Array, operation: number): number {
  return readDirectory(bytes).get(layout.SECTION_OPERATIONS)!.offset + operation * layout.OPERATION_BYTES;
}
