// deno-lint-ignore-file no-console
/**
 * Builds the standalone programs into dist/, with SHA256SUMS and LICENSES.txt.
 *
 * `deno task compile` builds for every platform, `deno task compile linux-x64 …` for some. Deno's runtime for compiled
 * programs is fetched for each; where that is not possible, `DENORT_BIN` names one, and only this machine's platform is
 * built. `--out FOLDER` writes elsewhere.
 */
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { RELEASE } from "../src/text/program.ts";
import { buildStamp, bundleProgram } from "./compile/bundle_program.ts";
import { compileBundle } from "./compile/compile_bundle.ts";
import { bundledLicenses, section } from "./compile/licenses.ts";
import { type Platform, PLATFORMS, programFile } from "./compile/platform.ts";

const ROOT = new URL("../", import.meta.url);

function fail(message: string): never {
  console.error(message);
  Deno.exit(1);
}

function choosePlatforms(names: readonly string[]): readonly Platform[] {
  if (names.length === 0) {
    return runtime === undefined
      ? PLATFORMS
      : PLATFORMS.filter(({ target }) => target === Deno.build.target);
  }
  return names.map((name) => {
    const known = PLATFORMS.map((platform) => platform.name).join(", ");
    return PLATFORMS.find((platform) => platform.name === name) ??
      fail(`"${name}" is no platform of these: ${known}`);
  });
}

async function sha256(path: string): Promise<string> {
  const hash = await crypto.subtle.digest("SHA-256", await Deno.readFile(path));
  return new Uint8Array(hash).toHex();
}

const runtime = Deno.env.get("DENORT_BIN") || undefined;
const args = [...Deno.args];
const at = args.indexOf("--out");
const out = at < 0
  ? fileURLToPath(new URL("dist", ROOT))
  : resolve(args.splice(at, 2)[1] ?? fail("--out needs a folder"));
const platforms = choosePlatforms(args);

const stamp = await buildStamp();
const folder = await Deno.makeTempDir({ prefix: "aludel-build-" });
const sums: string[] = [];
try {
  const bundle = await bundleProgram(folder, stamp);
  await Deno.mkdir(out, { recursive: true });
  for (const platform of platforms) {
    const file = programFile(platform);
    const result = await compileBundle(bundle, platform, `${out}/${file}`, runtime);
    if (!result.ok) {
      throw new Error(
        result.reason === "failed"
          ? result.message
          : `Deno's runtime for compiled programs on ${platform.name} is not here and could not be downloaded: name one in DENORT_BIN.`,
      );
    }
    sums.push(`${await sha256(`${out}/${file}`)}  ${file}`);
    const { size } = await Deno.stat(`${out}/${file}`);
    console.log(`${file}  ${(size / 1e6).toFixed(1)} MB`);
  }
} catch (error) {
  console.error(error instanceof Error ? error.message : String(error));
  Deno.exitCode = 1;
} finally {
  await Deno.remove(folder, { recursive: true });
}
if (Deno.exitCode !== 0) Deno.exit();
await Deno.writeTextFile(`${out}/SHA256SUMS`, sums.join("\n") + "\n");
const deno = section(
  "Deno",
  `https://github.com/denoland/deno/blob/v${Deno.version.deno}/LICENSE.md`,
);
await Deno.writeTextFile(`${out}/LICENSES.txt`, `${bundledLicenses()}\n${deno}`);
console.log(`SHA256SUMS  aludel ${RELEASE}, build ${stamp.text}`);
