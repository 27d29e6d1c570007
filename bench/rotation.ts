/** Who is how fast: all take turns, round after round, so that what else the machine does falls on all alike. */
import { setTimeout } from "node:timers/promises";
import type { Contestant } from "./contestant.js";
import { STEPS } from "./net.js";

/** One timing lasts at least so long, in nanoseconds; who is slow runs few windows then, one at least. */
const LEAST = 20e6;
/** Milliseconds before a timing: threads of the last contestant's pool stop spinning. A window not timed follows. */
const PAUSE = 5;
const ROUNDS_OF_A_CHOICE = 9;

/** Nanoseconds a time step. */
export interface Timing {
  median: number;
  /** of all rounds: what is left where the machine has something else to do most of the time */
  least: number;
}

export type Timings = Map<Contestant, Timing>;

export async function rotate(contestants: Contestant[], rounds: number): Promise<Timings> {
  const runs: { contestant: Contestant; windows: number; times: number[] }[] = [];
  for (const contestant of contestants) {
    runs.push({ contestant, windows: await windowsOfATiming(contestant), times: [] });
  }
  for (let round = 0; round < rounds; round++) {
    // there and back: nobody always follows the same neighbour
    for (const { contestant, windows, times } of round % 2 ? runs.toReversed() : runs) {
      await setTimeout(PAUSE);
      await contestant.time(1);
      times.push((await contestant.time(windows)) / (windows * STEPS));
    }
  }
  return new Map(runs.map(({ contestant, times }) => [contestant, timing(times)]));
}

/** The fastest of several forms of one contestant; the others are closed. */
export async function fastest(forms: Contestant[]): Promise<Contestant> {
  const timings = await rotate(forms, ROUNDS_OF_A_CHOICE);
  const time = (form: Contestant): number => timings.get(form)!.median;
  const [winner, ...others] = forms.slice().sort((a, b) => time(a) - time(b));
  others.forEach((form) => form.close?.());
  return winner;
}

async function windowsOfATiming(contestant: Contestant): Promise<number> {
  for (let windows = 1; ;) {
    const time = await contestant.time(windows);
    if (time > LEAST) return windows;
    windows = Math.max(windows + 1, Math.ceil(Math.min(windows * 8, (windows * LEAST * 1.2) / time)));
  }
}

function timing(times: number[]): Timing {
  const sorted = times.slice().sort((a, b) => a - b);
  return { median: sorted[sorted.length >> 1], least: sorted[0] };
}
