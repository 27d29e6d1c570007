/** What the core would refuse of a learning section, said by name before it is asked. */
import { InputError, UsageError } from "../../errors.js";
import { quoted } from "../../text.js";
import type { Net, Node } from "./net.js";
import type { Choice, LearnOptions } from "./options.js";
import { isAnalogue } from "./source.js";
import type { Wiring } from "./wiring.js";

/** `range · steps · UPDATE_LIMIT` stays below 2^30. */
const LARGEST_DRIVE = 2 ** 30 / 2047;

/** @throws InputError, UsageError naming layer or option */
export function refuse(net: Net, wiring: Wiring, choice: Choice, { through }: LearnOptions): void {
  const { nodes, input, maxSteps } = net;
  const analogue = wiring.wires.find((wire) => wire.learns && isAnalogue(wire));
  if (analogue && input.range * maxSteps >= LARGEST_DRIVE) {
    throw new InputError(
      `layer ${quoted(nodes[analogue.to].layer.name)}: found an analogue input of ±${input.range} over ${maxSteps} steps, expected range × steps below ${Math.floor(LARGEST_DRIVE)} where it learns; take a shorter --max-steps`,
    );
  }
  if (!choice.schedules.includes("step")) return;
  refuseOption(choice, through);
  for (const layer of wiring.learns) {
    const reason = unfollowed(nodes[layer]);
    if (!reason) continue;
    throw new InputError(
      `layer ${quoted(nodes[layer].layer.name)}: found ${reason}, which the schedule step cannot follow; learn by --schedules window, or leave the layer out`,
    );
  }
}

function refuseOption({ signal, recurrent, update }: Choice, through: LearnOptions["through"]): void {
  const found =
    signal === "stdp" || signal === "reward"
      ? `the signal ${signal}`
      : recurrent
        ? "recurrent connections that hand back what they carry"
        : signal === "spatial" && through === "carried"
          ? "a spatial signal that carries what comes after"
          : update.kind !== "plain"
            ? `updates by ${update.kind}`
            : null;
  if (found === null) return;
  throw new UsageError(
    `--schedules step: found ${found}, expected plain updates from the step's own error; learn by --schedules window`,
  );
}

/** What the traces of the schedule `step` have no means for. */
function unfollowed({ population, into }: Node): string | null {
  const { reset, decay, adaptation, current } = population;
  if (reset === "zero" || reset === "zero-step") return `the reset ${reset}`;
  if (adaptation) return "an adaptive threshold";
  if (current) return "a current of its own";
  if (decay?.some((b) => b !== decay[0])) return "neurons with different decays";
  return into.some(isAnalogue) && !into.every(isAnalogue) ? "both analogue input and spikes" : null;
}
