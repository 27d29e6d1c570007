/** A blob and its arena in a core's memory, with the views that a host reads and writes. */
import * as L from "../assembly/layout.js";
import { isWhole } from "./blob.js";
import { expectOk } from "./errors.js";
import { readInfo } from "./info.js";
import type { NetworkInfo } from "./info.js";
import type { Core } from "./wasm.js";

// ╒══════════════════════════ linear memory ══════════════════════════╕
//    0     16
// ├──────┼────────┬─────────┬────────────────┬────────┬───────
// │ zero │ blob   │ arena   │ a snapshot     │ the next network, while
// │      │        │         │                │ this one may still be wanted
// └──────┴────────┴─────────┴────────────────┴────────┴───────
// Nothing lies at 0, so that no address looks like "none". Room for a snapshot is taken while loading:
// afterwards the memory never grows, and the views below stay valid.
const START = 16;

const aligned = (bytes: number): number => Math.ceil(bytes / 16) * 16;

export class Seat {
  readonly info: NetworkInfo;
  view!: DataView;
  /** of spikes: steps + 1 positions in `events` */
  offsets!: Uint32Array;
  /** of spikes: indices of inputs */
  events!: Uint16Array;
  /** of analogue networks: frames × inputs */
  frames!: Int16Array;
  /** steps × outputs */
  outputs!: Int32Array;
  scores!: Int32Array;
  /** steps × outputs, where lessons may have a target for every step */
  targets!: Int16Array;
  /** first byte after all that belongs to this network */
  readonly end: number;
  private readonly snapshotAt: number;
  private readonly snapshotBytes: number;

  private constructor(
    private readonly core: Core,
    private readonly blob: number,
    length: number,
    readonly arena: number,
    arenaBytes: number,
  ) {
    this.snapshotAt = aligned(arena + arenaBytes);
    this.snapshotBytes = core.exports.snapshot(arena, 0, 0);
    this.end = aligned(this.snapshotAt + this.snapshotBytes);
    core.reserve(this.end);
    this.info = readInfo(new Uint8Array(core.buffer, blob, length));
    this.refresh();
  }

  /** Makes the views anew; needed when the memory has grown for another network. */
  refresh(): void {
    const { buffer } = this.core;
    this.view = new DataView(buffer);
    const { inputs, inputKind, events, maxSteps, outputs, classes } = this.info;
    const spikes = inputKind === "spikes";
    const input = this.field(L.ARENA_EVENTS);
    this.offsets = new Uint32Array(buffer, this.field(L.ARENA_OFFSETS), spikes ? maxSteps + 1 : 0);
    this.events = new Uint16Array(buffer, input, spikes ? events : 0);
    this.frames = new Int16Array(buffer, input, spikes ? 0 : events * inputs);
    this.outputs = new Int32Array(buffer, this.field(L.ARENA_OUTPUTS), maxSteps * outputs);
    this.scores = new Int32Array(buffer, this.field(L.ARENA_SCORES), classes);
    this.targets = new Int16Array(
      buffer,
      this.field(L.ARENA_TARGETS),
      this.info.targets ? maxSteps * outputs : 0,
    );
  }

  /**
   * Loads a blob beside the network that is there, which goes on unharmed whatever happens.
   *
   * @param beside the network that still runs in this core
   * @throws ModelError where the core refuses the blob
   */
  static take(core: Core, bytes: Uint8Array, beside: Seat | null): Seat {
    const blob = beside === null || beside.hasRoomBelow(bytes) ? START : beside.end;
    const arena = aligned(blob + bytes.length);
    core.reserve(arena);
    new Uint8Array(core.buffer).set(bytes, blob);
    const arenaBytes = core.exports.measure(blob, bytes.length);
    expectOk(refusalOf(Math.max(0, -arenaBytes), bytes), bytes);
    core.reserve(arena + arenaBytes);
    expectOk(core.exports.load(blob, bytes.length, arena, arenaBytes), bytes);
    return new Seat(core, blob, bytes.length, arena, arenaBytes);
  }

  /** The network of now as a blob, a copy. */
  snapshot(): Uint8Array<ArrayBuffer> {
    const { exports, buffer } = this.core;
    const bytes = exports.snapshot(this.arena, this.snapshotAt, this.snapshotBytes);
    if (bytes < 0) expectOk(-bytes);
    return new Uint8Array(buffer.slice(this.snapshotAt, this.snapshotAt + bytes));
  }

  /** The input of the recorded window is about to be overwritten: no lesson can be drawn from it any more. */
  forget(): void {
    this.view.setUint32(this.arena + L.ARENA_RECORDED, 0, true);
  }

  /** Membranes of the population at operation `index`, a copy. */
  membranes(index: number): Int32Array {
    const { neurons, bits } = this.info.nodes[index];
    const at = this.node(index, L.NODE_MEMBRANES);
    const { buffer } = this.core;
    if (bits === 8) return Int32Array.from(new Int8Array(buffer, at, neurons));
    if (bits === 16) return Int32Array.from(new Int16Array(buffer, at, neurons));
    return new Int32Array(buffer, at, neurons).slice();
  }

  /** Indices of the neurons of operation `index` that fired in the last step, ascending, a copy. */
  spikes(index: number): Uint16Array {
    const count = this.node(index, L.NODE_COUNT);
    return new Uint16Array(this.core.buffer, this.node(index, L.NODE_LIST), count).slice();
  }

  /** How many of the stored weights of the synapses at operation `index` lie at an end of their 8 bits. */
  saturated(index: number): number {
    const { inputs, neurons } = this.info.nodes[index];
    const stride = aligned(neurons);
    // padding is a weight of 0, at neither end
    const weights = new Uint8Array(this.core.buffer, this.node(index, L.NODE_WEIGHTS), inputs * stride);
    let count = 0;
    for (const weight of weights) if (weight === 0 || weight === 255) count++;
    return count;
  }

  /** Spikes or synaptic operations of operation `index` since the last start from rest. */
  total(index: number): number {
    return Number(this.view.getBigUint64(this.nodeAt(index) + L.NODE_TOTAL, true));
  }

  /** An unsigned word of the arena, `ARENA_…` of assembly/layout.ts. */
  field(offset: number): number {
    return this.view.getUint32(this.arena + offset, true);
  }

  private node(index: number, offset: number): number {
    return this.view.getUint32(this.nodeAt(index) + offset, true);
  }

  /** Node 0 is the network's input. */
  private nodeAt(index: number): number {
    return this.field(L.ARENA_NODES) + (index + 1) * L.NODE_BYTES;
  }

  /**
   * Whether a blob surely fits before this network. A snapshot holds the blob and some of the arena, so both
   * count twice; what the header announces is believed here, since the core holds it against the truth before
   * anything is written.
   */
  private hasRoomBelow(bytes: Uint8Array): boolean {
    if (bytes.length < L.HEADER_BYTES) return false;
    const announced = new DataView(bytes.buffer, bytes.byteOffset).getUint32(L.HEADER_ARENA, true);
    return START + 2 * aligned(bytes.length) + 2 * aligned(announced) + 64 <= this.blob;
  }
}

/**
 * measure() leaves the checksum out, but a damaged blob must be called damaged whatever its bytes seem to say, and before
 * memory is taken for what they ask.
 */
function refusalOf(status: number, bytes: Uint8Array): number {
  const framed = status === L.OK || status > L.BAD_CRC;
  return framed && !isWhole(bytes) ? L.BAD_CRC : status;
}
