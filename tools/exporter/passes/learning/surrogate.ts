/** The surrogate derivative of a layer, as the blob keeps it. */
import type { Rule } from "../../program.js";
import type { Node } from "./net.js";
import type { SurrogateOptions } from "./options.js";
import { leastThreshold } from "./units.js";

/** ω·v, what makes ψ 2^15 at the threshold. */
const PRODUCT = 2 ** 30;
/** Shapes but the triangle know a distance of so many widths. */
const REACH = 16;
const HEIGHT = 32768;
/** The factor keeps 15 bits and more where widths have no more than so many. */
const WIDTH_BITS = 15;
const MOST_SHIFT = 15;

function clamp(x: number, low: number, high: number): number {
  return Math.min(high, Math.max(low, x));
}

/** ψ is as high as γ/θ; the lowest θ of the layer is taken out and goes into the rates (docs/LEARNING.md). */
export function surrogateOf(node: Node, { shape, width }: SurrogateOptions): NonNullable<Rule["surrogate"]> {
  const { threshold } = node.layer;
  const least = leastThreshold(node);
  const reach = shape === "triangle" ? 1 : REACH;
  const thresholds = node.population.threshold!;
  const widest = thresholds.reduce((most, theta) => Math.max(most, theta * width * reach), 0);
  const shift =
    node.population.bits === 32 ? clamp(Math.ceil(Math.log2(widest)) - WIDTH_BITS, 0, MOST_SHIFT) : 0;
  const widths = Uint32Array.from(thresholds, (theta) =>
    Math.max(1, Math.round((theta * width * reach) / 2 ** shift)),
  );
  const height = (j: number): number => least / threshold[j];
  if (shape === "triangle") {
    const factor = widths.map((w, j) => Math.floor((PRODUCT / w) * height(j)));
    return { shape, shift, width: widths, factor, height: null };
  }
  return {
    shape,
    shift,
    width: widths,
    factor: widths.map((w) => Math.floor(PRODUCT / w)),
    height: widths.map((_, j) => Math.max(1, Math.round(HEIGHT * height(j)))),
  };
}
