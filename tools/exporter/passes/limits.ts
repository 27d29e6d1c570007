/** What a blob has room for (docs/FORMAT.md), asked before anything is calibrated or quantised. */
import { MAX_NEURONS, MAX_OPERATIONS } from "../../../assembly/layout.js";
import { InputError } from "../errors.js";
import type { Model } from "../model.js";
import { quoted } from "../text.js";

/** @throws InputError naming the layer and the limit, not the file */
export function checkLimits({ inputs, layers }: Model): void {
  if (inputs > MAX_NEURONS) {
    throw new InputError(`found ${inputs} inputs, expected at most ${MAX_NEURONS}; make the input smaller`);
  }
  const wide = layers.find(({ neurons }) => neurons > MAX_NEURONS);
  if (wide !== undefined) {
    throw new InputError(
      `layer ${quoted(wide.name)}: found ${wide.neurons} neurons, expected at most ${MAX_NEURONS}; make it smaller, or split it`,
    );
  }
  let operations = 0;
  for (const { name, connections } of layers) {
    operations += connections.length + 1;
    if (operations <= MAX_OPERATIONS) continue;
    throw new InputError(
      `layer ${quoted(name)}: found more than ${MAX_OPERATIONS} operations up to here in a net of ${layers.length} layers, expected at most ${MAX_OPERATIONS}: one a layer and one a connection into it; leave layers out`,
    );
  }
}
