/** What the demo draws on a terminal. */

/** A progress bar on standard error, if that is a terminal; returns what one unit of progress calls. */
export function bar(label: string, total: number, shown: boolean): () => void {
  if (!shown || !process.stderr.isTTY) return () => {};
  const width = 40;
  let done = 0;
  let drawn = -1;
  return () => {
    done++;
    const filled = Math.floor((width * done) / total);
    if (filled === drawn && done < total) return;
    drawn = filled;
    const line = `   ${label} ${"█".repeat(filled)}${"░".repeat(width - filled)} ${done}/${total}`;
    process.stderr.write(done < total ? `\r${line}` : `\r${" ".repeat(line.length)}\r`);
  };
}

const LEVELS = "▁▂▃▄▅▆▇█";

/** Numbers between `low` and 1 as bars. */
export function sparkline(values: number[], low: number): string {
  const level = (v: number): number => Math.floor(((v - low) / (1 - low)) * LEVELS.length);
  return values.map((v) => LEVELS[Math.max(0, Math.min(LEVELS.length - 1, level(v)))]).join("");
}

/** Grey values, two rows a line. */
export function picture(pixels: Uint8Array, side: number): string[] {
  const shades = " ░▒▓█";
  return Array.from({ length: side / 2 }, (_, row) =>
    Array.from({ length: side }, (_, x) => {
      const grey = Math.max(pixels[2 * row * side + x], pixels[(2 * row + 1) * side + x]);
      return shades[Math.min(shades.length - 1, Math.floor((grey * shades.length) / 256))];
    }).join(""),
  );
}

/** Who fired when: a line a step, a braille cell for every two neurons. */
export function raster(steps: Uint8Array[]): string[] {
  const lines = steps.map((fired, t) => {
    const cells = Array.from(
      { length: fired.length / 2 },
      (_, j) => "⠀⠂⠐⠒"[fired[2 * j] + 2 * fired[2 * j + 1]],
    );
    return `${String(t + 1).padStart(4)} ${cells.join("")}`;
  });
  return ["step spikes of the hidden layer", ...lines];
}

/** Two drawings side by side. */
export function columns(left: string[], right: string[]): string {
  const width = Math.max(...left.map((line) => line.length));
  const height = Math.max(left.length, right.length);
  return Array.from(
    { length: height },
    (_, i) => `   ${(left[i] ?? "").padEnd(width)}   ${right[i] ?? ""}`,
  ).join("\n");
}
