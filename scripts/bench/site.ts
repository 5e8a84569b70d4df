import type { AludelProgram } from "./aludel_program.ts";
import { DATABASE, writeAludelProject } from "./aludel_project.ts";
import { writeAlembicProject, writeDbmateProject, writeStatements } from "./peer_projects.ts";
import type { Tools } from "./peers.ts";
import { timeRun } from "./process.ts";
import { workload } from "./workload.ts";

/** The projects of one size, and the commands that work on them. */
export interface Site {
  readonly size: number;
  readonly program: AludelProgram;
  readonly tools: Tools;
  /** One folder each, with a database in it that has all revisions. */
  readonly folders: {
    readonly aludel: string;
    readonly limit: string;
    readonly dbmate: string;
    readonly alembic: string;
  };
}

/** Alembic imports every revision and needs minutes where others need seconds. */
export const ALEMBIC_AT_MOST = 1_000;

export function aludel(site: Site, ...args: readonly string[]): readonly string[] {
  return [...site.program.command, ...args];
}

/** Runs a program of this folder. */
export function denoRun(file: string, ...args: string[]): readonly string[] {
  return [Deno.execPath(), "run", "-A", new URL(file, import.meta.url).pathname, ...args];
}

export function dbmate(site: Site, command: string): readonly string[] {
  const url = `sqlite:${DATABASE}`;
  return [site.tools.dbmate!.path, "--url", url, "--no-dump-schema", command];
}

export function alembic(site: Site, ...args: string[]): readonly string[] {
  return [site.tools.alembic!.path, ...args];
}

/**
 * Writes the projects of one size below an empty folder, and upgrades a database in each.
 * @param peersToo Whether the peers' databases are wanted as well: the slow ones need minutes.
 */
export async function buildSite(
  folder: string,
  size: number,
  program: AludelProgram,
  tools: Tools,
  peersToo: boolean,
): Promise<Site> {
  const revisions = workload(size);
  const at = (name: string) => {
    Deno.mkdirSync(`${folder}/${name}`, { recursive: true });
    return `${folder}/${name}`;
  };
  const folders = {
    aludel: at("aludel"),
    limit: at("limit"),
    dbmate: at("dbmate"),
    alembic: at("alembic"),
  };
  const site = { size, program, tools, folders };
  writeAludelProject(folders.aludel, revisions);
  writeStatements(folders.limit, revisions);
  await timeRun({ command: aludel(site, "upgrade"), cwd: folders.aludel });
  await timeRun({
    command: denoRun("node_limit.ts", DATABASE, "up.json"),
    cwd: folders.limit,
  });
  if (tools.dbmate) {
    writeDbmateProject(folders.dbmate, revisions);
    if (peersToo) await timeRun({ command: dbmate(site, "up"), cwd: folders.dbmate });
  }
  if (tools.alembic && size <= ALEMBIC_AT_MOST) {
    writeAlembicProject(folders.alembic, revisions);
    const command = alembic(site, "upgrade", "head");
    if (peersToo) await timeRun({ command, cwd: folders.alembic });
  }
  for (const place of Object.values(folders)) keepDatabase(place);
  return site;
}

/** Takes the database of a folder away, as before the first upgrade. */
export function withoutDatabase(folder: string): () => void {
  return () => {
    for (const end of ["", "-journal", "-wal", "-shm"]) remove(`${folder}/${DATABASE}${end}`);
  };
}

/** Puts the upgraded database of a folder back. */
export function withFullDatabase(folder: string): () => void {
  return () => {
    withoutDatabase(folder)();
    Deno.copyFileSync(`${folder}/full`, `${folder}/${DATABASE}`);
  };
}

function keepDatabase(folder: string): void {
  try {
    Deno.renameSync(`${folder}/${DATABASE}`, `${folder}/full`);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

function remove(path: string): void {
  try {
    Deno.removeSync(path);
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}
