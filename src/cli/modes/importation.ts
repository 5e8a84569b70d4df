import { parseRef } from "../../graph/ref.ts";
import type { ForeignFolder, FoundTool } from "../../import/foreign.ts";
import { decideTool, readHistory } from "../../import/foreign_project.ts";
import { type PreparedImport, prepareImport, writeImport } from "../../import/take_over.ts";
import { planStamp, stamp } from "../../project/migrate/stamp.ts";
import { accessTo } from "../../project/workspace/database_access.ts";
import { pathExists, relativeTo } from "../../project/workspace/files.ts";
import { openProject, type Project } from "../../project/workspace/project.ts";
import { MANIFEST_FILE } from "../../project/workspace/revision_files.ts";
import type { Target } from "../../project/workspace/target.ts";
import { openWorkspace } from "../../project/workspace/workspace.ts";
import { AludelError } from "../../errors.ts";
import { plural } from "../../text/layout.ts";
import { say, shell } from "../../text/next_step.ts";
import type { CommandContext } from "../arguments/command.ts";
import { waitingFor } from "../render/draft.ts";
import { runHost } from "../session/run.ts";
import { lookPatience } from "../session/database.ts";
import { Session } from "../session/session.ts";
import { noticesJson } from "../render/answer.ts";
import type { Ui } from "../terminal/ui.ts";
import {
  chosenTarget,
  d1Targets,
  findHere,
  hasFiles,
  isTyped,
  lookAt,
  noDatabase,
  sourceOf,
  targetAt,
} from "./foreign_source.ts";
import type { Replayed } from "./replaying.ts";

/** The flags of `import`. */
export interface ImportFlags {
  readonly tool: string | undefined;
  readonly config: string | undefined;
  readonly database: string | undefined;
  readonly source: string | undefined;
  readonly table: string | undefined;
  readonly dryRun: boolean;
  readonly baseline: boolean;
  /** For a tool whose migrations are programs: the command for one step, and the one that lists the steps. */
  readonly replay: string | undefined;
  readonly steps: string | undefined;
}

/** The migrations folder if the other tool uses the default one. */
const OTHER_FOLDER = "revisions";

/**
 * Takes over the project of another tool, for `import`. If it fails, the database is unchanged.
 * @throws {AludelError} The errors of choosing the database, of `findTools`, `prepareImport` and stamping.
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
      ...(isNew && holdsFiles(source.project, "migrations") && { migrations: OTHER_FOLDER }),
    });
  }
  const takesFolder = isNew && holdsFiles(source.project, "migrations") && !hasManifest(project);
  const migrations = takesFolder ? OTHER_FOLDER : undefined;
  if (migrations !== undefined) project = openedWith(project, migrations);
  const found = await findHere(flags, source);
  let target = chosenTarget(session, source.project, found[0]);
  await using databases = new AsyncDisposableStack();
  const d1 = await d1Targets(source.project);
  let connection = await lookAt(session, target, d1, databases);
  const decided = await decideTool(found, connection, d1);
  let read: Replayed;
  if (hasFiles(decided)) {
    if (target === undefined) ui.notice(noDatabase(source.project, d1));
    const one = withTable(decided, flags.table);
    read = { found: one, history: readHistory(source.project, one), rowsLeft: new Map() };
  } else {
    const { openReplay, replayHere } = await import("./replaying.ts");
    const opened = await openReplay(context, decided, flags, source, target === undefined);
    if (target === undefined) {
      target = opened.database === undefined ? undefined : targetAt(opened.database, session);
      connection = await lookAt(session, target, d1, databases);
      ui.notice(
        target === undefined
          ? noDatabase(source.project, d1)
          : `${decided.tool.title} works on "${target.name}".`,
      );
    }
    read = await replayHere(context, opened, flags, project, target, connection);
  }
  const prepared = await prepareImport({ ...read, project, connection, now: runtime.now() });
  await databases.disposeAsync();
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

function hasManifest({ migrations }: Project): boolean {
  return pathExists(`${migrations}/${MANIFEST_FILE}`);
}

/** Whether a folder has files, such as another tool's. */
function holdsFiles(project: ForeignFolder, folder: string): boolean {
  return project.list(folder).length > 0;
}

/** The project with another migrations folder, before it is written. */
function openedWith(project: Project, migrations: string): Project {
  const { settings } = project;
  const opened = openProject(settings.root);
  return {
    settings: { ...settings, migrations },
    migrations: `${settings.root}/${migrations}`,
    files: { ...opened.files, name: migrations, read: () => null, folders: () => [] },
  };
}

function withTable<Tool extends FoundTool>(found: Tool, table: string | undefined): Tool {
  return table === undefined ? found : { ...found, place: { ...found.place, table } };
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
  throw new AludelError("usage", `${other} has no effect with "--baseline"`, {
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
  connection: "it configures a connection and changes nothing",
  transaction: "it cannot run in a transaction",
} as const;

function render({ ui }: CommandContext, prepared: PreparedImport, rendered: Rendered): void {
  ui.json(importJson(prepared, rendered));
  printImport(ui, prepared, rendered);
  for (const notice of prepared.notices) ui.notice(notice);
  printResult(ui, prepared, rendered);
}

/** The answer of `import` as JSON. */
function importJson(
  { found, plan, unstamped, applied, rowsLeft, notices }: PreparedImport,
  { target, dryRun, created = [], extended = [] }: Rendered,
) {
  const has = new Set(applied);
  return {
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
    rowsLeft: [...rowsLeft].map(([id, { facts, statements }]) => ({ id, facts, statements })),
    takenOut: plan.takenOut,
    notices: noticesJson(notices),
  };
}

/** Prints the files, the new revisions and the statements that were left out. */
function printImport(
  ui: Ui,
  { found, plan, unstamped, applied, rowsLeft }: PreparedImport,
  { created = [], extended = [] }: Rendered,
): void {
  const { style } = ui;
  for (const path of created) ui.data(`created   ${path}`);
  for (const path of extended) ui.data(`extended  ${path}`);
  const has = new Set(applied);
  const stamped = new Set(unstamped);
  for (const { entry: { id, message }, file, isNew } of plan.revisions) {
    if (!isNew && !stamped.has(id)) continue;
    const state = stamped.has(id) ? "applied" : has.has(id) ? "there" : "pending";
    ui.data(`${state.padEnd(9)} ${style.yellow(id)}  ${message}  (${file})`);
  }
  for (const { file, line, sql, why } of plan.takenOut) {
    ui.data(`taken out ${file}:${line}: ${sql}: ${REASONS[why]}`);
  }
  for (const [id, { facts }] of rowsLeft) {
    ui.data(
      `rows left ${
        style.yellow(id)
      }  ${found.tool.title} changes rows there, and the SQL does not:`,
    );
    for (const fact of facts) ui.data(`          ${fact}`);
  }
}

/** Prints the number of revisions that were taken over, and the next step. */
function printResult(
  ui: Ui,
  { found, fresh, unstamped, graph: { heads } }: PreparedImport,
  { target, dryRun }: Rendered,
): void {
  const words = [
    `${plural(fresh.length, "revision")} of ${found.tool.title}`,
    ...target === null ? [] : [`${unstamped.length} recorded as applied in "${target}"`],
  ];
  if (dryRun) return ui.notice(`Nothing was written: this would take over ${words.join(", ")}.`);
  if (fresh.length === 0 && unstamped.length === 0) {
    return ui.notice(`Nothing to do: all of ${found.tool.title} is already taken over.`);
  }
  ui.notice(`Taken over: ${words.join(", ")}.`);
  if (heads.length > 1) {
    ui.notice(`The history has ${heads.length} heads: ${heads.join(", ")}.`);
    ui.hint(shell`aludel merge heads`);
  }
  if (target === null) {
    ui.hint(shell`aludel import -d PATH # record what a database has applied already`);
  }
  ui.hint(shell`aludel status`);
}
