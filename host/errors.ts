/** From a status of the core to words: what was found, what was expected, what to do. */
import * as L from "../assembly/layout.js";
import { crc32 } from "./crc32.js";

/** A blob that is refused, or a network asked for what its blob does not hold. */
export class ModelError extends Error {
  override name = "ModelError";

  /**
   * @param code name of the reason, one of `ModelErrorCode`; stable, unlike the message
   * @param message one line
   */
  constructor(
    readonly code: ModelErrorCode,
    message: string,
  ) {
    super(message);
  }
}

const STATUS_NAMES = [
  "OK",
  "BAD_LENGTH",
  "BAD_MAGIC",
  "BAD_VERSION",
  "BAD_CRC",
  "BAD_HEADER",
  "BAD_SECTION",
  "UNKNOWN_SECTION",
  "BAD_OPERATION",
  "BAD_SHAPE",
  "BAD_PARAMETER",
  "BAD_RANGE",
  "BAD_LEARNING",
  "BAD_ARENA",
  "BAD_ALIGNMENT",
  "NOT_LEARNING",
  "BAD_TARGET",
  "BAD_STEPS",
  "BAD_INPUT",
  "NOT_RECORDED",
  "NO_SPACE",
] as const;

/** The statuses of assembly/layout.ts by name, and what only a host can refuse. */
export type ModelErrorCode =
  Exclude<(typeof STATUS_NAMES)[number], "OK"> | "OTHER_NETWORK" | "UNKNOWN_STATUS";

/** @returns the name of a status, as in assembly/layout.ts */
export function codeOf(status: number): ModelErrorCode {
  const name = STATUS_NAMES[status];
  return name === undefined || name === "OK" ? "UNKNOWN_STATUS" : name;
}

/**
 * @param status one of assembly/layout.ts, not OK
 * @param blob what was refused, so that the message can say what was found in it
 */
export function messageOf(status: number, blob?: Uint8Array): string {
  const found = blob && blob.length >= L.HEADER_BYTES ? new DataView(blob.buffer, blob.byteOffset) : null;
  switch (codeOf(status)) {
    case "BAD_LENGTH":
      return lengthMessage(blob, found);
    case "BAD_MAGIC":
      return `found ${found ? `the bytes ${quote(blob!)}` : "other bytes"} at the start, expected "SPKL"; this is no Spikelet blob, make one with: spikelet export`;
    case "BAD_VERSION":
      return `found format version ${found?.getUint16(L.HEADER_VERSION, true) ?? "unknown"}, expected ${L.FORMAT_VERSION}; export the model again with this release, or use the release that wrote it`;
    case "BAD_CRC":
      return `found checksum ${found ? hex(crc32(blob!, L.HEADER_CRC, L.HEADER_CRC + 4)) : "unknown"}, expected ${found ? hex(found.getUint32(L.HEADER_CRC, true)) : "that of the header"}; the file was damaged on its way, copy or export it again`;
    case "BAD_HEADER":
      return "found a header with numbers out of range, expected those of docs/FORMAT.md; export the model again";
    case "BAD_SECTION":
      return "found sections that do not follow one another as docs/FORMAT.md says; export the model again";
    case "UNKNOWN_SECTION":
      return "found a section that this release does not know and must not pass over; use the release that wrote the blob, or a later one";
    case "BAD_OPERATION":
      return "found an operation that this release does not run, or one out of place; use the release that wrote the blob, or export the model again";
    case "BAD_SHAPE":
      return "found operations whose sizes do not fit one another; export the model again";
    case "BAD_PARAMETER":
      return "found an array of parameters outside its section, or padding that is not neutral; export the model again";
    case "BAD_RANGE":
      return "found numbers that could overflow (accumulators beyond 2^29, thresholds, biases or bounds beyond the membrane, or an arena beyond 2 GB); export with wider states, a smaller input range or fewer steps";
    case "BAD_LEARNING":
      return "found a learning rule that does not fit its layer, or a rate beyond 1023 or a shift beyond 30; export again with --learn";
    case "BAD_ARENA":
      return `found an arena of ${found?.getUint32(L.HEADER_ARENA, true) ?? "another number of"} bytes in the header, expected what the core itself counts; export the model again`;
    case "BAD_ALIGNMENT":
      return "found an address that is no multiple of 16, expected one for blob and arena";
    case "NOT_LEARNING":
      return "found a blob without this way of learning; export the model with --learn and the schedule that is asked for";
    case "BAD_TARGET":
      return "found a label that is no class of the network, expected 0 … classes − 1";
    case "BAD_STEPS":
      return "found a window of no steps, or longer than the blob has room for; split it, or export with a larger --max-steps";
    case "BAD_INPUT":
      return "found spikes of inputs that do not exist, more of them than the blob has room for, or offsets that descend";
    case "NOT_RECORDED":
      return "found nothing on record to learn from, expected a run with record before it; each record teaches once";
    case "NO_SPACE":
      return "found too little memory for the blob and its arena; export with fewer --max-steps, or free memory";
    default:
      return `found status ${status}, which this release of the host does not know; use a core and a host of the same release`;
  }
}

/** @throws ModelError where the status is not OK */
export function expectOk(status: number, blob?: Uint8Array): void {
  if (status !== L.OK) throw new ModelError(codeOf(status), messageOf(status, blob));
}

function lengthMessage(blob: Uint8Array | undefined, found: DataView | null): string {
  const next = "the file is cut short or padded, copy or export it again";
  if (!blob) return `found another length than the header says; ${next}`;
  if (!found)
    return `found ${blob.length} bytes, expected at least the ${L.HEADER_BYTES} of a header; ${next}`;
  return `found ${blob.length} bytes, expected the ${found.getUint32(L.HEADER_LENGTH, true)} of the header; ${next}`;
}

function quote(bytes: Uint8Array): string {
  return Array.from(bytes.subarray(0, 4), (byte) => byte.toString(16).padStart(2, "0")).join(" ");
}

function hex(value: number): string {
  return `0x${value.toString(16).padStart(8, "0")}`;
}
