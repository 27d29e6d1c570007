/**
 * A new user and a new day: nets that were trained on five people's hand gestures meet the sixth, learn 20 windows of 1 s a gesture
 * of his first session in the core, and are tested on his last. `npm run wrist-band`;
 * `-- --front-end` starts from the raw recordings, `--seeds N` repeats with N seeds, `--json` prints one object instead.
 */
import { table } from "../../tools/exporter/io.js";
import { expectData, flagsOf, orLeave, progress, seedsUpTo } from "../shared/command.js";
import { dataFolder } from "../shared/data-folder.js";
import { adapt, PASSES, taskOf } from "./adapt.js";
import type { Task } from "./adapt.js";
import { missingData, readRecordings, readSpikes, SESSIONS, USERS } from "./data.js";
import type { Sample } from "./data.js";
import { mean, rowsOf, seedMeans } from "./table.js";
import type { Column } from "./table.js";
import { REFERENCES, WAYS } from "./ways.js";
import { GESTURES, LESSONS } from "./windows.js";

const LAST_SESSION = 3;

const flags = flagsOf({ seeds: 5 }, ["front-end", "json"]);

function readSamples(folder: string): Sample[] {
  if (!flags["front-end"]) return readSpikes(folder);
  const bar = progress("encoding", USERS.length * SESSIONS.length * GESTURES, flags.json);
  try {
    return readRecordings(folder, bar.tick);
  } finally {
    bar.stop();
  }
}

/** Every way with every user and seed. */
async function columnsOf(tasks: Task[], seeds: number[]): Promise<Column[]> {
  const lessons = tasks.reduce((sum, task) => sum + task.lessons.length, 0);
  const bar = progress("learning", WAYS.length * seeds.length * PASSES * lessons, flags.json);
  try {
    const columns: Column[] = [];
    for (const { name, way } of WAYS) {
      const column: Column = { name, outcomes: [] };
      for (const task of tasks) {
        const outcomes = [];
        for (const seed of seeds) outcomes.push(await adapt(task, way, seed, bar.tick));
        column.outcomes.push(outcomes);
      }
      columns.push(column);
    }
    return columns;
  } finally {
    bar.stop();
  }
}

function print(columns: Column[], seeds: number[]): void {
  const indented = (text: string): string => text.replace(/^(?=.)/gm, "   ");
  console.log(
    `Balanced accuracy on a user's session ${LAST_SESSION}, after ${LESSONS} windows a gesture of his session 1, ${PASSES} passes, seeds 1 to ${seeds.length}\n`,
  );
  console.log(indented(table(rowsOf(USERS, columns))));
  console.log(`   With floats, mean of six\n${indented(indented(REFERENCES.join("\n")))}\n`);
  for (const { name, outcomes } of columns.slice(0, 2)) {
    const all = outcomes.flat();
    const milliseconds = mean(all.map(({ lessonMilliseconds }) => lessonMilliseconds)).toFixed(2);
    const [{ blobBytes, arenaBytes }] = all;
    console.log(`   ${name}: blob ${blobBytes} bytes, RAM ${arenaBytes} bytes, ${milliseconds} ms a lesson`);
  }
}

function printJson(columns: Column[], seeds: number[]): void {
  const ways = columns.map((column, i) => ({
    name: column.name,
    ...WAYS[i].way,
    before: seedMeans(column, ({ before }) => before),
    after: seedMeans(column, ({ after }) => after),
    outcomes: Object.fromEntries(USERS.map((user, u) => [user, column.outcomes[u]])),
  }));
  console.log(JSON.stringify({ session: LAST_SESSION, passes: PASSES, seeds, ways }));
}

async function main(): Promise<void> {
  const folder = dataFolder();
  expectData(missingData(folder, flags["front-end"]));
  const seeds = seedsUpTo(flags.seeds);
  const samples = readSamples(folder);
  const tasks = await Promise.all(USERS.map((user) => taskOf(folder, samples, user, LAST_SESSION)));
  const columns = await columnsOf(tasks, seeds);
  if (flags.json) printJson(columns, seeds);
  else print(columns, seeds);
}

await orLeave(main);
