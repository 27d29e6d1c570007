/** One course: the same trial over and over, rates falling in a line to nothing. */
import { load } from "../../host/node/index.js";
import { Generator } from "../shared/generator.js";
import { exported, randomModel } from "./net.js";
import type { Way } from "./net.js";
import { normalisedError, STEPS, taskOf } from "./task.js";

/** The error is the mean of so many trials at the end, where there are as many. */
const LAST = 20;

/** @returns the normalised squared error at the end */
export async function course(way: Way, seed: number, trials: number, tick: () => void): Promise<number> {
  const random = new Generator(seed);
  const model = randomModel(random);
  const { noise, pattern } = taskOf(random);
  const { blob, program, scales } = exported(model, way, seed, noise.events.length);
  const net = await load(blob);
  const { unit, shift } = scales[scales.length - 1];
  const targetUnit = net.info.metadata.targetScale as number;
  const targets = Int16Array.from(pattern, (y) => Math.round(y / targetUnit));
  const outputs = new Int32Array(STEPS);
  const out = { label: 0, margin: 0, scores: new Int32Array(program.classes), outputs };
  const last = Math.min(LAST, trials);
  let error = 0;
  for (let n = 0; n < trials; n++) {
    net.rate = 1 - n / trials;
    net.run(noise, { outputs: true, out });
    net.teach({ targets }, "window");
    if (n >= trials - last) error += normalisedError(outputs, unit[0] / 2 ** shift, pattern) / last;
    tick();
  }
  return error;
}
