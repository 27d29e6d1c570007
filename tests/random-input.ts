/** Random windows of input that fit a program. Pure functions of the seed. */
import type { Program } from "../tools/exporter/program.js";
import type { WindowInput } from "../tools/exporter/simulate/integer.js";
import { Random } from "./random.js";

/** One run for a program. */
export interface RandomWindow {
  input: WindowInput;
  steps: number;
  hold: boolean;
}

/** A window that fits the program: silent, sparse, dense or full, with spikes repeated and values out of range. */
export function randomInput(program: Program, seed: number): RandomWindow {
  const random = new Random(seed ^ 0x5eed);
  const steps = random.chance(0.5) ? program.maxSteps : random.int(1, program.maxSteps);
  if (program.inputKind === "spikes")
    return { input: randomSpikes(random, program, steps), steps, hold: false };
  const hold = steps > program.events || random.chance(0.3);
  return { input: randomFrames(random, program, hold ? 1 : steps), steps, hold };
}

function randomSpikes(random: Random, { inputs, events: room }: Program, steps: number): WindowInput {
  const rate = random.pick([0, 0.05, 0.3, 0.3, 0.9, 1]);
  const again = random.pick([0, 0, 0.1, 0.5]);
  const offsets = new Uint32Array(steps + 1);
  const events: number[] = [];
  for (let t = 0; t < steps; t++) {
    for (let i = 0; i < inputs; i++) {
      if (random.chance(rate)) events.push(i);
      if (random.chance(again * rate)) events.push(random.int(0, inputs - 1));
    }
    events.length = Math.min(events.length, room);
    offsets[t + 1] = events.length;
  }
  return { offsets, events: Uint16Array.from(events) };
}

function randomFrames(random: Random, { inputs, inputRange: range }: Program, frames: number): WindowInput {
  const rate = random.pick([0, 0.2, 0.5, 0.9, 1]);
  const value = random.pick([
    () => random.int(-range, range),
    () => random.int(0, range),
    () => random.pick([-32768, 32767, -range - 1, range, 0]),
    () => random.pick([-1, 1]) * random.magnitude(range),
  ]);
  const never = Uint8Array.from({ length: inputs }, () => Number(random.chance(0.1)));
  return {
    frames: Int16Array.from({ length: frames * inputs }, (_, at) =>
      never[at % inputs] || !random.chance(rate) ? 0 : value(),
    ),
  };
}
