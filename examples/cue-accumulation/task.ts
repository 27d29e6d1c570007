/**
 * Evidence accumulation (Bellec et al. 2020, figure 4, after Morcos and Harvey 2016): seven cues come from the left or from the right, then
 * nothing, then a recall signal asks which side had more. 40 inputs in 4 groups of 10, steps of 1 ms, Poisson spikes.
 */
import type { SpikeLists } from "../../host/node/index.js";
import type { Generator } from "../shared/generator.js";

export const GROUP = 10;
export const INPUTS = 4 * GROUP;
export const STEPS = 2250;
export const RECALL = 150;
export const CLASSES = 2;
const CUES = 7;
const CUE_STEPS = 100;
const PAUSE_STEPS = 50;

/** Spikes a step of a group that is on, and of the background, which always is: 40 Hz and 10 Hz. */
const ON = 0.04;
const BACKGROUND = 0.01;

/** Groups of inputs. The first two are the classes. */
const RECALL_GROUP = 2;
const BACKGROUND_GROUP = 3;

export interface Trial {
  window: SpikeLists;
  /** 0: left had more cues, 1: right */
  label: number;
}

/** A trial of its own. */
export function trial(random: Generator): Trial {
  const cues = Array.from({ length: CUES }, (): number => (random.next() < 0.5 ? 0 : 1));
  const offsets = new Uint32Array(STEPS + 1);
  const events: number[] = [];
  for (let t = 0; t < STEPS; t++) {
    const cue = Math.floor(t / (CUE_STEPS + PAUSE_STEPS));
    const heard = t % (CUE_STEPS + PAUSE_STEPS) < CUE_STEPS ? cues[cue] : undefined;
    for (let i = 0; i < INPUTS; i++)
      if (random.next() < chance(Math.floor(i / GROUP), t, heard)) events.push(i);
    offsets[t + 1] = events.length;
  }
  const right = cues.reduce((sum, cue) => sum + cue, 0);
  return { window: { offsets, events: Uint16Array.from(events) }, label: right > CUES / 2 ? 1 : 0 };
}

/** Spikes a step of an input of `group`. @param cue side of the cue that is on, if one is */
function chance(group: number, t: number, cue: number | undefined): number {
  if (group === BACKGROUND_GROUP) return BACKGROUND;
  if (group === RECALL_GROUP) return t >= STEPS - RECALL ? ON : 0;
  return group === cue ? ON : 0;
}
