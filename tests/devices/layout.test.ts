/** The C host's constants, and the core's. */
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import * as layout from "../../assembly/layout.js";

const read = (name: string): string =>
  readFileSync(new URL(`../../host/embedded/${name}`, import.meta.url), "utf8");
const constants = layout as unknown as Record<string, number>;

describe("the C host", () => {
  it("has the layout's numbers", () => {
    const found = [...read("spikelet-layout.h").matchAll(/^#define (\w+) (\w+)u$/gm)];
    expect(found.length).toBeGreaterThan(20);
    for (const [, name, value] of found) expect(Number(value), name).toBe(constants[name]);
  });

  it("has a name for every status of the core, and none twice", () => {
    const [, list] = read("spikelet.h").match(/typedef enum \{([^}]*)\} spikelet_status;/)!;
    const found = [...list.matchAll(/^ {2}SPIKELET_(\w+) = (\d+),?$/gm)].map(([, name, value]) => [
      name,
      Number(value),
    ]);
    const ofCore = found.filter(([, value]) => Number(value) <= layout.NO_SPACE);
    expect(ofCore.map(([, value]) => value)).toEqual(
      Array.from({ length: layout.NO_SPACE + 1 }, (_, i) => i),
    );
    for (const [name, value] of ofCore) expect(constants[name], String(name)).toBe(value);
    expect(new Set(found.map(([, value]) => value)).size).toBe(found.length);
  });

  it("has the flags of a run and the schedules as the core takes them", () => {
    const text = read("spikelet.h");
    const value = (name: string): number =>
      Number(text.match(new RegExp(`#define SPIKELET_${name} (\\w+?)u`))![1]);
    expect([value("FROM_REST"), value("RECORD")]).toEqual([layout.RUN_RESET, layout.RUN_RECORD]);
    expect([value("BY_STEP"), value("BY_WINDOW")]).toEqual([layout.SCHEDULE_STEP, layout.SCHEDULE_WINDOW]);
  });
});
