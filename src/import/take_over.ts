import type { Connection } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import { requireGraph } from "../graph/build_graph.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { RevisionGraph } from "../graph/revision_graph.ts";
import { formatManifest, type ManifestRevision, sortById } from "../manifest/manifest.ts";
import { compareWith } from "../project/author/schema_reader.ts";
import { type StartedProject, startProject } from "../project/author/start_project.ts";
import { writeFolders } from "../project/author/write_revision.ts";
import { changeManifest } from "../project/workspace/folder_lock.ts";
import { inOrderOfCreation, openWorkspace } from "../project/workspace/workspace.ts";
import { pathExists, resolvePath, writeAtomically } from "../project/workspace/files.ts";
import { openProject, type Project } from "../project/workspace/project.ts";
import { MANIFEST_FILE } from "../project/workspace/revision_files.ts";
import { readTextPair } from "../project/workspace/revision_texts.ts";
import type { Settings } from "../project/workspace/settings.ts";
import { replay, type ScriptText } from "../replay/history.ts";
import { Scratch } from "../replay/scratch.ts";
import { describeChange } from "../schema/diff/describe.ts";
import { reverseChanges } from "../schema/model/change.ts";
import { isToolTable, ownSchema } from "../schema/model/foreign_objects.ts";
import type { Schema } from "../schema/model/model.ts";
import { introspect } from "../schema/read/introspect.ts";
import { writeSchema } from "../schema/source/write_schema.ts";
import { toSecond } from "../text/layout.ts";
import { say, shell } from "../text/next_step.ts";
import { refuseEdits } from "./edited_files.ts";
import { BASELINE, type ForeignHistory, type FoundTool } from "./foreign.ts";
import {
  compareChecksums,
  noRecords,
  readForeignState,
  recordedIds,
  requireWhole,
} from "./foreign_records.ts";
import {
  type ImportedRevision,
  type ImportPlan,
  planImport,
  withDowns,
  withDrafts,
} from "./plan_import.ts";
import { planDowns } from "./planned_downs.ts";
import type { RowsLeft } from "./replay/step_sql.ts";

/** The default file of the wanted schema. */
const SCHEMA_FILE = "schema.sql";

/** The other tool's migrations, and the project that takes them over. */
export interface TakeOverRequest {
  readonly found: FoundTool;
  readonly history: ForeignHistory;
  /** The changes of rows that the SQL of migrations does not make, by key; empty if there are none. */
  readonly rowsLeft: ReadonlyMap<string, RowsLeft>;
  /** The present project. If there is none yet, its settings are the defaults, and it has no manifest. */
  readonly project: Project;
  /** A connection that only reads the database; null if there is none. */
  readonly connection: Connection | null;
  readonly now: Date;
}

/** An import that was checked, but not written. */
export interface PreparedImport {
  readonly found: FoundTool;
  readonly plan: ImportPlan;
  /** The new revisions, in the tool's order. */
  readonly fresh: readonly ImportedRevision[];
  /** The graph of all revisions after the import. */
  readonly graph: RevisionGraph;
  /** The revisions that the other tool has applied. */
  readonly applied: readonly RevisionId[];
  /** Those of them that Aludel's records lack. */
  readonly unstamped: readonly RevisionId[];
  /** The heads of the applied revisions, whichever tool applied them. */
  readonly reached: readonly RevisionId[];
  /** The changes of rows that the SQL of new revisions does not make, by id. */
  readonly rowsLeft: ReadonlyMap<RevisionId, RowsLeft>;
  /** The text of schema.sql; null if the project has one. */
  readonly schema: string | null;
  /** Settings that the new project needs. */
  readonly doubleQuotedStrings: boolean;
  readonly exclude: readonly string[];
  readonly notices: readonly string[];
}

/**
 * Makes revisions of the other tool's migrations, runs them in memory, and compares the resulting schema with the
 * database.
 *
 * @throws {AludelError} `import-file`, `import-tool`, `import-state`, `import-edited`, `import-beside`,
 * `import-differs`, `replay-failed`, and the errors of reading the project, the files and the database.
 */
export async function prepareImport(request: TakeOverRequest): Promise<PreparedImport> {
  const { found, history, rowsLeft, project, connection, now } = request;
  const { tool, place } = found;
  if (history.revisions.length === 0) {
    throw new AludelError("import-tool", `There are no migrations in "${place.folder || "."}"`, {
      next: [shell`aludel import ${tool.name} --source DIR # name their folder`],
    });
  }
  const workspace = openWorkspace(project.files);
  const existing = workspace?.manifest.revisions ?? [];
  const state = connection === null ? null : await readForeignState(connection, found, history);
  const planned = planImport({
    tool,
    history,
    existing,
    folderTemplate: project.settings.folderTemplate,
    now: toSecond(now),
  });
  const notices = [...planned.notices];
  if (!history.isMade) notices.push(...refuseEdits(project, planned, tool.title));
  const isApplied = new Set(state?.applied.map(({ key }) => key));
  const drafted = withDrafts(planned, (key) => rowsLeft.has(key) && !isApplied.has(key));
  const added = drafted.revisions.filter(({ isNew }) => isNew).map(({ entry }) => entry);
  const graph = requireGraph(inOrderOfCreation([...existing, ...added]));
  if (state !== null) notices.push(...compareChecksums(state, drafted, history, found));
  const ids = new Map(drafted.revisions.map(({ key, entry }) => [key, entry.id]));
  const applied = (state?.applied ?? []).map(({ key }) => ids.get(key)!);
  const recorded = connection === null ? [] : await recordedIds(connection, graph);
  const there = new Set([...applied, ...recorded]);
  requireWhole(there, graph, drafted, found);
  const exclude = [
    ...project.settings.exclude,
    ...isToolTable(place.table) ? [] : [place.table],
  ];
  const settings: Settings = { ...project.settings, exclude };
  const texts = textsOf(project, drafted, existing);
  const isBeside = existing.length > 0 && added.length === drafted.revisions.length;
  const head = await replayAll(graph.ids, texts, settings).catch((error) => {
    throw isBeside ? besideOthers(error, existing, tool.title) : error;
  });
  if (connection !== null) {
    const live = await introspect(connection);
    const isUnrecorded = state === null && recorded.length === 0;
    if (isUnrecorded && ownSchema(live, exclude).tables.size > 0) throw noRecords(found);
    const reached = there.size === graph.ids.length
      ? head.schema
      : (await replayAll(graph.sorted(there), texts, { ...settings, ...head.settings })).schema;
    requireEqual({ ...settings, ...head.settings }, live, reached, found);
  }
  const downs = await planDowns({
    ids: graph.ids,
    textOf: texts,
    wanted: withoutDown(drafted, history),
    settings: { ...settings, ...head.settings },
    title: tool.title,
  });
  const plan = withDowns(drafted, downs);
  const fresh = plan.revisions.filter(({ isNew }) => isNew);
  if (downs.size > 0) notices.push(plannedNotice(downs.size, tool.title));
  const known = new Set(recorded);
  const schemaPath = resolvePath(
    typeof settings.schema === "string" ? settings.schema : SCHEMA_FILE,
    settings.root,
  );
  const keepsSchema = settings.schema !== undefined || pathExists(schemaPath);
  return {
    found,
    plan,
    fresh,
    graph,
    applied,
    unstamped: applied.filter((id) => !known.has(id)),
    reached: graph.headsOf(there, "all"),
    rowsLeft: new Map(fresh.flatMap(({ key, entry: { id } }) => {
      const left = rowsLeft.get(key);
      return left === undefined ? [] : [[id, left] as const];
    })),
    schema: keepsSchema ? null : writeSchema(ownSchema(head.schema, exclude)),
    doubleQuotedStrings: head.settings.doubleQuotedStrings,
    exclude: exclude.filter((name) => !project.settings.exclude.includes(name)),
    notices,
  };
}

/** Values for a new settings file, besides those that the import finds. */
export interface ImportSettings {
  readonly database?: string;
  readonly migrations?: string;
}

/** The written files. Paths are relative to the project's folder. */
export interface WrittenImport extends StartedProject {
  readonly project: Project;
}

/**
 * Writes the files of an import: a project if there is none, the folders of the new revisions, the manifest, and
 * schema.sql.
 *
 * @param present The project as it was read, which may not exist yet.
 * @param settings The values for a new settings file.
 * @param database The path of the database for new settings; null if it is not a file.
 * @param onWait Called if another process holds the project's lock.
 * @throws {AludelError} `import-changed` if the manifest was changed meanwhile, and the errors of `startProject`.
 */
export async function writeImport(
  prepared: PreparedImport,
  present: Project,
  settings: ImportSettings,
  database: string | null,
  onWait: (project: Project) => void,
): Promise<WrittenImport> {
  const { fresh, graph, schema, doubleQuotedStrings, exclude } = prepared;
  const { root } = present.settings;
  const isThere = pathExists(`${present.migrations}/${MANIFEST_FILE}`);
  const started = isThere ? { root, created: [], extended: [], kept: [] } : startProject(root, {
    ...settings,
    ...(doubleQuotedStrings && { doubleQuotedStrings }),
    ...(exclude.length > 0 && { exclude }),
  }, database);
  const project = isThere ? present : openProject(root);
  await changeManifest(project, () => onWait(project), ({ manifest }) => {
    if (manifest.revisions.length + fresh.length !== graph.ids.length) {
      throw new AludelError("import-changed", "The manifest has changed since it was read", {
        outcome: "No revision was written",
        next: [shell`aludel import`],
      });
    }
    if (fresh.length === 0) return;
    const folders = new Map(fresh.map(({ entry, up, down }) => [
      entry.dir,
      { "up.sql": up, ...(down !== null && { "down.sql": down }) },
    ]));
    const revisions = sortById([...manifest.revisions, ...fresh.map(({ entry }) => entry)]);
    writeFolders(project.migrations, folders, () => {
      writeAtomically(`${project.migrations}/${MANIFEST_FILE}`, formatManifest({ revisions }));
    });
  });
  if (schema === null) return { ...started, project };
  writeAtomically(`${root}/${SCHEMA_FILE}`, schema);
  return { ...started, created: [...started.created, SCHEMA_FILE], project };
}

/** The messages of new revisions without a down in the tool's files, by id. */
function withoutDown({ revisions }: ImportPlan, history: ForeignHistory) {
  const without = new Set(
    history.revisions.filter(({ down }) => down === null)
      .map(({ key }) => key),
  );
  const wanting = revisions.filter(({ key, isNew }) =>
    isNew && history.isMade !== true && without.has(key)
  );
  return new Map(wanting.map(({ entry: { id, message } }) => [id, message]));
}

function plannedNotice(count: number, title: string): string {
  return count === 1
    ? `1 had no way back in ${title}: one was planned, and run`
    : `${count} had no way back in ${title}: they were planned, and run`;
}

/** Returns a function that reads the up of a new or existing revision. */
function textsOf(
  project: Project,
  { revisions }: ImportPlan,
  existing: readonly ManifestRevision[],
): (id: RevisionId) => ScriptText {
  const fresh = new Map(
    revisions.filter(({ isNew }) => isNew).map(({ entry, file, trial }) => [
      entry.id,
      { file, text: trial },
    ]),
  );
  const entries = new Map(existing.map((entry) => [entry.id, entry]));
  return (id) => {
    const entry = entries.get(id);
    return fresh.get(id) ?? readTextPair(project.files, entry!.dir).up ??
      { file: `${project.files.name}/${entry!.dir}/up.sql`, text: "\n" };
  };
}

interface Replayed {
  readonly schema: Schema;
  readonly settings: { readonly doubleQuotedStrings: boolean };
}

/**
 * Runs revisions in memory. For a new project, tries again with double-quoted strings, and returns that setting if it
 * helps.
 */
async function replayAll(
  ids: readonly RevisionId[],
  texts: (id: RevisionId) => ScriptText,
  settings: Settings,
): Promise<Replayed> {
  const ups = ids.map((id) => ({ id, up: texts(id) }));
  const run = async (doubleQuotedStrings: boolean): Promise<Replayed> => {
    await using made = await replay(ups, new Scratch({ ...settings, doubleQuotedStrings }));
    return { schema: await introspect(made), settings: { doubleQuotedStrings } };
  };
  try {
    return await run(settings.doubleQuotedStrings);
  } catch (error) {
    if (settings.doubleQuotedStrings) throw withoutRevision(error);
    if (settings.file === undefined) {
      try {
        return await run(true);
      } catch {
        // The cause is something else, which the first error tells.
      }
    }
    throw withoutRevision(error);
  }
}

/** Makes the error for migrations that do not run after the project's own revisions, for example after a baseline. */
function besideOthers(
  error: unknown,
  existing: readonly ManifestRevision[],
  title: string,
): unknown {
  if (!(error instanceof AludelError)) return error;
  const [first, ...others] = existing.filter(({ parents }) => parents.length === 0);
  return new AludelError("import-beside", `The project has revisions that are not from ${title}`, {
    notes: [
      ...[first!, ...others].map(({ id, message }) => `it begins with "${id}", ${message}`),
      `with them, the migrations of ${title} do not run: ${error.sqlite ?? error.message}`,
    ],
    outcome: "Nothing was written",
    next: [
      say(
        `Stay with these revisions: what ${title} has done is in them, and new ones go on from there`,
      ),
      say(
        `Or take over all of ${title}'s history: move ${MANIFEST_FILE} and the revisions' folders away, then aludel stamp base --purge and aludel import`,
      ),
    ],
    cause: error,
  });
}

/** Removes the revision from an error and its next steps, because it is not written yet. */
function withoutRevision(error: unknown): unknown {
  if (!(error instanceof AludelError)) return error;
  const { message, notes, sqlite, place } = error;
  return new AludelError("import-file", message, {
    notes,
    ...(place !== undefined && { place }),
    ...(sqlite !== undefined && { sqlite }),
    outcome: "Nothing was written",
    next: [
      ...error.next.filter((step) => "say" in step),
      say("Correct the file, or take over the schema alone: aludel import --baseline"),
    ],
    cause: error,
  });
}

function requireEqual(
  settings: Settings,
  live: Schema,
  reached: Schema,
  { tool }: FoundTool,
): void {
  const { changes } = compareWith(settings, live, reached);
  if (changes.length === 0) return;
  throw new AludelError(
    "import-differs",
    "The database's schema is not the one that its migrations lead to",
    {
      notes: reverseChanges(changes).flatMap(describeChange)
        .map((line) => `beside the migrations: ${line}`),
      outcome: "Nothing was written",
      next: [
        say(`Undo the difference in the database, or write it as a migration of ${tool.title}`),
        say('If another tool owns it, name it in the setting "exclude"'),
        BASELINE,
      ],
    },
  );
}
