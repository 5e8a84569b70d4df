#!/usr/bin/env node
// The command `aludel` of the npm package. It runs in this process, so that its exit code and the signal that ends it
// are Node's own. Written for any Node, so that an old one can say that it is too old.
"use strict";

const [major, minor] = process.versions.node.split(".").map(Number);
if (major < 24 || (major === 24 && minor < 10)) {
  // deno-lint-ignore no-console -- this is a program
  console.error(
    `aludel needs Node 24.10 or newer, and this is Node ${process.versions.node}: https://nodejs.org`,
  );
  process.exitCode = 1;
} else if (!require("node:module").isBuiltin("node:sqlite")) {
  // deno-lint-ignore no-console -- as above
  console.error(
    "aludel needs node:sqlite, and this Node has none: it was built with --without-sqlite, or NODE_OPTIONS has --no-experimental-sqlite",
  );
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
