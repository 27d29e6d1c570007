/**
 * Optimises a compiled core once more, for size, until it stops getting smaller. asc keeps helpers that have one caller apart;
 * another round of Binaryen puts them in their place (two percent), and constants that repeat go into locals (one percent).
 */
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "assemblyscript/binaryen";

const [file, features = "MVP"] = process.argv.slice(2);
binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(2);
binaryen.setAlwaysInlineMaxSize(0);

/** The core after a pass over it. */
function pass(core, work) {
  const module = binaryen.readBinary(core);
  module.setFeatures(features.split(",").reduce((all, name) => all | binaryen.Features[name], 0));
  work(module);
  const result = module.emitBinary();
  module.dispose();
  return result;
}

let best = readFileSync(file);
for (;;) {
  const smaller = pass(best, (module) => module.optimize());
  if (smaller.length >= best.length) break;
  best = smaller;
}
const hoisted = pass(best, (module) => module.runPasses(["const-hoisting"]));
writeFileSync(file, hoisted.length < best.length ? hoisted : best);
