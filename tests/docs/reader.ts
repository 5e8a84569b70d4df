import assert from "node:assert/strict";
import { aludelCommand, baseEnvironment, type Outcome, run } from "../scenarios/cli.ts";
import { GIT_ENVIRONMENT } from "../scenarios/git_project.ts";
import { ROOT } from "./documents.ts";

/** Somebody who types what a document says: a folder, a home, a shell in which `aludel` is a command. */
export interface Reader {
  /** Where the reader begins: an empty folder. What is printed calls it SHOWN_FOLDER. */
  readonly folder: string;
  readonly home: string;
  /** Runs a command line with its talk and its answer in one output, as a terminal shows them. */
  type(command: string, cwd: string): Promise<Outcome>;
  leave(): Promise<void>;
}

/** The documents are written for a POSIX shell, and show its paths. */
export const POSIX = { ignore: Deno.build.os === "windows" };

/** How a document calls the reader's folder, where a command prints it. */
const SHOWN_FOLDER = "/srv/shop";

/** Folders that programs make for their users. */
const HOME_FOLDERS = [".config/fish/completions"];

export async function newReader(): Promise<Reader> {
  const place = await Deno.realPath(await Deno.makeTempDir({ prefix: "aludel-docs-" }));
  const [folder, bin, home] = [`${place}/work`, `${place}/bin`, `${place}/home`];
  for (const path of [folder, bin, ...HOME_FOLDERS.map((name) => `${home}/${name}`)]) {
    await Deno.mkdir(path, { recursive: true });
  }
  await writeProgram(`${bin}/aludel`, aludelCommand());
  // Deno is the one that runs this test. It also runs the programs that an example gives to Node: the library is the
  // source here. tests/build/npm_test.ts runs the package's under Node itself.
  await writeProgram(`${bin}/deno`, [Deno.execPath()]);
  await writeProgram(`${bin}/node`, [Deno.execPath(), "run", "-A", "-q"]);
  const imports = { aludel: new URL("src/mod.ts", ROOT).href };
  await Deno.writeTextFile(`${place}/deno.json`, JSON.stringify({ imports }));
  const env = {
    ...GIT_ENVIRONMENT,
    GIT_CEILING_DIRECTORIES: place,
    PATH: `${bin}:${Deno.env.get("PATH")}`,
    HOME: home,
    DENO_DIR: await denoFolder(),
    DENO_NO_UPDATE_CHECK: "1",
    NO_COLOR: "1",
  };
  return {
    folder,
    home,
    async type(command, cwd) {
      const outcome = await run("sh", ["-c", `{ ${command}\n} 2>&1`], { cwd, env });
      return { ...outcome, stdout: outcome.stdout.replaceAll(folder, SHOWN_FOLDER) };
    },
    leave: () => Deno.remove(place, { recursive: true }),
  };
}

async function writeProgram(path: string, words: readonly string[]): Promise<void> {
  const quoted = words.map((word) => `'${word}'`).join(" ");
  await Deno.writeTextFile(path, `#!/bin/sh\nexec ${quoted} "$@"\n`, { mode: 0o755 });
}

/** Where Deno keeps what it has loaded: it would look in the reader's home, and load it again. */
export async function denoFolder(): Promise<string> {
  const env = baseEnvironment();
  if (env["DENO_DIR"] !== undefined) return env["DENO_DIR"];
  const { code, stdout } = await run(Deno.execPath(), ["info", "--json"], {});
  assert.equal(code, 0);
  return (JSON.parse(stdout) as { readonly denoDir: string }).denoDir;
}
