// deno-lint-ignore-file no-console
/**
 * Makes the npm package in dist/npm, ready for `npm pack` and `npm publish`. `--out FOLDER` makes it elsewhere.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildStamp } from "./compile/bundle_program.ts";
import { makePackage } from "./npm/make_package.ts";

const at = Deno.args.indexOf("--out");
const folder = at < 0
  ? fileURLToPath(new URL("../dist/npm", import.meta.url))
  : resolve(Deno.args[at + 1] ?? "dist/npm");

await Deno.remove(folder, { recursive: true }).catch(() => {});
await makePackage(folder, await buildStamp());
console.log(`The package is in ${folder}: npm pack ${folder}`);
