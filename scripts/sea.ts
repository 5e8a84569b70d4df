// deno-lint-ignore-file no-console
/**
 * Makes one file of Aludel and Node, dist/sea/aludel, for this machine's platform, and beside it the licences of all that
 * it contains.
 *
 * `deno task sea NODE` names the Node to take, 25.5 or newer; `node` unless it is given. `--out FILE` writes elsewhere.
 * docs/decisions/standalone-program.md tells how it differs from what `deno task compile` makes.
 */
import { dirname, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { buildStamp, bundleProgram } from "./compile/bundle_program.ts";
import { bundledLicenses, section } from "./compile/licenses.ts";

const args = [...Deno.args];
const at = args.indexOf("--out");
const windows = Deno.build.os === "windows";
const output = at < 0
  ? fileURLToPath(new URL(`../dist/sea/aludel${windows ? ".exe" : ""}`, import.meta.url))
  : resolve(args.splice(at, 2)[1] ?? "aludel");
const node = args[0] ?? "node";

const folder = await Deno.makeTempDir({ prefix: "aludel-build-" });
try {
  const bundle = await bundleProgram(`${folder}/app`, await buildStamp(), "node");
  await Deno.mkdir(dirname(output), { recursive: true });
  const start = `${folder}/start.cjs`;
  await Deno.copyFile(new URL("sea/start.cjs", import.meta.url), start);
  const modules = bundle.modules.map((name) => [name, `${bundle.folder}/${name}`]);
  await Deno.writeTextFile(
    `${folder}/sea.json`,
    JSON.stringify({
      main: start,
      mainFormat: "commonjs",
      output,
      disableExperimentalSEAWarning: true,
      // NODE_OPTIONS is for the user's own programs.
      execArgvExtension: "none",
      assets: Object.fromEntries([["start.cjs", start], ...modules]),
    }),
  );
  const { code, stderr } = await new Deno.Command(node, {
    args: ["--build-sea", `${folder}/sea.json`],
    stdout: "null",
  }).output();
  if (code !== 0) {
    throw new Error(`${new TextDecoder().decode(stderr)}\nIt takes Node 25.5 or newer`);
  }
  await Deno.writeTextFile(`${output}.LICENSES.txt`, `${bundledLicenses()}\n${nodeLicense(node)}`);
  const { size } = await Deno.stat(output);
  console.log(`${output}  ${(size / 1e6).toFixed(1)} MB`);
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  Deno.exitCode = 1;
} finally {
  await Deno.remove(folder, { recursive: true });
}

/** Node's licence lies beside its program, or above the folder of it. */
function nodeLicense(program: string): string {
  const { stdout } = new Deno.Command(program, {
    args: ["-p", "process.execPath + ' ' + process.version"],
  })
    .outputSync();
  const [path = "", version = ""] = new TextDecoder().decode(stdout).trim().split(/ (?=v[^ ]*$)/);
  for (const file of [resolve(path, "../LICENSE"), resolve(path, "../../LICENSE")]) {
    try {
      return section(`Node.js ${version}`, Deno.readTextFileSync(file));
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
  return section(`Node.js ${version}`, `https://github.com/nodejs/node/blob/${version}/LICENSE`);
}
