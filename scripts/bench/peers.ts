/** A tool that Aludel is compared with, or a limit. */
export interface Tool {
  readonly path: string;
  readonly release: string;
}

/** The tools that were found; undefined where one is missing, with a note that says so. */
export interface Tools {
  readonly sqlite3: Tool | undefined;
  readonly sha256sum: Tool | undefined;
  readonly dbmate: Tool | undefined;
  readonly alembic: Tool | undefined;
  readonly notes: readonly string[];
}

const DBMATE = "2.36.0";

/** Looks for the peers, and installs dbmate's npm package into the user's cache where it is not there yet. */
export async function findTools(): Promise<Tools> {
  const notes: string[] = [];
  const sqlite3 = await find("sqlite3", ["-version"]);
  const sha256sum = await find("sha256sum", ["--version"]);
  const alembic = await find("alembic", ["--version"]);
  const dbmate = await findDbmate(notes);
  if (sqlite3 === undefined) notes.push("The `sqlite3` shell is not installed: left out.");
  if (sha256sum === undefined) notes.push("`sha256sum` is not installed: left out.");
  if (alembic === undefined) notes.push("Alembic is not installed (Debian: `alembic`): left out.");
  return { sqlite3, sha256sum, dbmate, alembic, notes };
}

async function find(path: string, args: readonly string[]): Promise<Tool | undefined> {
  const output = await outputOf(path, args);
  const release = output === undefined ? undefined : /\d+(?:\.\d+)+/.exec(output)?.[0];
  return release === undefined ? undefined : { path, release };
}

async function findDbmate(notes: string[]): Promise<Tool | undefined> {
  const cache = Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME") ?? "/tmp"}/.cache`;
  const folder = `${cache}/aludel-bench/dbmate-${DBMATE}`;
  const path = `${folder}/node_modules/@dbmate/${platform()}/bin/dbmate`;
  const found = await find(path, ["--version"]);
  if (found !== undefined) return found;
  const installed = await outputOf("npm", [
    "install",
    ...["--prefix", folder, "--no-audit", "--no-fund", "--silent", `dbmate@${DBMATE}`],
  ]);
  const fresh = installed === undefined ? undefined : await find(path, ["--version"]);
  if (fresh === undefined) {
    notes.push(`dbmate ${DBMATE} could not be installed from npm: left out.`);
  }
  return fresh;
}

/** As npm calls it. */
function platform(): string {
  const os = Deno.build.os === "windows" ? "win32" : Deno.build.os;
  return `${os}-${Deno.build.arch === "aarch64" ? "arm64" : "x64"}`;
}

async function outputOf(program: string, args: readonly string[]): Promise<string | undefined> {
  try {
    const { success, stdout } = await new Deno.Command(program, { args: [...args] }).output();
    return success ? new TextDecoder().decode(stdout) : undefined;
  } catch {
    return undefined;
  }
}
