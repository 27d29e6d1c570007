/** What the example prints: outcomes of users, ways and seeds in one table. */
import type { Outcome } from "./adapt.js";

/** Of one way of learning: outcomes[user][seed]. */
export interface Column {
  name: string;
  outcomes: Outcome[][];
}

export function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Standard deviation of a sample; 0 of a single number. */
function deviation(values: number[]): number {
  const middle = mean(values);
  const squares = values.map((value) => (value - middle) ** 2);
  return values.length < 2 ? 0 : Math.sqrt((mean(squares) * values.length) / (values.length - 1));
}

/** Mean of the users, a seed. */
export function seedMeans({ outcomes }: Column, of: (outcome: Outcome) => number): number[] {
  return outcomes[0].map((_, seed) => mean(outcomes.map((seeds) => of(seeds[seed]))));
}

const share = (value: number): string => value.toFixed(3).replace(/^0/, "");

/** Rows of users, then their mean with its deviation from seed to seed, then the users that the nets knew. */
export function rowsOf(users: number[], columns: Column[]): string[][] {
  const [first] = columns;
  const spread = (values: number[]): string => `${share(mean(values))} ± ${share(deviation(values))}`;
  const after = columns.map((column) => spread(seedMeans(column, (outcome) => outcome.after)));
  const known = columns.map((column) => spread(seedMeans(column, (outcome) => outcome.othersAfter)));
  return [
    ["new user", "unseen", ...columns.map(({ name }) => name)],
    ...users.map((user, u) => [
      String(user),
      share(mean(first.outcomes[u].map(({ before }) => before))),
      ...columns.map(({ outcomes }) => share(mean(outcomes[u].map((outcome) => outcome.after)))),
    ]),
    ["mean of six", share(mean(seedMeans(first, ({ before }) => before))), ...after],
    ["users known before", share(mean(seedMeans(first, ({ othersBefore }) => othersBefore))), ...known],
  ];
}
