import { digest } from "../../digest.ts";
import { AludelError } from "../../errors.ts";
import { parseRef } from "../../graph/ref.ts";
import { host } from "../../host/mod.ts";
import { type ForeignFolder, type FoundTool, joinPath } from "../../import/foreign.ts";
import { decideTool, DiskFolder, findTools, translated } from "../../import/foreign_project.ts";
import { type PreparedImport, prepareImport, writeImport } from "../../import/take_over.ts";
import { foreignTools } from "../../import/tools.ts";
import { localDatabases, readWranglerDatabases } from "../../import/wrangler_settings.ts";
import { planStamp, stamp } from "../../project/migrate/stamp.ts";
import { accessTo } from "../../project/workspace/database_access.ts";
import { pathExists, relativeTo, resolvePath } from "../../project/workspace/files.ts";
import { openProject, type Project } from "../../project/workspace/project.ts";
import { MANIFEST_FILE } from "../../project/workspace/revision_files.ts";
import { chooseTarget, type Target } from "../../project/workspace/target.ts";
import { openWorkspace } from "../../project/workspace/workspace.ts";
import { say, shell } from "../../text/next_step.ts";
import type { CommandContext } from "../arguments/command.ts";
import { waitingFor } from "../render/draft.ts";
import { runHost } from "../session/run.ts";
import { lookPatience, lookWithExtensions, requirePresent } from "../session/database.ts";
import { Session } from "../session/session.ts";
import { noticesJson } from "../render/answer.ts";

/** What was typed. */
export interface ImportFlags {
  readonly tool: string | undefined;
  readonly config: string | undefined;
  readonly database: string | undefined;
  readonly source: string | undefined;
  readonly table: string | undefined;
  readonly dryRun: boolean;
  readonly baseline: boolean;
}

/** The folder of revisions if the other tool has its files in the one that is the default. */
const OTHER_FOLDER = "revisions";

/**
 * `import`: takes over the project of another tool. The order is such that a failure leaves the database untouched.
 * @throws {AludelError} What choosing the database, `findTools`, `prepareImport` and stamping throw.
 */
export async function importProject(context: CommandContext, flags: ImportFlags): Promise<void> {
  const { runtime, ui } = context;
  const session = new Session(context, flags);
  let { project } = session;
  const { root } = project.settings;
  const source = sourceOf(flags.source, root, runtime.cwd);
  const isNew = project.settings.file === undefined;
  if (flags.baseline) {
    refuseBesideBaseline(flags);
    const { target, notices } = session.targetChoice();
    for (const notice of notices) ui.notice(notice);
    const { adopt } = await import("./adoption.ts");
    return await adopt(context, {
      target,
      root,
      settings: project.settings,
      borrowedPath: isTyped(target) ? undefined : target.path,
      patience: lookPatience(session, target),
      ...(isNew && holdsSql(source.project, "migrations") && { migrations: OTHER_FOLDER }),
    });
  }
  const found = await findHere(flags.tool, source);
  const target = chosenTarget(session, source.project, found[0]);
  await using connection = target === undefined ? null : await lookWithExtensions(session, target);
  if (target !== undefined && connection === null) {
    requirePresent(target);
    ui.notice(`The database "${target.name}" does not exist yet: only the files are taken over.`);
  }
  const decided = await decideTool(found, connection);
  const one = flags.table === undefined
    ? decided
    : { ...decided, place: { ...decided.place, table: flags.table } };
  const takesFolder = isNew && one.place.folder === "migrations" && !hasManifest(project);
  const migrations = takesFolder ? OTHER_FOLDER : undefined;
  if (migrations !== undefined) project = openedWith(project, migrations);
  const prepared = await prepareImport({
    found: one,
    source: source.project,
    project,
    connection,
    now: runtime.now(),
  });
  await connection?.close();
  if (flags.dryRun) {
    return render(context, prepared, { target: target?.name ?? null, dryRun: true });
  }
  const path = target === undefined || target.kind === "memory" ? null : target.path;
  const written = await writeImport(
    prepared,
    project,
    {
      ...(target !== undefined && isTyped(target) &&
        { database: target.kind === "server" ? target.name : relativeTo(target.path, root) }),
      ...(migrations !== undefined && { migrations }),
    },
    path,
    (opened) => waitingFor(ui, opened)(),
  );
  if (target !== undefined && prepared.unstamped.length > 0) {
    await stampApplied(session, written.project, target, prepared);
  }
  render(context, prepared, { target: target?.name ?? null, dryRun: false, ...written });
}

/** The folder that is searched, and where in it. */
interface Source {
  readonly project: ForeignFolder;
  readonly below: string;
}

function sourceOf(text: string | undefined, root: string, cwd: string): Source {
  if (text === undefined) return { project: new DiskFolder(root), below: "" };
  const path = resolvePath(text, cwd).replace(/(?<=.)[/\\]+$/, "");
  if (path === root) return { project: new DiskFolder(root), below: "" };
  if (!path.startsWith(`${root}/`)) return { project: new DiskFolder(path), below: "" };
  return { project: new DiskFolder(root), below: path.slice(root.length + 1) };
}

async function findHere(name: string | undefined, { project, below }: Source) {
  let databases: Awaited<ReturnType<typeof readWranglerDatabases>> = [];
  try {
    databases = await readWranglerDatabases(project);
  } catch (error) {
    translated(() => {
      throw error;
    });
  }
  const tools = foreignTools({
    digest: (algorithm, text) =>
      algorithm === "sha384" ? host.sha384(text) : digest(text).slice("sha256:".length),
    wranglerDatabases: () => databases,
  });
  return translated(() => findTools({ tools, project, name, source: below }));
}

/** The database: the one that is named, or the only one that Wrangler keeps for local work. */
function chosenTarget(
  session: Session,
  source: ForeignFolder,
  { tool, place }: FoundTool,
): Target | undefined {
  const { ui, settings } = session;
  const { root } = settings;
  try {
    const { target, notices } = session.targetChoice();
    const elsewherePath = joinPath(place.folder, "..", relativeTo(target.path, root));
    // Up to release 6, Prisma reads the paths of URLs from the folder of its schema.
    const isPrismas = tool.name === "prisma" && !isTyped(target) && target.from !== "settings" &&
      !pathExists(target.path) && pathExists(`${root}/${elsewherePath}`);
    if (isPrismas) return targetAt(elsewherePath.replace(/[^/]+\/\.\.\//, ""), session);
    for (const notice of notices) ui.notice(notice);
    return target;
  } catch (error) {
    if (!(error instanceof AludelError && error.code === "target-none")) throw error;
  }
  const local = tool.name === "wrangler" ? localDatabases(source) : [];
  if (local.length === 1) return targetAt(local[0]!, session);
  ui.notice(
    local.length > 1
      ? "Wrangler keeps several databases here, and -d names none: only the files are taken over."
      : "No database is named: only the files are taken over.",
  );
  return undefined;
}

/** A file of the project, as if it had been typed. */
function targetAt(path: string, { settings }: Session): Target {
  const { root } = settings;
  return chooseTarget({
    flag: resolvePath(path, root),
    environment: () => undefined,
    settings,
    dotenv: () => new Map(),
    folder: root,
    exists: pathExists,
  }).target;
}

/** Whether new settings must name the database: what an environment says will be said again. */
function isTyped({ from }: Target): boolean {
  return from === "flag" || from === "ALUDEL_DATABASE";
}

function hasManifest({ migrations }: Project): boolean {
  return pathExists(`${migrations}/${MANIFEST_FILE}`);
}

/** Whether another tool's files are in a folder. */
function holdsSql(project: ForeignFolder, folder: string): boolean {
  return project.list(folder).some(({ name }) => name.endsWith(".sql"));
}

/** A project that is not written yet, with another migrations folder. */
function openedWith(project: Project, migrations: string): Project {
  const { settings } = project;
  const opened = openProject(settings.root);
  return {
    settings: { ...settings, migrations },
    migrations: `${settings.root}/${migrations}`,
    files: { ...opened.files, name: migrations, read: () => null, folders: () => [] },
  };
}

async function stampApplied(
  session: Session,
  { files, settings }: Project,
  target: Target,
  { reached }: PreparedImport,
): Promise<void> {
  const { runtime, ui, lockTimeoutMs } = session;
  const access = accessTo(target, lookPatience(session, target));
  const planned = await planStamp({
    workspace: openWorkspace(files),
    access,
    drafts: target.drafts,
    sealedTexts: () => undefined,
  }, { refs: reached.map(parseRef), purge: false });
  using runner = runHost({ runtime, ui, settings, lockTimeoutMs }, { target, access }, () => {});
  await stamp(planned, runner);
}

function refuseBesideBaseline({ tool, source, dryRun }: ImportFlags): void {
  const other = tool !== undefined
    ? `"${tool}"`
    : source !== undefined
    ? '"--source"'
    : dryRun
    ? '"--dry-run"'
    : undefined;
  if (other === undefined) return;
  throw new AludelError("usage", `${other} has no meaning beside "--baseline"`, {
    next: [shell`aludel import --baseline`, say("Or leave --baseline out")],
  });
}

interface Rendered {
  readonly target: string | null;
  readonly dryRun: boolean;
  readonly created?: readonly string[];
  readonly extended?: readonly string[];
}

const REASONS = {
  runner: "Aludel's runner does that",
  connection: "it sets up a connection, and changes nothing",
  transaction: "no transaction can hold it",
} as const;

function render(
  { ui }: CommandContext,
  prepared: PreparedImport,
  { target, dryRun, created = [], extended = [] }: Rendered,
): void {
  const { found, plan, fresh, unstamped, applied } = prepared;
  const has = new Set(applied);
  ui.json({
    tool: found.tool.name,
    folder: found.place.folder,
    database: target,
    dryRun,
    created,
    extended,
    revisions: plan.revisions.map((
      { key, file, entry: { id, message, parents }, isNew, down },
    ) => ({
      id,
      key,
      message,
      parents,
      file,
      isNew,
      isApplied: has.has(id),
      hasDown: down !== null,
    })),
    stamped: unstamped,
    takenOut: plan.takenOut,
    notices: noticesJson(prepared.notices),
  });
  const { style } = ui;
  for (const path of created) ui.data(`created   ${path}`);
  for (const path of extended) ui.data(`extended  ${path}`);
  const stamped = new Set(unstamped);
  for (const { entry: { id, message }, file, isNew } of plan.revisions) {
    if (!isNew && !stamped.has(id)) continue;
    const state = stamped.has(id) ? "applied" : has.has(id) ? "there" : "pending";
    ui.data(`${state.padEnd(9)} ${style.yellow(id)}  ${message}  (${file})`);
  }
  for (const { file, line, sql, why } of plan.takenOut) {
    ui.data(`taken out ${file}:${line}: ${sql}: ${REASONS[why]}`);
  }
  for (const notice of prepared.notices) ui.notice(notice);
  const words = [
    `${fresh.length === 1 ? "1 revision" : `${fresh.length} revisions`} of ${found.tool.title}`,
    ...target === null ? [] : [`${unstamped.length} recorded as applied in "${target}"`],
  ];
  if (dryRun) ui.notice(`Nothing was written: this would take over ${words.join(", ")}.`);
  else if (fresh.length === 0 && unstamped.length === 0) {
    ui.notice(`Nothing to do: all of ${found.tool.title} is already taken over.`);
  } else {
    ui.notice(`Taken over: ${words.join(", ")}.`);
    const { heads } = prepared.graph;
    if (heads.length > 1) {
      ui.notice(`The history has ${heads.length} heads: ${heads.join(", ")}.`);
      ui.hint(shell`aludel merge heads`);
    }
    ui.hint(shell`aludel status`);
  }
}
