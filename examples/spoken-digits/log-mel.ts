/**
 * Speech as loudness over pitch and time: 32 bands of the mel scale, in decibels, every 10 ms. The usual chain (Davis and Mermelstein
 * 1980): pre-emphasis, windowed frames, power spectra, triangular filters, logarithm.
 */
import { Fourier } from "./fourier.js";

/** Hz of the recordings. */
export const SAMPLE_RATE = 8000;
export const BANDS = 32;
/** Samples of a frame, 25 ms, and from frame to frame, 10 ms. */
const FRAME = 200;
const HOP = 80;
/** Points of the transform: the next power of two. */
const POINTS = 256;
/** Hz, where the first filter begins and the last one ends. */
const LOWEST = 100;
const HIGHEST = 4000;
/** Share of the sample before that is taken off; voices fall by about 6 dB an octave. */
const EMPHASIS = 0.97;
/** dB below the loudest frame at which a recording begins and ends. */
const SILENCE = 35;
/** Power that is added to each band, so that silence has a logarithm. */
const FLOOR = 1e-9;

const fourier = new Fourier(POINTS);
/** Hann's, periodic */
const taper = Float64Array.from({ length: FRAME }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / FRAME));
const filters = melFilters();

/**
 * @param samples at 8 kHz, -1 … 1
 * @returns frames × 32 dB, without the silence before and after; empty where there are less than 25 ms
 */
export function logMel(samples: Float64Array): Float64Array[] {
  return speechOf(spectraOf(samples)).map((power) =>
    Float64Array.from(filters, (filter) => decibels(dot(filter, power) + FLOOR)),
  );
}

/** Power spectra of all frames that lie within the recording, 129 values each. */
function spectraOf(samples: Float64Array): Float64Array[] {
  const emphasised = samples.map((x, i) => x - EMPHASIS * (i > 0 ? samples[i - 1] : 0));
  const frames = Math.max(0, Math.floor((samples.length - FRAME) / HOP) + 1);
  return Array.from({ length: frames }, (_, t) =>
    fourier.power(taper.map((weight, i) => weight * emphasised[t * HOP + i])),
  );
}

/** From the first to the last frame that is not silent. */
function speechOf(spectra: Float64Array[]): Float64Array[] {
  const levels = spectra.map((power) => decibels(power.reduce((sum, p) => sum + p, 1e-12)));
  const limit = Math.max(...levels) - SILENCE;
  const loud = (level: number): boolean => level > limit;
  return spectra.slice(Math.max(0, levels.findIndex(loud)), levels.findLastIndex(loud) + 1);
}

/** Triangles whose corners lie evenly on the mel scale, 32 × 129, each of area 1: wide bands are no louder than narrow ones. */
function melFilters(): Float64Array[] {
  const [low, high] = [melOf(LOWEST), melOf(HIGHEST)];
  const corner = (i: number): number => hertzOf(low + (i * (high - low)) / (BANDS + 1));
  return Array.from({ length: BANDS }, (_, band) => {
    const [from, top, to] = [corner(band), corner(band + 1), corner(band + 2)];
    const heights = Float64Array.from({ length: POINTS / 2 + 1 }, (_, k) => {
      const hertz = (k * SAMPLE_RATE) / POINTS;
      return Math.max(0, Math.min((hertz - from) / (top - from), (to - hertz) / (to - top)));
    });
    const area = heights.reduce((sum, height) => sum + height, 0);
    return heights.map((height) => height / area);
  });
}

/** O'Shaughnessy's formula, as in HTK. */
function melOf(hertz: number): number {
  return 2595 * Math.log10(1 + hertz / 700);
}

function hertzOf(mel: number): number {
  return 700 * (10 ** (mel / 2595) - 1);
}

function decibels(power: number): number {
  return 10 * Math.log10(power);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i] * b[i];
  return sum;
}
