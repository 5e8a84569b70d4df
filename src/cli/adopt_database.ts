import { AludelError } from "../errors.ts";
import { parseRef } from "../graph/ref.ts";
import { adoptSchema, type AdoptSettings, type LeftOut } from "../project/author/adopt.ts";
import { accessTo } from "../project/workspace/database_access.ts";
import { pathExists, writeAtomically } from "../project/workspace/files.ts";
import { openProject } from "../project/workspace/project.ts";
import { defaultSettings, readSettingsFile, SETTINGS_FILE } from "../project/workspace/settings.ts";
import { planStamp, stamp } from "../project/migrate/stamp.ts";
import { startProject } from "../project/author/start_project.ts";
import { chooseTarget, type Target } from "../project/workspace/target.ts";
import { openWorkspace } from "../project/workspace/workspace.ts";
import { Scratch } from "../replay/scratch.ts";
import { writeRevision } from "../project/author/write_revision.ts";
import type { CommandContext } from "./arguments/command.ts";
import { migrationContext, runHost } from "./session/run_host.ts";
import { nameExtensions } from "./session/project.ts";
import { waitingFor } from "./render/draft.ts";
import { reportKeyMismatches } from "./render/changes.ts";
import { shell } from "../text/next_step.ts";

const SCHEMA_FILE = "schema.sql";

/**
 * `init --from`: starts a project for a database that is there already. The order is such that a failure leaves
 * the database untouched.
 *
 * @param text The database as typed.
 * @param root The project's folder, absolute.
 * @param borrowed What `DATABASE_URL` names: settings that name it too would shadow it.
 * @throws {AludelError} `adopt-recorded`, `adopt-revisions`, `adopt-failed`, `database-missing`.
 */
export async function adoptDatabase(
  context: CommandContext,
  text: string,
  root: string,
  borrowed: Target | undefined,
): Promise<void> {
  const { runtime, ui } = context;
  const { target: chosen, notices } = chooseTarget({
    flag: text,
    environment: runtime.env,
    settings: defaultSettings(root),
    dotenv: () => new Map(),
    folder: runtime.cwd,
    exists: pathExists,
  });
  for (const notice of notices) ui.notice(notice);
  // Settings that are there already say what is no business of ours, and what to load.
  const settings = pathExists(`${root}/${SETTINGS_FILE}`)
    ? readSettingsFile(SETTINGS_FILE, root)
    : defaultSettings(root);
  nameExtensions(ui, settings);
  const adopted = await readDatabase({ ...chosen, extensions: settings.extensions }, settings);
  const leftOut = namesToExclude(adopted.leftOut);
  const started = startProject(root, {
    ...(borrowed?.path !== chosen.path && { database: relativeTo(chosen.path, root) }),
    ...(adopted.doubleQuotedStrings && { doubleQuotedStrings: true }),
    ...(leftOut.length > 0 && { exclude: leftOut }),
  }, chosen.path);
  const project = openProject(root);
  if ((openWorkspace(project.files)?.graph.size ?? 0) > 0) {
    throw new AludelError("adopt-revisions", "The project has revisions already", {
      notes: ["A database is adopted into a new project"],
      next: [shell`aludel stamp REF # record the revision whose schema the database has`],
    });
  }
  const schemaPath = `${root}/${SCHEMA_FILE}`;
  const keepsSchema = pathExists(schemaPath);
  if (!keepsSchema) writeAtomically(schemaPath, adopted.text);
  const written = await writeRevision(project, {
    id: runtime.randomId(),
    message: "baseline",
    now: runtime.now(),
    parents: ["base"],
    dependsOn: [],
    labels: [],
    splice: false,
    down: false,
    purpose: "change",
    texts: { up: adopted.up, down: "" },
    onWait: waitingFor(ui, project),
  });
  const { id } = written.revision;
  const open = { target: chosen, access: accessTo(chosen) };
  const planned = await planStamp(
    migrationContext(project, openWorkspace(project.files), open),
    { refs: [parseRef(id)], purge: false },
  );
  using host = runHost(context, project, open, undefined, () => {});
  await stamp(planned, host, { tables: adopted.schema.tables.size });

  const created = [...started.created, ...(keepsSchema ? [] : [SCHEMA_FILE])];
  const kept = [...started.kept, ...(keepsSchema ? [SCHEMA_FILE] : [])];
  ui.json({
    ...started,
    created,
    kept,
    database: chosen.name,
    revision: id,
    up: written.up,
    leftOut: adopted.leftOut,
  });
  for (const path of created) ui.data(`created   ${path}`);
  for (const path of started.extended) ui.data(`extended  ${path}`);
  for (const path of kept) ui.data(`kept      ${path}`);
  ui.data(`created   ${written.up}`);
  for (const { kind, name, reason } of adopted.leftOut) {
    ui.data(`left out  ${kind.replace("-", " ")} ${name}: ${reason}`);
  }
  const unnamed = leftOut.filter((name) => !project.settings.exclude.includes(name));
  if (unnamed.length > 0) {
    const names = unnamed.map((name) => JSON.stringify(name)).join(", ");
    ui.notice(`Add to "exclude" in aludel.json, so that they are no difference: ${names}`);
  }
  ui.notice(`"${chosen.name}" is recorded to have the revision ${ui.talkStyle.yellow(id)}.`);
  if (adopted.doubleQuotedStrings) {
    ui.notice(
      'Its schema has strings in double quotes, so the setting "doubleQuotedStrings" is on.',
    );
  }
  await reportKeyMismatches(
    ui,
    adopted.schema,
    new Scratch({ ...settings, doubleQuotedStrings: adopted.doubleQuotedStrings }),
  );
  ui.hint(
    shell`aludel check # then edit schema.sql, and run aludel revision --autogenerate -m MSG`,
  );
}

/** What the setting `exclude` needs: what belongs to a name in it is excluded by that. */
function namesToExclude(leftOut: readonly LeftOut[]): readonly string[] {
  return leftOut.filter(({ owner }) => owner === null).map(({ name }) => name);
}

async function readDatabase(target: Target, settings: AdoptSettings) {
  await using connection = await accessTo(target).look({ extensions: true });
  if (connection === null) {
    throw new AludelError("database-missing", `Database "${target.name}" does not exist`, {
      next: [shell`aludel init # start with a new one`],
    });
  }
  return await adoptSchema(connection, target.name, settings);
}

/** A path below the project is written relative to it, so that a clone finds it too. */
function relativeTo(path: string, root: string): string {
  const prefix = `${root.replace(/[/\\]$/, "")}/`;
  return path.startsWith(prefix) ? path.slice(prefix.length) : path;
}
