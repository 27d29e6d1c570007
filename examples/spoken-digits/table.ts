/** What the example prints: all speakers, trials and draws in one table. */
import { REFERENCES } from "./recipe.js";
import type { Marks, Result, Trial } from "./trials.js";

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation of a sample; 0 of a single number. */
function deviation(values: number[]): number {
  const middle = mean(values);
  const squares = values.reduce((sum, value) => sum + (value - middle) ** 2, 0);
  return values.length < 2 ? 0 : Math.sqrt(squares / (values.length - 1));
}

/** Mean of the speakers, a draw. */
export function drawMeans(results: Result[], trial: number, of: (marks: Marks) => number): number[] {
  return results[0].after[trial].map((_, draw) => mean(results.map(({ after }) => of(after[trial][draw]))));
}

const share = (value: number): string => value.toFixed(3).replace(/^0/, "");
const spread = (values: number[]): string => `${share(mean(values))} ± ${share(deviation(values))}`;
const speakerOf = ({ speaker }: Marks): number => speaker;
const knownOf = ({ known }: Marks): number => known;

/**
 * Rows of the speakers, of their means, of the speakers that the nets knew, and of floating point.
 *
 * @param results one a speaker
 * @param trials with nothing replayed, then with replay, each of the same numbers of takes
 */
export function rowsOf(speakers: string[], results: Result[], trials: Trial[]): string[][] {
  const plain = trials.flatMap(({ recipe }, trial) => (recipe.replayed === 0 ? [trial] : []));
  const replay = trials.flatMap(({ recipe }, trial) => (recipe.replayed > 0 ? [trial] : []));
  const row = (name: string, of: (marks: Marks) => number, chosen: number[]): string[] => [
    name,
    share(mean(results.map(({ before }) => of(before)))),
    ...chosen.map((trial) => spread(drawMeans(results, trial, of))),
  ];
  const speakerRow = (name: string, s: number): string[] => [
    name,
    share(results[s].before.speaker),
    ...plain.map((trial) => share(mean(results[s].after[trial].map(speakerOf)))),
  ];
  return [
    ["new speaker", "unseen", ...plain.map((trial) => takesOf(trials[trial]))],
    ...speakers.map(speakerRow),
    row("mean of four", speakerOf, plain),
    row("  with replay", speakerOf, replay),
    row("speakers known before", knownOf, plain),
    row("  with replay", knownOf, replay),
    ...REFERENCES.map(({ name, shares }) => [name, ...shares.map(share)]),
  ];
}

function takesOf({ takes }: Trial): string {
  return takes === 1 ? "1 take a digit" : `${takes} takes`;
}
