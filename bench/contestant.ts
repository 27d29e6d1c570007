/** What takes part: something that runs windows of the one net and can be timed. */
import { WINDOWS } from "./net.js";

/** Groups of the table. */
export type Group = "core" | "c" | "javascript" | "onnxruntime" | "tfjs" | "torch" | "learning";

export interface Contestant {
  /** short and unique */
  id: string;
  name: string;
  group: Group;
  /** @returns nanoseconds that the next `windows` windows took */
  time(windows: number): Promise<number>;
  close?(): void;
}

/** Who is here, and a line for each that is not, which says how to get it. */
export interface Entry {
  contestants: Contestant[];
  missing: string[];
}

/** A contestant inside this process. */
export function inProcess(
  id: string,
  group: Group,
  name: string,
  run: (window: number) => unknown,
  prepare?: () => void,
): Contestant {
  let next = 0;
  return {
    id,
    name,
    group,
    time: async (windows) => {
      prepare?.();
      const start = process.hrtime.bigint();
      for (let i = 0; i < windows; i++) {
        const result = run(next++ % WINDOWS);
        if (result instanceof Promise) await result;
      }
      return Number(process.hrtime.bigint() - start);
    },
  };
}
