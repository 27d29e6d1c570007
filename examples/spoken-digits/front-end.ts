/**
 * The ear: a recorded word becomes the spikes that the net takes. Loudness in 32 bands, as log-mel.ts has it, goes through a gain control
 * that knows only the past, and then to send-on-delta: a band spikes upwards or downwards for every 4 dB that it moves.
 */
import { BANDS, logMel } from "./log-mel.js";

/** Upward spikes of the bands from low to high, then downward ones. */
export const CHANNELS = 2 * BANDS;
/** Steps of a window, 10 ms each: what is longer is cut off, what is shorter ends in silence. */
export const STEPS = 80;
/** dB below the peak that count as silence. */
const RANGE = 30;
/** dB by which the peak sinks in a step. */
const PEAK_DECAY = 0.3;
/** dB that a band moves for a spike. */
const DELTA = 4;

/**
 * @param samples at 8 kHz, -1 … 1
 * @returns 80 steps × 64 channels, 0 or 1
 */
export function encode(samples: Float64Array): Uint8Array {
  return sendOnDelta(gainControlled(logMel(samples)));
}

/**
 * Loudness relative to the loudest band of late, so that near and far voices look alike.
 *
 * @param levels frames × 32, dB
 * @returns frames × 32, dB above silence, 0 … 30
 */
export function gainControlled(levels: Float64Array[]): Float64Array[] {
  let peak = -Infinity;
  return levels.map((level) => {
    peak = Math.max(Math.max(...level), peak - PEAK_DECAY);
    return level.map((x) => Math.max(0, x - peak + RANGE));
  });
}

/**
 * A band remembers what it has sent, from 0 on, and sends one spike a step at most: loud beginnings take a few steps.
 *
 * @param levels frames × 32, dB above silence
 * @returns 80 steps × 64 channels, 0 or 1
 */
export function sendOnDelta(levels: Float64Array[]): Uint8Array {
  const spikes = new Uint8Array(STEPS * CHANNELS);
  const sent = new Float64Array(BANDS);
  for (let t = 0; t < STEPS; t++) {
    for (let band = 0; band < BANDS; band++) {
      const moved = (levels[t]?.[band] ?? 0) - sent[band];
      if (Math.abs(moved) < DELTA) continue;
      spikes[t * CHANNELS + (moved > 0 ? band : BANDS + band)] = 1;
      sent[band] += Math.sign(moved) * DELTA;
    }
  }
  return spikes;
}
