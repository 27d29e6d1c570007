#!/usr/bin/env node
/** The command `spikelet`. */
import { main } from "./main.js";
import { ioOf } from "./streams.js";

process.exitCode = await main(
  process.argv.slice(2),
  ioOf(process, (code) => process.exit(code)),
);
