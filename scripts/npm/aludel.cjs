#!/usr/bin/env node
// The command `aludel` of the npm package. It runs in this process, so that its exit code and the signal that ends it
// are Node's own. Written for any Node, as what it asks first.
"use strict";

const missing = require("./requirement.cjs").missing();
if (missing !== undefined) {
  // deno-lint-ignore no-console -- this is a program
  console.error(missing);
  process.exitCode = 1;
} else {
  // Node's SQLite is the one that Aludel is tested with; that its interface may change concerns Aludel alone.
  const { emitWarning } = process;
  process.emitWarning = (warning, ...rest) => {
    if (!/^SQLite is an experimental feature/.test(String(warning))) {
      Reflect.apply(emitWarning, process, [warning, ...rest]);
    }
  };
  // What ends without an exit code has not ended as it should: Node would call it a success.
  process.exitCode = 70;
  import("../main.js");
}
