/** Lessons on the device: new digits one at a time, each followed by some old ones. */
import type { Network } from "../../host/node/index.js";
import type { Digit } from "../digits/data.js";
import { HELD } from "./task.js";
import type { Digits } from "./task.js";

export interface Way {
  name: string;
  layers: "readout" | "all";
  rate: number;
  passes: number;
  /** old digits after each new one */
  replays: number;
}

/** Rates, passes and replays were chosen on the adapt part alone; README. */
export const WAYS: readonly Way[] = [
  { name: "readout, 3 old digits a new one", layers: "readout", rate: 1.5e-4, passes: 12, replays: 3 },
  { name: "the same, nothing replayed", layers: "readout", rate: 1.5e-4, passes: 12, replays: 0 },
  { name: "nothing replayed, half the passes", layers: "readout", rate: 1.5e-4, passes: 6, replays: 0 },
  { name: "all layers, 3 old digits a new one", layers: "all", rate: 8.5e-5, passes: 16, replays: 3 },
];

/** New digits, and old ones a class that the device keeps to be reminded of. */
export const LESSONS = 10;
export const MEMORY = 10;

export function teach(
  net: Network,
  { fresh, old }: Digits,
  { passes, replays }: Pick<Way, "passes" | "replays">,
): void {
  let reminded = 0;
  for (let pass = 0; pass < passes; pass++) {
    for (const { pixels, label } of fresh) {
      net.learn(pixels, label, HELD);
      for (let i = 0; i < replays; i++) {
        const reminder = old[reminded++ % old.length];
        net.learn(reminder.pixels, reminder.label, HELD);
      }
    }
  }
}

/** Shares of right answers, of nines and of the others. */
export interface Marks {
  fresh: number;
  old: number;
}

export function marksOf(net: Network, { fresh, old }: Digits): Marks {
  const share = (digits: Digit[]): number =>
    digits.filter(({ pixels, label }) => net.run(pixels, { ...HELD, record: false }).label === label).length /
    digits.length;
  return { fresh: share(fresh), old: share(old) };
}
