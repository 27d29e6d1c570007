/** Where a command writes: results to `out`, all else to `err`. */
import cliProgress from "cli-progress";
import { printable, shown } from "./text.js";

export interface Io {
  /** standard output */
  out(text: string): void;
  /** standard error */
  err(text: string): void;
  /** whether somebody watches standard error */
  terminal: boolean;
}

export function warn(io: Io, warnings: readonly string[]): void {
  for (const line of warnings) io.err(`spikelet: ${printable(line)}\n`);
}

/** One object, for programs to read. */
export function printJson(io: Io, value: unknown): void {
  io.out(`${JSON.stringify(value)}\n`);
}

export interface Progress {
  tick(): void;
  stop(): void;
}

/** A bar on a terminal, nothing elsewhere. @param total number of ticks to come */
export function progressOf(io: Io, what: string, total: number): Progress {
  if (!io.terminal) return { tick() {}, stop() {} };
  const bar = new cliProgress.SingleBar(
    {
      format: `${what} {bar} {value}/{total}`,
      stream: process.stderr,
      clearOnComplete: true,
      hideCursor: true,
    },
    cliProgress.Presets.shades_classic,
  );
  bar.start(total, 0);
  return { tick: () => bar.increment(), stop: () => bar.stop() };
}

/** Rows as aligned columns, the first row their heads. Numbers stand right, text left. */
export function table(rows: (string | number)[][]): string {
  const cells = rows.map((row) =>
    row.map((cell) => (typeof cell === "number" ? grouped(cell) : shown(cell))),
  );
  const widths = cells[0].map((_, c) => Math.max(...cells.map((row) => row[c].length)));
  const right = cells[0].map((_, c) => rows.slice(1).every((row) => typeof row[c] === "number"));
  const line = (row: string[]): string =>
    row
      .map((cell, c) => (right[c] ? cell.padStart(widths[c]) : cell.padEnd(widths[c])))
      .join("  ")
      .trimEnd();
  return cells.map((row) => `${line(row)}\n`).join("");
}

/** A number with thousands apart, at most three decimals. */
export function grouped(value: number): string {
  return value.toLocaleString("en-US", { maximumFractionDigits: 3 });
}

export function percent(share: number): string {
  return `${(100 * share).toFixed(2)} %`;
}
