/**
 * A net that never saw a nine learns it on the device from ten samples: `npm run new-class [-- --seeds N --validate --json]`.
 * --validate: tested on the half of the adapt part that teaches nothing, which is how rates and passes were chosen.
 */
import { load } from "../../host/node/index.js";
import { percent, table } from "../../tools/exporter/io.js";
import { flagsOf, orLeave, seedsUpTo } from "../shared/command.js";
import { digitsOf, draw, exportNet, half, readNet } from "./task.js";
import type { Digits } from "./task.js";
import { LESSONS, marksOf, MEMORY, teach, WAYS } from "./teach.js";
import type { Marks, Way } from "./teach.js";

const { seeds, validate, json } = flagsOf({ seeds: 10 }, ["validate", "json"]);

interface Outcome extends Way {
  blobBytes: number;
  arenaBytes: number;
  before: Marks;
  /** a seed each */
  after: Marks[];
  mean: Marks;
  worst: Marks;
}

async function outcomeOf(way: Way, blob: Uint8Array, teaching: Digits, test: Digits): Promise<Outcome> {
  const { blobBytes, arenaBytes } = (await load(blob)).info;
  const before = marksOf(await load(blob), test);
  const after: Marks[] = [];
  for (const seed of seedsUpTo(seeds)) {
    const net = await load(blob);
    teach(net, draw(teaching, LESSONS, MEMORY, seed), way);
    after.push(marksOf(net, test));
  }
  const over = (of: (values: number[]) => number): Marks => ({
    fresh: of(after.map(({ fresh }) => fresh)),
    old: of(after.map(({ old }) => old)),
  });
  const mean = over((values) => values.reduce((sum, x) => sum + x, 0) / values.length);
  const worst = over((values) => Math.min(...values));
  return { ...way, blobBytes, arenaBytes, before, after, mean, worst };
}

function print(outcomes: Outcome[]): void {
  const [{ before, blobBytes, arenaBytes }] = outcomes;
  console.log(
    `A net that was trained without nines, and ${LESSONS} of them: right answers, ${seeds} draws of the ten\n`,
  );
  const rows = outcomes.map(({ name, mean, worst }) => [
    name,
    ...[mean.fresh, worst.fresh, mean.old, worst.old].map(percent),
  ]);
  console.log(
    table([
      ["", "nines", "worst", "the others", "worst"],
      ["before", percent(before.fresh), "", percent(before.old), ""],
      ...rows,
    ]),
  );
  console.log(
    `blob ${blobBytes} bytes, RAM ${arenaBytes} bytes, where the readout learns; and ${9 * MEMORY} old digits`,
  );
}

async function main(): Promise<void> {
  const model = await readNet();
  const adapt = digitsOf("adapt");
  const test = validate ? half(adapt, 1) : digitsOf("test");
  const outcomes: Outcome[] = [];
  for (const way of WAYS) {
    const { blob } = exportNet(model, way.layers, way.rate);
    outcomes.push(await outcomeOf(way, blob, half(adapt, 0), test));
  }
  const part = validate ? "adapt" : "test";
  if (json) console.log(JSON.stringify({ lessons: LESSONS, memory: MEMORY, part, ways: outcomes }));
  else print(outcomes);
}

await orLeave(main);
