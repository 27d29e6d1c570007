/**
 * Optimises a compiled core once more, for size, until it stops getting smaller. asc keeps helpers that have one caller apart;
 * another round of Binaryen puts them in their place (two percent), and constants that repeat go into locals (one percent).
 */
import { readFileSync, writeFileSync } from "node:fs";
import binaryen from "assemblyscript/binaryen";

/** Loops that stay functions of their own, for what comes as an argument V8 does not work out anew in every turn. */
const APART = [
  "*population/fire*",
  "*back-simd/sixteens*",
  "*signal/carryAll*",
  "*plain/logAll*",
  "*rows/emitAll*",
];

const [file, features = "MVP"] = process.argv.slice(2);
binaryen.setOptimizeLevel(2);
binaryen.setShrinkLevel(2);
binaryen.setAlwaysInlineMaxSize(0);

/** The core after a pass over it; `names` says whether functions keep theirs. */
function pass(core, names, work) {
  const module = binaryen.readBinary(core);
  module.setFeatures(features.split(",").reduce((all, name) => all | binaryen.Features[name], 0));
  work(module);
  binaryen.setDebugInfo(names);
  const result = module.emitBinary();
  module.dispose();
  return result;
}

function optimise(module) {
  for (const name of APART) {
    binaryen.setPassArgument("no-inline", name);
    module.runPasses(["no-inline"]);
  }
  binaryen.setPassArgument("no-inline", null);
  module.optimize();
}

let best = readFileSync(file);
for (;;) {
  const smaller = pass(best, true, optimise);
  if (smaller.length >= best.length) break;
  best = smaller;
}
const stripped = pass(best, false, (module) => module.runPasses(["strip-debug"]));
const hoisted = pass(best, false, (module) => module.runPasses(["const-hoisting", "strip-debug"]));
writeFileSync(file, hoisted.length < stripped.length ? hoisted : stripped);
