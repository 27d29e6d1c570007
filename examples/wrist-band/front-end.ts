/**
 * The wrist band's front end: raw EMG to spikes, in integers, a row at a time, with 32 numbers of memory. Each electrode has
 * four senders of send-on-delta, one a threshold: a sender fires once the signal is at least `delta` away from the value that it
 * sent last, upwards or downwards, and then remembers the new value.
 */

export const ELECTRODES = 8;
/** A row of a recording: the electrodes, then the label. */
export const COLUMNS = ELECTRODES + 1;
/** Thresholds of the senders, in units of the electrodes' 8 bits. */
export const DELTAS = [4, 8, 16, 32];
const SENDERS = DELTAS.length * ELECTRODES;
/** Upward spikes, then downward ones; of each the smallest delta first; of each delta the electrodes in order. */
export const CHANNELS = 2 * SENDERS;
/** Two rows at 200 Hz make a step of 10 ms. */
const ROWS_A_STEP = 2;
export const STEPS = 100;
/** Rows of a window, 1 s. */
export const WINDOW_ROWS = STEPS * ROWS_A_STEP;

/** The senders of one band, from its first row on. */
export class SendOnDelta {
  /** value sent last, sender by sender: delta after delta, of each the electrodes */
  readonly #sent: Int16Array;

  /** @param first the electrodes' values that count as sent, -128 … 127 */
  constructor(first: ArrayLike<number>) {
    this.#sent = Int16Array.from({ length: SENDERS }, (_, sender) => first[sender % ELECTRODES]);
  }

  /**
   * @param row the electrodes' values now, -128 … 127
   * @param spikes 64 channels; those that fire become 1, the others stay
   */
  push(row: ArrayLike<number>, spikes: Uint8Array): void {
    for (let sender = 0; sender < SENDERS; sender++) {
      const value = row[sender % ELECTRODES];
      const delta = DELTAS[Math.floor(sender / ELECTRODES)];
      const moved = value - this.#sent[sender];
      if (Math.abs(moved) < delta) continue;
      spikes[moved > 0 ? sender : SENDERS + sender] = 1;
      this.#sent[sender] = value;
    }
  }
}

/**
 * A whole recording through the senders, which run on from window to window as on the arm.
 *
 * @param recording rows × 9
 * @returns rows × 64, 0 or 1
 */
export function encode(recording: Int8Array): Uint8Array {
  const rows = recording.length / COLUMNS;
  const raster = new Uint8Array(rows * CHANNELS);
  const senders = new SendOnDelta(recording);
  for (let row = 0; row < rows; row++) {
    senders.push(
      recording.subarray(row * COLUMNS, row * COLUMNS + ELECTRODES),
      raster.subarray(row * CHANNELS, (row + 1) * CHANNELS),
    );
  }
  return raster;
}

/**
 * One second of a recording as the net takes it: a channel fires in a step if it fired in one of its two rows.
 *
 * @param raster rows × 64
 * @param start its first row
 * @returns 100 steps × 64 channels, 0 or 1
 */
export function windowAt(raster: Uint8Array, start: number): Uint8Array {
  const spikes = new Uint8Array(STEPS * CHANNELS);
  for (let row = 0; row < WINDOW_ROWS; row++) {
    const step = Math.floor(row / ROWS_A_STEP);
    for (let channel = 0; channel < CHANNELS; channel++) {
      spikes[step * CHANNELS + channel] |= raster[(start + row) * CHANNELS + channel];
    }
  }
  return spikes;
}
