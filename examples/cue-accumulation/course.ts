/** One course: a fresh net learns trial after trial, every trial a new one, and is tested on others. */
import { load } from "../../host/node/index.js";
import type { Network } from "../../host/node/index.js";
import { Generator } from "../shared/generator.js";
import { freshBlob } from "./net.js";
import { CLASSES, RECALL, STEPS, trial } from "./task.js";
import type { Trial } from "./task.js";

export interface Course {
  seed: number;
  /** right answers of fresh trials, 0 … 1 */
  accuracy: number;
  /** right answers while it learned, a hundred trials each, 0 … 1 */
  curve: number[];
  /** spikes a second of a hidden neuron in the last test */
  rate: number;
}

const BLOCK = 100;
/** Rates fall in a line to this part of themselves. */
const LAST_RATE = 0.1;
const NEURONS = 100;

/** @param tick called after every trial */
export async function course(
  seed: number,
  lessons: number,
  tests: number,
  tick: () => void,
): Promise<Course> {
  const random = new Generator(seed);
  const net = await load(freshBlob(random, seed));
  const curve: number[] = [];
  let right = 0;
  for (let n = 0; n < lessons; n++) {
    const given = trial(random);
    net.rate = 1 - ((1 - LAST_RATE) * n) / lessons;
    right += Number(answer(net, given) === given.label);
    net.teach({ label: given.label, from: STEPS - RECALL }, "window");
    if ((n + 1) % BLOCK === 0) curve.push(right / BLOCK);
    if ((n + 1) % BLOCK === 0) right = 0;
    tick();
  }
  const accuracy = test(net, random, tests, tick);
  return { seed, accuracy, curve, rate: (net.stats.spikes / NEURONS / STEPS) * 1000 };
}

function test(net: Network, random: Generator, tests: number, tick: () => void): number {
  let right = 0;
  for (let n = 0; n < tests; n++) {
    const given = trial(random);
    right += Number(answer(net, given) === given.label);
    tick();
  }
  return right / tests;
}

/** The class whose membrane is higher while the recall signal lasts. */
export function answer(net: Network, { window }: Trial): number {
  const outputs = net.run(window, { outputs: true, record: true }).outputs!;
  const sums = new Float64Array(CLASSES);
  for (let at = (STEPS - RECALL) * CLASSES; at < outputs.length; at++) sums[at % CLASSES] += outputs[at];
  return sums[1] > sums[0] ? 1 : 0;
}
