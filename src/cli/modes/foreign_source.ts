/** The sources of `import`: the other tool's files, and its database. */
import { AludelError } from "../../errors.ts";
import type { Connection } from "../../db/connection.ts";
import {
  type ForeignFolder,
  type ForeignTool,
  type FoundTool,
  joinPath,
} from "../../import/foreign.ts";
import { DiskFolder, findTools, translated } from "../../import/foreign_project.ts";
import { anyTool } from "../../import/replay/any_tool.ts";
import type { StepTool } from "../../import/replay/step.ts";
import { STEP_TOOLS } from "../../import/replay/step_tools.ts";
import { foreignTools } from "../../import/tools.ts";
import { localDatabases, readWranglerDatabases } from "../../import/tools/wrangler.ts";
import { pathExists, relativeTo, resolvePath } from "../../project/workspace/files.ts";
import { chooseTarget, type Target } from "../../project/workspace/target.ts";
import { elsewhere } from "../../text/next_step.ts";
import { lookWithExtensions, requirePresent } from "../session/database.ts";
import type { Session } from "../session/session.ts";

/** The folder to search, and the place to search in it. */
export interface Source {
  readonly project: ForeignFolder;
  /** Its absolute path. */
  readonly root: string;
  readonly below: string;
}

/** The source for a folder. @param text The folder as typed; undefined for the project's. */
export function sourceOf(text: string | undefined, root: string, cwd: string): Source {
  const path = text === undefined ? root : resolvePath(text, cwd).replace(/(?<=.)[/\\]+$/, "");
  return path.startsWith(`${root}/`)
    ? { project: new DiskFolder(root), root, below: path.slice(root.length + 1) }
    : { project: new DiskFolder(path), root: path, below: "" };
}

/** The flags of `import` about the tool. */
export interface ToolFlags {
  readonly tool: string | undefined;
  readonly replay: string | undefined;
  readonly steps: string | undefined;
}

/** A tool with SQL files, or one whose migrations are programs. */
type AnyFound = FoundTool<ForeignTool> | FoundTool<StepTool>;

/** Whether a tool's migrations are SQL. */
export function hasFiles(found: AnyFound): found is FoundTool<ForeignTool> {
  return "read" in found.tool;
}

/**
 * Finds the tools by their files. Tools whose migrations are programs are only considered if there are no SQL files.
 * @throws {AludelError} As `findTools`.
 */
export async function findHere(
  { tool: name, replay, steps }: ToolFlags,
  { project, below }: Source,
): Promise<readonly [AnyFound, ...AnyFound[]]> {
  if (steps !== undefined && name === undefined) {
    return [{ tool: anyTool, place: { folder: below, table: "" } }];
  }
  const files = await fileTools(project);
  const runs = replay !== undefined || steps !== undefined ||
    STEP_TOOLS.some((tool) => tool.name === name);
  const tools: readonly (ForeignTool | StepTool)[] = runs ? STEP_TOOLS : [...files, ...STEP_TOOLS];
  const found = translated(() => findTools({ tools, project, name, source: below }));
  const [first, ...others] = found as readonly [AnyFound, ...AnyFound[]];
  const all = [first, ...others];
  const [sure = first, ...more] = all.some(hasFiles) ? all.filter(hasFiles) : all;
  return [sure, ...more];
}

async function fileTools(project: ForeignFolder): Promise<readonly ForeignTool[]> {
  let databases: Awaited<ReturnType<typeof readWranglerDatabases>> = [];
  try {
    databases = await readWranglerDatabases(project);
  } catch (error) {
    translated(() => {
      throw error;
    });
  }
  return foreignTools(databases);
}

/** The tools with migrations in a folder, for a command that only mentions them. */
export async function toolsIn(root: string): Promise<readonly FoundTool[]> {
  try {
    return await findHere({ tool: undefined, replay: undefined, steps: undefined }, {
      project: new DiskFolder(root),
      root,
      below: "",
    });
  } catch (error) {
    // There are none, or their files have errors that import will report.
    if (error instanceof AludelError) return [];
    throw error;
  }
}

/** The database: the given one, or the only one that Wrangler keeps for local work; undefined if there is none. */
export function chosenTarget(
  session: Session,
  source: ForeignFolder,
  { tool, place }: FoundTool,
): Target | undefined {
  const { ui, settings } = session;
  const { root } = settings;
  try {
    const { target, notices } = session.targetChoice();
    const elsewherePath = joinPath(place.folder, "..", relativeTo(target.path, root));
    // Up to release 6, Prisma resolves the paths of URLs from the folder of its schema.
    const isPrismas = tool.name === "prisma" && !isTyped(target) && target.from !== "settings" &&
      !pathExists(target.path) && pathExists(`${root}/${elsewherePath}`);
    if (isPrismas) return targetAt(elsewherePath.replace(/[^/]+\/\.\.\//, ""), session);
    for (const notice of notices) ui.notice(notice);
    return target;
  } catch (error) {
    if (!(error instanceof AludelError && error.code === "target-none")) throw error;
  }
  const local = tool.name === "wrangler" ? localDatabases(source) : [];
  return local.length === 1 ? targetAt(local[0]!, session) : undefined;
}

/** The databases at Cloudflare in Wrangler's settings, as targets. */
export async function d1Targets(project: ForeignFolder): Promise<readonly string[]> {
  try {
    const databases = await readWranglerDatabases(project);
    return databases.flatMap(({ database_name: name }) => name === undefined ? [] : `d1://${name}`);
  } catch {
    // A command that needs the settings reports their errors.
    return [];
  }
}

/** The notice if there is no database. @param d1 The result of {@linkcode d1Targets}. */
export function noDatabase(source: ForeignFolder, d1: readonly string[]): string {
  const here = d1.length > 0 && localDatabases(source).length > 1
    ? "Wrangler keeps several databases here, and -d names none"
    : "No database is named";
  const there = d1.length === 0 ? "" : ` To take over what Cloudflare's has: -d ${d1[0]}`;
  return `${here}: only the files are taken over.${there}`;
}

/**
 * Opens the database for reading. Returns null if there is none.
 *
 * @param kept Closes the connection at the end.
 * @throws {AludelError} `database-missing` if the database was given.
 */
export async function lookAt(
  session: Session,
  target: Target | undefined,
  d1: readonly string[],
  kept: AsyncDisposableStack,
): Promise<Connection | null> {
  if (target === undefined) return null;
  const connection = await lookWithExtensions(session, target);
  if (connection !== null) return kept.use(connection);
  const meant = d1.find((one) => one === `d1://${target.name}`);
  if (meant !== undefined) {
    throw new AludelError("database-missing", `Database "${target.name}" does not exist`, {
      notes: ["Wrangler's settings give this name to a database at Cloudflare"],
      outcome: "Nothing was written",
      next: [elsewhere(target.name, meant)],
    });
  }
  requirePresent(target);
  session.ui.notice(
    `The database "${target.name}" does not exist yet: only the files are taken over.`,
  );
  return null;
}

/** The target for a file of the project. */
export function targetAt(path: string, { settings }: Session): Target {
  const { root } = settings;
  return chooseTarget({
    flag: relativeTo(resolvePath(path, root), root),
    environment: () => undefined,
    settings,
    dotenv: () => new Map(),
    folder: root,
    exists: pathExists,
  }).target;
}

/** Whether new settings must name the database. If the environment names it, it will do so again. */
export function isTyped({ from }: Target): boolean {
  return from === "flag" || from === "ALUDEL_DATABASE";
}
