/** The path records: one a synapse operation that learns, or through which a source hears. */
import type { Path } from "../../program.js";
import type { Net } from "./net.js";
import type { Choice } from "./options.js";
import { isAnalogue, sourceOf } from "./source.js";
import type { Units } from "./units.js";
import type { Wire } from "./wiring.js";

export function pathOf(net: Net, wire: Wire, units: Units, choice: Choice): Path {
  const { operation, learns, returns } = wire;
  const gain = units.gains.get(operation) ?? { mantissa: 0, exponent: 0 };
  const source = sourceOf(net, net.nodes[wire.to], choice.schedules.includes("step"));
  const analogue = learns && isAnalogue(wire);
  return {
    synapse: operation,
    learns,
    returns,
    gain: gain.mantissa,
    gainExponent: gain.exponent,
    traceFactor: analogue ? source.factor : 1,
    traceShift: analogue ? source.shift : 0,
    residuals: !learns || choice.residuals,
    update: learns ? choice.update : { kind: "plain" },
    pullShift: learns ? choice.pull : 0,
  };
}
