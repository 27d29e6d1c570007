/** The rules and paths by which a blob learns: numbers and networks that are refused, and those at the edge that are not. */
import { describe, expect, it } from "vitest";
import * as L from "../assembly/layout.js";
import type { Learning, Path, Population, Program, Rule, Synapses } from "../tools/exporter/program.js";
import { writeBlob } from "../tools/exporter/writers/blob.js";
import { changed, sectionOf, viewOf } from "./attack.js";
import { setField } from "./blob-fields.js";
import { loadAsItIs, pairingProgram, RICH, richProgram, spikingProgram, weights } from "./blob-support.js";
import { assemble, BLOB, builds, instance, measure, room } from "./core.js";
import { BELOW, FEEDBACK, plainAnalogue, plainProgram, READOUT, SPIKING } from "./plain-program.js";

type Case = [name: string, at: number, bytes: 1 | 2 | 4, refused: number[], taken?: number[]];

/** Where the records of a blob's learning section are. */
function recordsOf(blob: Uint8Array) {
  const view = viewOf(blob);
  const learning = sectionOf(view, L.SECTION_LEARNING);
  const rule = (r: number) => learning + L.LEARNING_BYTES + r * L.RULE_BYTES;
  const paths = rule(view.getUint16(learning + L.LEARNING_RULES, true));
  return { learning, rule, path: (p: number) => paths + p * L.PATH_BYTES };
}

/** The largest exponent of a gain; its negative is 256 − FAR as a byte. */
const FAR = L.MAX_GAIN_EXPONENT;

/** Bytes above a limit, if there are any. */
const beyond = (most: number): number[] => [most + 1, 255].filter((byte) => byte > most && byte < 256);

const u32 = (blob: Uint8Array, at: number) => viewOf(blob).getUint32(at, true);

describe.each(builds)("the %s build", (build) => {
  /** Each of the first values is refused for its learning, each of the others is measured as any blob. */
  function judge(blob: Uint8Array, cases: Case[]): void {
    const core = instance(build);
    for (const [name, at, bytes, refused, taken = []] of cases) {
      for (const value of refused) {
        const bent = changed(blob, (_, copy) => setField(copy, { at, bytes }, value));
        expect(loadAsItIs(build, bent), `${name} ${value}`).toBe("BAD_LEARNING");
      }
      for (const value of taken) {
        const bent = changed(blob, (_, copy) => setField(copy, { at, bytes }, value));
        expect(measure(core, bent), `${name} ${value}`).toBeGreaterThan(0);
      }
    }
  }

  /** Programs that are refused, or, where it is said, taken. */
  function judgePrograms(programs: [name: string, program: Program, taken?: boolean][]): void {
    for (const [name, program, taken = false] of programs) {
      const needs = measure(instance(build), writeBlob(program, 0));
      if (taken) expect(needs, name).toBeGreaterThan(0);
      else expect(-needs, name).toBe(L.BAD_LEARNING);
    }
  }

  it("refuses a learning header with a loss, a count or a target that is not there", () => {
    const plain = assemble(instance(build), plainProgram());
    const { learning } = recordsOf(plain);
    judge(plain, [
      ["loss", learning, 2, [0, 3, 4, 5, 6, 7, 65535], [2]],
      ["schedules", learning + L.LEARNING_SCHEDULES, 2, [0, 4, 65535], [1, 2]],
      ["rules", learning + L.LEARNING_RULES, 2, [0, 1, 3, 255, 256, 65535]],
      ["paths", learning + L.LEARNING_PATHS, 2, [0, 1, 3, 255, 256, 65535]],
      ["logit factor", learning + L.LEARNING_LOGIT, 4, [0, 2 ** 20 + 1, 2 ** 32 - 1], [1, 2 ** 20]],
      ["logit shift", learning + L.LEARNING_LOGIT_SHIFT, 1, [41, 64, 255], [0, 40]],
      ["when, with the schedule step", learning + L.LEARNING_WHEN, 1, [1, 2, 3, 4, 255]],
      ["flags", learning + L.LEARNING_FLAGS, 2, [2, 3, 4, 32768, 65535], [1]],
      ["seed", learning + L.LEARNING_SEED, 4, [], [0, 2 ** 32 - 1]],
      ["target of the right class", learning + L.LEARNING_ON, 2, [1, 65535]],
      ["target of the others", learning + L.LEARNING_OFF, 2, [1, 65535]],
      ["time shift", learning + L.LEARNING_TIME_SHIFT, 1, [1, 30, 255]],
      ["zero", learning + L.LEARNING_ZERO, 1, [1]],
      ["last zero", learning + L.LEARNING_BYTES - 1, 1, [1, 128]],
    ]);
    const window = assemble(instance(build), plainProgram({ learning: only("window", {}) }));
    const at = recordsOf(window).learning;
    judge(window, [["when", at + L.LEARNING_WHEN, 1, [4, 255], [1, 2, 3]]]);
    const rows = assemble(instance(build), plainProgram({ learning: only("window", { targets: true }) }));
    judge(rows, [["when, with rows of targets", recordsOf(rows).learning + L.LEARNING_WHEN, 1, [1, 2, 3]]]);
  });

  it("refuses losses that the last population cannot have, and fields that are not its loss's", () => {
    const square = { of: "count", kind: "mean-square" } as const;
    const blob = assemble(instance(build), spikingProgram(square, { on: 7, off: -3 }));
    const { learning, rule } = recordsOf(blob);
    judge(blob, [
      ["loss", learning, 2, [0, 1, 2, 3, 5, 7], [6]],
      ["schedules", learning + L.LEARNING_SCHEDULES, 2, [1, 3]],
      ["when", learning + L.LEARNING_WHEN, 1, [1, 2, 3]],
      ["flags", learning + L.LEARNING_FLAGS, 2, [1, 2, 3, 4]],
      ["targets", learning + L.LEARNING_ON, 2, [], [0, 32767, 32768]],
      ["time shift", learning + L.LEARNING_TIME_SHIFT, 1, [1]],
      ["signal of the last", rule(0) + L.RULE_SIGNAL, 1, [0, 2, 3, 4, 5, 6, 7]],
      ["regulariser of the last", rule(0) + L.RULE_REGULARISE, 2, [1, 2, 4, 8, 16]],
      ["shape of the last", rule(0) + L.RULE_SHAPE, 1, [0, 6], [1]],
    ]);
    const inverted = { of: "time", kind: "cross-entropy", inverted: true, timeShift: 30 } as const;
    const times = assemble(instance(build), spikingProgram(inverted));
    const at = recordsOf(times).learning;
    judge(times, [
      ["loss", at, 2, [1, 2, 3, 4, 6]],
      ["when", at + L.LEARNING_WHEN, 1, [0, 2, 3]],
      ["flags", at + L.LEARNING_FLAGS, 2, [1, 2]],
      ["target", at + L.LEARNING_ON, 2, [1]],
      ["time shift", at + L.LEARNING_TIME_SHIFT, 1, [31, 255], [0, 30]],
    ]);
    const relative = { of: "time", kind: "mean-square", relative: true } as const;
    const latest = assemble(instance(build), spikingProgram(relative));
    judge(latest, [
      ["flags", recordsOf(latest).learning + L.LEARNING_FLAGS, 2, [1, 3, 4], [0, 2]],
      ["when", recordsOf(latest).learning + L.LEARNING_WHEN, 1, [1]],
    ]);
    const back = spikingProgram(square);
    const echo: Synapses = { ...weights(READOUT + 2, 3, 3), adds: true };
    const returning = (returns: Path["returns"]): Program => ({
      ...back,
      operations: [...back.operations.slice(0, READOUT), echo, back.operations[READOUT]],
      learning: {
        ...back.learning!,
        rules: [{ ...back.learning!.rules[0], population: READOUT + 1 }, back.learning!.rules[1]],
        paths: [
          ...back.learning!.paths,
          {
            ...back.learning!.paths[0],
            synapse: READOUT,
            returns,
            gain: returns === "nothing" ? 0 : L.GAIN_ONE,
          },
        ],
      },
    });
    const pairs = spikingProgram(square);
    const [last, below] = pairs.learning!.rules;
    const stdp = { plus: 1, minus: 1, comes: 1, been: 1 };
    const rules: Rule[] = [{ ...last, signal: "stdp", surrogate: null, stdp }, below];
    const paths = pairs.learning!.paths.map(silent);
    judgePrograms([
      ["what returns from pairs", { ...pairs, learning: { ...pairs.learning!, rules } }],
      ["the last by pairs", { ...pairs, learning: { ...pairs.learning!, rules, paths } }, true],
      ["a path to the last itself", returning("nothing"), true],
      ["a path that returns to the last", returning("carried")],
      ["fewer classes than outputs", { ...pairs, code: "population", classes: 1 }],
    ]);
  });

  it("refuses rules that would overflow, that are not there or that this version does not know", () => {
    const plain = assemble(instance(build), plainProgram());
    const { rule } = recordsOf(plain);
    const [readout, below] = [rule(0), rule(1)];
    const surrogate = u32(plain, below + L.RULE_SURROGATE);
    const operations = sectionOf(viewOf(plain), L.SECTION_OPERATIONS);
    const bias = u32(plain, operations + SPIKING * L.OPERATION_BYTES + L.POPULATION_BIAS);
    judge(plain, [
      ["no such operation", below, 2, [0, 2, 3]],
      ["readout elsewhere", readout, 2, [0, 1, 2]],
      ["signal, without a gain", below + L.RULE_SIGNAL, 1, [1, 2, 3, 4, 5, 6, 7, 255]],
      ["signal of the readout", readout + L.RULE_SIGNAL, 1, [0, 2, 3, 4, 5, 7, 255]],
      ["shape", below + L.RULE_SHAPE, 1, [0, 2, 3, 4, 5, 6, 255]],
      ["shape of a readout", readout + L.RULE_SHAPE, 1, [1, 5]],
      ["flags", below + L.RULE_FLAGS, 2, [1, 3, 4, 65535], [0]],
      ["clip", below + L.RULE_CLIP, 1, beyond(L.MAX_CLIP), [0, 1, L.MAX_CLIP]],
      ["clip of a readout", readout + L.RULE_CLIP, 1, [1, 8, 60]],
      ["rate", below + L.RULE_RATE, 2, [1024, 65535], [0, 1023]],
      ["rate shift", below + L.RULE_RATE_SHIFT, 1, beyond(L.MAX_RATE_SHIFT), [0, L.MAX_RATE_SHIFT]],
      ["trace view", below + L.RULE_TRACE_VIEW, 1, [31, 255], [0, 30]],
      ["step rate", below + L.RULE_STEP_RATE, 2, [1024, 65535], [0, 1023]],
      ["step rate shift", below + L.RULE_STEP_RATE_SHIFT, 1, beyond(L.MAX_RATE_SHIFT), [0, L.MAX_RATE_SHIFT]],
      [
        "surrogate",
        below + L.RULE_SURROGATE,
        4,
        [0, 64, surrogate + 8, surrogate + 16, surrogate - 16, 2 ** 32 - 16, 2 ** 32 - 128],
      ],
      ["surrogate of a readout", readout + L.RULE_SURROGATE, 4, [surrogate, 16]],
      ["coupling", below + L.RULE_COUPLING, 4, [16, surrogate]],
      ["seed without feedback", below + L.RULE_SEED, 4, [1, 2 ** 31]],
      ["gain without feedback", below + L.RULE_GAIN, 2, [1]],
      ["gain exponent without feedback", below + L.RULE_GAIN_EXPONENT, 1, [1, FAR, 255]],
      ["near shift of 16 bits", below + L.RULE_NEAR_SHIFT, 1, [1, 15, 16]],
      ["near shift of a readout", readout + L.RULE_NEAR_SHIFT, 1, [1]],
      ["bias scale", below + L.RULE_BIAS_SCALE, 2, [0], [1, 65535]],
      ["regulariser", below + L.RULE_REGULARISE, 2, [32, 65535], [1, 2, 4, 8, 16, 31]],
      ["regulariser of a readout", readout + L.RULE_REGULARISE, 2, [1, 16]],
      ...[readout, below].flatMap((at): Case[] => [
        ["lower bound without regulariser", at + L.RULE_LOWER, 2, [1]],
        ["target rate without regulariser", at + L.RULE_TARGET_RATE, 2, [1]],
        ["upper bound without regulariser", at + L.RULE_UPPER, 2, [1]],
        ["shift without regulariser", at + L.RULE_REGULARISE_SHIFT, 1, [1]],
        ["exponent without regulariser", at + L.RULE_REGULARISE_EXPONENT, 1, [1, 255]],
        ["strength without regulariser", at + L.RULE_STRENGTH, 4, [1]],
        ["stdp", at + L.RULE_STDP_PLUS, 2, [1]],
        ["stdp", at + L.RULE_STDP_MINUS, 2, [1]],
        ["stdp", at + L.RULE_STDP_COMES, 2, [1]],
        ["stdp", at + L.RULE_STDP_BEEN, 2, [1]],
        ["zero at 7", at + 7, 1, [1, 255]],
        ["zero at 15", at + 15, 1, [1, 255]],
        ["zero", at + L.RULE_ZERO, 4, [1]],
        ["last zero", at + L.RULE_BYTES - 4, 4, [2 ** 24]],
      ]),
      ["width", surrogate, 4, [430, 2 ** 31, 2 ** 32 - 1], [0, 429]],
      ["factor", surrogate + 64, 4, [10_737_419, 2 ** 32 - 1], [0]],
      ["width in the padding", surrogate + 28, 4, [1]],
      ["bias that learns", bias, 4, [2 ** 21 + 1, 2 ** 32 - 2 ** 21 - 1], [2 ** 21, 2 ** 32 - 2 ** 21]],
    ]);
  });

  it("refuses a rule of an operation that is not there without a look at what lies there", () => {
    const plain = assemble(instance(build), plainProgram());
    const { rule } = recordsOf(plain);
    for (const at of [rule(0), rule(1)]) {
      for (const index of [4, 5, 17, 1000, 65535]) {
        const blob = changed(plain, (view) => view.setUint16(at, index, true));
        const core = instance(build);
        room(core, BLOB + blob.length);
        const end = core.memory.buffer.byteLength - blob.length;
        new Uint8Array(core.memory.buffer).set(blob, end);
        expect(core.measure(end, blob.length), `operation ${index}`).toBe(-L.BAD_LEARNING);
      }
    }
  });

  it("refuses a leaky readout that would learn by pairs of spikes", () => {
    const plain = assemble(instance(build), plainProgram({ learning: only("window", {}) }));
    judge(plain, [["signal", recordsOf(plain).rule(0) + L.RULE_SIGNAL, 1, [6]]]);
    const [, down] = only("window", {}).paths;
    const alone = assemble(
      instance(build),
      plainProgram({
        learning: only("window", { rules: only("window", {}).rules.slice(0, 1), paths: [silent(down)] }),
      }),
    );
    judge(alone, [["signal", recordsOf(alone).rule(0) + L.RULE_SIGNAL, 1, [6]]]);
  });

  it("refuses paths that lead nowhere, return what nobody hears or update in ways that it does not know", () => {
    const plain = assemble(instance(build), plainProgram());
    const [below, down] = [0, 1].map(recordsOf(plain).path);
    const { PATH_LEARNS: LEARNS, PATH_PRESENT: PRESENT, PATH_CARRIED: CARRIED, PATH_BARE: BARE } = L;
    judge(plain, [
      ["synapse", below, 2, [1, 2, 3, 4, 5, 17, 65535]],
      ["synapse", down, 2, [0, 1, 3, 4, 17, 65535]],
      [
        "flags",
        below + L.PATH_FLAGS,
        2,
        [16, 32768, LEARNS | PRESENT, LEARNS | CARRIED, BARE],
        [0, LEARNS | BARE],
      ],
      [
        "flags",
        down + L.PATH_FLAGS,
        2,
        [16, LEARNS, LEARNS | CARRIED, LEARNS | PRESENT | CARRIED, PRESENT | BARE],
        [PRESENT, LEARNS | PRESENT | BARE],
      ],
      ["gain of what does not return", below + L.PATH_GAIN, 2, [1, 32768, 65535]],
      ["gain exponent of what does not return", below + L.PATH_GAIN_EXPONENT, 1, [1, 255]],
      ["gain", down + L.PATH_GAIN, 2, [0, 32769, 65535], [1, 32768]],
      [
        "gain exponent",
        down + L.PATH_GAIN_EXPONENT,
        1,
        [FAR + 1, 127, 128, 255 - FAR],
        [0, FAR, 256 - FAR, 255],
      ],
      ["trace shift of spikes", below + L.PATH_TRACE_SHIFT, 1, [1, 46]],
      ["trace factor of spikes", below + L.PATH_TRACE, 2, [0, 2, 65535]],
      ["update in the schedule step", below + L.PATH_UPDATE, 1, [1, 2, 3, 255]],
      ["pull", below + L.PATH_PULL, 1, [25, 255], [1, 24]],
      ["kept of a plain update", below + L.PATH_KEPT, 2, [1]],
      ["zero", below + L.PATH_ZERO, 2, [1]],
      ["last zero", down + L.PATH_BYTES - 4, 4, [2 ** 24]],
    ]);
    const still = only("window", {});
    still.paths[0] = { ...still.paths[0], learns: false };
    const fixed = assemble(instance(build), plainProgram({ learning: still }));
    const path = recordsOf(fixed).path(0);
    judge(fixed, [
      ["update of what does not learn", path + L.PATH_UPDATE, 1, [1, 2]],
      ["pull of what does not learn", path + L.PATH_PULL, 1, [1]],
      ["no residuals of what does not learn", path + L.PATH_FLAGS, 2, [BARE]],
    ]);
    const analogue = assemble(instance(build), plainAnalogue());
    const frames = recordsOf(analogue).path(0);
    judge(analogue, [
      ["trace shift", frames + L.PATH_TRACE_SHIFT, 1, [47, 255], [0, 46]],
      ["trace factor in the schedule step", frames + L.PATH_TRACE, 2, [0, 2, 65535]],
    ]);
    const { learning } = plainAnalogue();
    const slow = assemble(
      instance(build),
      plainAnalogue({ learning: { ...learning!, schedules: ["window"] } }),
    );
    judge(slow, [["trace factor", recordsOf(slow).path(0) + L.PATH_TRACE, 2, [0], [1, 65535]]]);
  });

  it("takes feedback of every kind, and of a reward outside of the schedule step alone", () => {
    const [loss, below] = plainProgram().learning!.rules;
    const heard: Rule = { ...below, signal: "random", gain: 1, gainExponent: -64, feedbackSeed: 2 ** 32 - 1 };
    for (const [schedule, refused, taken] of [
      ["window", [1, 6], [2, 3, 4, 5]],
      ["step", [1, 5, 6], [2, 3, 4]],
    ] as const) {
      const blob = assemble(
        instance(build),
        plainProgram({ learning: only(schedule, { rules: [loss, heard] }) }),
      );
      const hidden = recordsOf(blob).rule(1);
      judge(blob, [
        ["signal", hidden + L.RULE_SIGNAL, 1, [0, ...refused], [...taken]],
        ["filtered", hidden + L.RULE_FLAGS, 2, [4], [1, 3]],
      ]);
    }
  });

  it("refuses what goes beyond adaptation, currents, feedback, recurrence and pairs", () => {
    const rich = assemble(instance(build), richProgram());
    const { learning, rule, path } = recordsOf(rich);
    const hidden = rule(1);
    const surrogate = u32(rich, hidden + L.RULE_SURROGATE);
    const coupling = u32(rich, hidden + L.RULE_COUPLING);
    judge(rich, [
      ["schedules", learning + L.LEARNING_SCHEDULES, 2, [1, 3]],
      ["signal, with rows of targets", hidden + L.RULE_SIGNAL, 1, [3, 4]],
      ["filtered", hidden + L.RULE_SIGNAL, 1, [0, 5, 6]],
      ["gain", hidden + L.RULE_GAIN, 2, [0, 32769, 65535], [1, 32768]],
      ["gain exponent", hidden + L.RULE_GAIN_EXPONENT, 1, [FAR + 1, 128, 255 - FAR], [0, FAR, 256 - FAR]],
      [
        "regulariser exponent",
        hidden + L.RULE_REGULARISE_EXPONENT,
        1,
        [FAR + 1, 128, 255 - FAR],
        [0, FAR, 256 - FAR],
      ],
      ["near shift", hidden + L.RULE_NEAR_SHIFT, 1, [16, 255], [0, 15]],
      ["clip", hidden + L.RULE_CLIP, 1, beyond(L.MAX_CLIP), [0, 1, L.MAX_CLIP]],
      ["regulariser", hidden + L.RULE_REGULARISE, 2, [0, 32]],
      ["bounds", hidden + L.RULE_LOWER, 4, [], [0, 2 ** 32 - 1]],
      ["regulariser shift", hidden + L.RULE_REGULARISE_SHIFT, 1, [31, 255], [0, 30]],
      ["strength", hidden + L.RULE_STRENGTH, 4, [2 ** 30, 2 ** 31, 2 ** 32 - 1], [0, 2 ** 30 - 1]],
      [
        "coupling",
        hidden + L.RULE_COUPLING,
        4,
        [0, coupling + 8, coupling + 16, coupling - 16, 2 ** 32 - 64],
      ],
      ["a coupling", coupling, 4, [2 ** 20 + 1, 2 ** 31, 2 ** 32 - 1], [0, 2 ** 20]],
      ["a height", surrogate + 128, 4, [0, 32769, 2 ** 31], [1, 32768]],
      ["the last height", surrogate + 128 + 24, 4, [0, 32769]],
      ["shape", hidden + L.RULE_SHAPE, 1, [0, 6], [2, 3, 4, 5]],
      [
        "what recurrent synapses return",
        path(1) + L.PATH_FLAGS,
        2,
        [L.PATH_LEARNS, L.PATH_LEARNS | L.PATH_PRESENT],
      ],
      ["update", path(0) + L.PATH_UPDATE, 1, [0, 3, 255], [2]],
      ["kept", path(0) + L.PATH_KEPT, 2, [], [0, 65535]],
      ["pull", path(1) + L.PATH_PULL, 1, [25], [0, 24]],
    ]);
    const pairs = assemble(instance(build), pairingProgram());
    const paired = recordsOf(pairs).rule(1);
    judge(pairs, [
      ["schedules", recordsOf(pairs).learning + L.LEARNING_SCHEDULES, 2, [1, 3]],
      ["strengths and decays", paired + L.RULE_STDP_PLUS, 4, [], [0, 2 ** 32 - 1]],
      ["decays", paired + L.RULE_STDP_COMES, 4, [], [0, 2 ** 32 - 1]],
      ["shape of pairs", paired + L.RULE_SHAPE, 1, [1]],
      ["surrogate of pairs", paired + L.RULE_SURROGATE, 4, [16, u32(pairs, paired + L.RULE_SURROGATE) + 64]],
      ["coupling of pairs", paired + L.RULE_COUPLING, 4, [16]],
      ["regulariser of pairs", paired + L.RULE_REGULARISE, 2, [1]],
      ["clip of pairs", paired + L.RULE_CLIP, 1, [8]],
      ["near shift of pairs", paired + L.RULE_NEAR_SHIFT, 1, [1]],
      ["what returns to pairs", recordsOf(pairs).path(1) + L.PATH_FLAGS, 2, [3, 5]],
    ]);
  });

  it("refuses networks in which a rule has no place", () => {
    const hidden = plainProgram().operations[SPIKING] as Population;
    const { learning } = plainProgram();
    const rich = richProgram();
    const [loss, random] = rich.learning!.rules;
    const changedRich = (changes: Partial<Learning>, population: Partial<Population> = {}): Program => ({
      ...rich,
      learning: { ...rich.learning!, ...changes },
      operations: rich.operations.map((op, i) =>
        i === RICH.readout ? { ...(op as Population), ...population } : op,
      ),
    });
    const mute = rich.learning!.paths.map(silent);
    const slow = { decay: new Uint16Array(3).fill(1), fine: 0 };
    const adapted = { decay: new Uint16Array(7), strength: new Uint16Array(7) };
    judgePrograms([
      ["values that overflow", plainAnalogue({ inputRange: 32767, maxSteps: 17 })],
      ["values that just do not", plainAnalogue({ inputRange: 32767, maxSteps: 16 }), true],
      ["two decays in the schedule step", other({ ...hidden, decay: Uint16Array.of(1, 2, 2, 2, 2, 2, 2) })],
      ["a reset to zero in the schedule step", other({ ...hidden, reset: "zero" })],
      ["a reset of the step in the schedule step", other({ ...hidden, reset: "zero-step" })],
      ["wide membranes below", other({ ...hidden, bits: 32 }), true],
      ["adaptation in the schedule step", other({ ...hidden, adaptation: adapted })],
      [
        "a current in the schedule step",
        other({ ...hidden, current: { ...slow, decay: new Uint16Array(7) } }),
      ],
      ["no bias that could learn", other({ ...hidden, bias: null })],
      ["a current of the readout", changedRich({}, { current: slow })],
      ["257 classes", manyClasses(257)],
      ["256 classes", manyClasses(256), true],
      ["a path into a population without a rule", changedRich({ rules: [loss], paths: mute })],
      ["paths and rules that agree", changedRich({ rules: [loss], paths: mute.slice(2) }), true],
      [
        "a path back to a population without a rule",
        changedRich({ rules: [loss], paths: rich.learning!.paths.slice(2) }),
      ],
      ["paths out of order", changedRich({ paths: [1, 0, 2].map((p) => rich.learning!.paths[p]) })],
      ["a path twice", changedRich({ paths: [0, 1, 1, 2].map((p) => rich.learning!.paths[p]) })],
      ["rules out of order", changedRich({ rules: [random, loss] })],
      ["a rule twice", changedRich({ rules: [loss, random, random] })],
      ["no rule of the last", changedRich({ rules: [random] })],
      ["a rule without paths", changedRich({ paths: mute.slice(2) }), true],
      ["no paths at all", changedRich({ paths: [] })],
      [
        "loss for a signal below",
        changedRich({ rules: [loss, { ...random, signal: "loss", filtered: false }] }),
      ],
      [
        "a reward in the schedule step",
        plainProgram({
          learning: {
            ...learning!,
            rules: [learning!.rules[0], { ...learning!.rules[1], signal: "reward" }],
          },
        }),
      ],
    ]);
  });
});

/** A path that returns nothing. */
function silent(path: Path): Path {
  return { ...path, returns: "nothing", gain: 0, gainExponent: 0 };
}

/** The plain learning in one schedule. */
function only(schedule: "step" | "window", changes: Partial<Learning>): Learning {
  return { ...plainProgram().learning!, schedules: [schedule], ...changes };
}

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
  const down: Synapses = weights(SPIKING + 1, 7, classes);
  return plainProgram({
    classes,
    learning,
    operations: [operations[BELOW], operations[SPIKING], down, readout],
  });
}
