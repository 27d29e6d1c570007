import { it, expect } from "vitest";
import { load } from "../host/node/index.js";
import { randomProgram, randomInput } from "./random-program.js";
import { assemble, instance, CoreNetwork } from "./core.js";
import * as L from "../assembly/layout.js";
it("smoke", async () => {
  for (let seed = 0; seed < 200; seed++) {
    const program = randomProgram(seed);
    const blob = assemble(instance("simd"), program);
    const net = await load(blob);
    const { input, steps, hold } = randomInput(program, seed);
    const core = new CoreNetwork(instance("simd"), program, blob);
    const flags = L.RUN_RESET | (hold ? L.RUN_HOLD : 0) | (program.learning ? L.RUN_RECORD : 0);
    expect(core.run(input, steps, flags)).toBe(0);
    const a = "frames" in input ? net.run(input.frames, { steps, hold, outputs: true }) : net.run(input, { steps, outputs: true });
    expect(core.decode().scores).toEqual(a.scores);
  }
});
