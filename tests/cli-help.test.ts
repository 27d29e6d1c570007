/** What the command line says to who does not know it yet. */
import { describe, expect, it } from "vitest";
import { spikelet } from "./cli-support.js";

describe("the command line", () => {
  it("without a command says so in one line, then helps, and ends with 2", async () => {
    const { code, out, err } = await spikelet();
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(
      /^spikelet: found no command, expected one of export, .*, simulate; .*\n\nUsage: spikelet /,
    );
  });

  it("asked for help on what is no command says what it found", async () => {
    const { code, out, err } = await spikelet("help", "bogus\u001b[31m");
    expect({ code, out }).toEqual({ code: 2, out: "" });
    expect(err).toMatch(
      /^spikelet: help: found no command "bogus\\u\{1b\}\[31m", expected one of export, [^\n]*\n$/,
    );
    expect(await spikelet("help", "export")).toMatchObject({ code: 0, err: "" });
    expect(await spikelet("help")).toMatchObject({ code: 0, err: "" });
  });
});
