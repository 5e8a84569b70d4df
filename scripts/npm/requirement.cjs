// What the package asks of the Node that runs it. Written for any Node, so that an old one can say that it is too old.
"use strict";

/** What is missing, in one sentence; undefined if nothing is. */
exports.missing = function missing() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < 24 || (major === 24 && minor < 10)) {
    return `aludel needs Node 24.10 or newer, and this is Node ${process.versions.node}: https://nodejs.org`;
  }
  if (!require("node:module").isBuiltin("node:sqlite")) {
    return "aludel needs node:sqlite, and this Node has none: it was built with --without-sqlite, or NODE_OPTIONS has --no-experimental-sqlite";
  }
  return undefined;
};
