/** The rules by which a blob learns: numbers and networks that are refused. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import type { Population, Program } from "../tools/exporter/program.js";
import { writeBlob } from "../tools/exporter/writers/blob.js";
import { changed, sectionOf, viewOf } from "./attack.js";
import { setField } from "./blob-fields.js";
import { loadAsItIs, weights } from "./blob-support.js";
import { assemble, builds, instance, measure } from "./core.js";
import { BELOW, FEEDBACK, plainAnalogue, plainProgram, READOUT, SPIKING } from "./plain-program.js";

describe.each(builds)("the %s build", (build) => {
  const plain = assemble(instance(build), plainProgram());

  it("refuses learning that would overflow, that is not there or that this version does not know", () => {
    const learning = sectionOf(viewOf(plain), L.SECTION_LEARNING);
    const [readout, below] = [0, 1].map((r) => learning + L.LEARNING_BYTES + r * L.RULE_BYTES);
    const surrogate = viewOf(plain).getUint32(below + L.RULE_SURROGATE, true);
    const bias = viewOf(plain).getUint32(
      sectionOf(viewOf(plain), L.SECTION_OPERATIONS) + SPIKING * L.OPERATION_BYTES + L.POPULATION_BIAS,
      true,
    );
    const cases: [name: string, at: number, bytes: 1 | 2 | 4, values: number[]][] = [
      ["loss", learning, 2, [0, 2, 65535]],
      ["schedules", learning + L.LEARNING_SCHEDULES, 2, [0, 4, 65535]],
      ["rules", learning + L.LEARNING_COUNT, 2, [0, 1, 3, 65535]],
      ["half word 6", learning + 6, 2, [1]],
      ["logit factor", learning + L.LEARNING_LOGIT, 4, [0, 2 ** 20 + 1, 2 ** 32 - 1]],
      ["logit shift", learning + L.LEARNING_LOGIT_SHIFT, 1, [41, 64, 255]],
      ["half word 14", learning + 14, 2, [256]],
      ["zero", learning + L.LEARNING_ZERO, 4, [1]],
      ["no such operation", below + L.RULE_SYNAPSE, 2, [1, 2, 3, 4, 5, 65535]],
      ["readout elsewhere", readout + L.RULE_SYNAPSE, 2, [0, 1, 3]],
      ["signal", below + L.RULE_SIGNAL, 2, [0, 1, 3]],
      ["flags", below + L.RULE_FLAGS, 2, [4, 65535]],
      ["error shift", below + L.RULE_ERROR_SHIFT, 1, [31, 32, 255]],
      ["signal shift", below + L.RULE_SIGNAL_SHIFT, 1, [31, 32, 255]],
      ["rate", below + L.RULE_RATE, 2, [1024, 65535]],
      ["rate shift", below + L.RULE_RATE_SHIFT, 1, [31, 255]],
      ["carry shift", below + L.RULE_CARRY_SHIFT, 1, [31, 255]],
      ["view shift", below + L.RULE_VIEW_SHIFT, 1, [31, 255]],
      ["trace shift", below + L.RULE_TRACE_SHIFT, 1, [31, 255]],
      [
        "surrogate",
        below + L.RULE_SURROGATE,
        4,
        [0, 64, surrogate + 8, surrogate + 16, 2 ** 32 - 16, 2 ** 32 - 128],
      ],
      ["surrogate of a readout", readout + L.RULE_SURROGATE, 4, [surrogate]],
      ["step rate", below + L.RULE_STEP_RATE, 2, [1024, 65535]],
      ["step rate shift", below + L.RULE_STEP_RATE_SHIFT, 1, [31, 255]],
      ["trace view", below + L.RULE_TRACE_VIEW, 1, [31, 255]],
      ["bias scale", below + L.RULE_BIAS_SCALE, 2, [0]],
      ["zero of a rule", below + L.RULE_ZERO, 2, [1]],
      ["last zero of a rule", below + L.RULE_BYTES - 4, 4, [1]],
      ["width", surrogate, 4, [430, 2 ** 31, 2 ** 32 - 1]],
      ["factor", surrogate + 64, 4, [10_737_419, 2 ** 32 - 1]],
      ["bias that learns", bias, 4, [2 ** 21 + 1, 2 ** 32 - 2 ** 21 - 1]],
    ];
    for (const [name, at, bytes, values] of cases) {
      for (const value of values) {
        const blob = changed(plain, (_, copy) => setField(copy, { at, bytes }, value));
        expect(loadAsItIs(build, blob), `${name} ${value}`).toBe("BAD_LEARNING");
      }
    }
    const hidden = plainProgram().operations[SPIKING] as Population;
    const wrong: [name: string, program: Program][] = [
      ["values that overflow", plainAnalogue({ inputRange: 32767, maxSteps: 17 })],
      ["two decays in the schedule step", other({ ...hidden, decay: Uint16Array.of(1, 2, 2, 2, 2, 2, 2) })],
      ["reset to zero in the schedule step", other({ ...hidden, reset: "zero" })],
      ["wide membranes below", other({ ...hidden, bits: 32 })],
      ["no bias that could learn", other({ ...hidden, bias: null })],
      ["257 classes", manyClasses(257)],
    ];
    for (const [name, program] of wrong) {
      expect(-measure(instance(build), writeBlob(program, 0)), name).toBe(L.BAD_LEARNING);
    }
    expect(measure(instance(build), writeBlob(manyClasses(256), 0))).toBeGreaterThan(0);
    expect(
      measure(instance(build), writeBlob(plainAnalogue({ inputRange: 32767, maxSteps: 16 }), 0)),
    ).toBeGreaterThan(0);
  });
});

/** The plain program with another spiking layer. */
function other(hidden: Population): Program {
  const { operations } = plainProgram();
  return plainProgram({ operations: [operations[BELOW], hidden, operations[FEEDBACK], operations[READOUT]] });
}

function manyClasses(classes: number): Program {
  const { operations, learning } = plainProgram();
  const readout: Population = {
    ...(operations[READOUT] as Population),
    ...{ neurons: classes, decay: null, bias: new Int32Array(classes) },
  };
  return plainProgram({
    ...{ classes, learning },
    operations: [operations[BELOW], operations[SPIKING], weights(SPIKING + 1, 7, classes), readout],
  });
}
