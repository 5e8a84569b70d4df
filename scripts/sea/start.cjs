// Starts the program that is one file with Node, and each of its threads. The modules are assets of that file:
// https://nodejs.org/api/single-executable-applications.html
"use strict";

const { createRequire, registerHooks } = require("node:module");
const { getAsset } = require("node:sea");
const { workerData } = require("node:worker_threads");

const SCHEME = "sea:///";
/** The one module that is no asset. What starts such a file may import nothing but Node's own modules, and this may. */
const IMPORTER = `${SCHEME}importer.js`;

registerHooks({
  resolve(specifier, context, next) {
    const base = context.parentURL?.startsWith(SCHEME) ? context.parentURL : undefined;
    const isAsset = specifier.startsWith(SCHEME) ||
      (base !== undefined && /^\.\.?\//.test(specifier));
    return isAsset
      ? { url: new URL(specifier, base).href, format: "module", shortCircuit: true }
      : next(specifier, context);
  },
  load(url, context, next) {
    if (!url.startsWith(SCHEME)) return next(url, context);
    const source = url === IMPORTER
      ? "export const start = (module) => import(module);"
      : getAsset(url.slice(SCHEME.length), "utf8");
    return { format: "module", source, shortCircuit: true };
  },
});

// What ends without an exit code has not ended as it should: Node would call it a success.
if (workerData?.start === undefined) process.exitCode = 70;
createRequire(process.execPath)(IMPORTER).start(workerData?.start ?? `${SCHEME}main.js`);
