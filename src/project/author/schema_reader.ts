import type { ScratchConnection } from "../../db/open_scratch.ts";
import { libraryVersion } from "../../db/node_connection.ts";
import { databaseMissing } from "../../db/sqlite_error.ts";
import { digest } from "../../digest.ts";
import { AludelError } from "../../errors.ts";
import type { RevisionId } from "../../graph/revision.ts";
import { upgradeRoute } from "../../graph/route.ts";
import type { TextHash } from "../../manifest/manifest.ts";
import { lineages, type TextHashes } from "../../manifest/verdict.ts";
import { replay, ReplayedParent, type ScriptText } from "../../replay/history.ts";
import { Scratch } from "../../replay/scratch.ts";
import { refuseNewerFeatures, requireSqliteOfSchema } from "../../replay/check_script.ts";
import { checkRenames } from "../../schema/diff/check_renames.ts";
import { ownSchema, withoutExcluded } from "../../schema/model/foreign_objects.ts";
import { compareSchemas } from "../../schema/diff/compare.ts";
import { type RenameSuggestion, suggestRenames } from "../../schema/diff/rename_suggestion.ts";
import { NO_HINTS, type RenameHints } from "../../schema/diff/renames.ts";
import type { Change } from "../../schema/model/change.ts";
import { EMPTY_SCHEMA, isEmptySchema, type Schema } from "../../schema/model/model.ts";
import { buildSchema, introspect, KnownObjects } from "../../schema/read/introspect.ts";
import { readSchemaRows, type SchemaRows } from "../../schema/read/schema_rows.ts";
import { type LoadedSchema, loadSchema } from "../../schema/source/load_schema.ts";
import type { SchemaFile } from "../../schema/source/statements.ts";
import { readScript } from "../../sql/read_script.ts";
import { say, shell } from "../../text/next_step.ts";
import type { DatabaseAccess } from "../workspace/database_access.ts";
import { resolvePath } from "../workspace/files.ts";
import type { Project } from "../workspace/project.ts";
import { type RevisionText, RevisionTexts } from "../workspace/revision_texts.ts";
import type { Settings } from "../workspace/settings.ts";
import type { Workspace } from "../workspace/workspace.ts";
import { ReplayCache } from "./replay_cache.ts";
import { schemaRun } from "./schema_models.ts";
import { readSchemaFiles, runSchemaCommand } from "./schema_source.ts";

/** The ups on disk that lead to some revisions. */
interface HistoryTexts {
  /** Parents and dependencies first. */
  readonly ups: readonly { readonly id: RevisionId; readonly up: RevisionText }[];
  /** The sorted lineages of these revisions: if they are equal, so are the histories. */
  readonly lineages: readonly TextHash[];
}

/**
 * Reads and hashes every file that leads to the revisions, without running or tokenizing them.
 *
 * @throws {AludelError} `revision-edited` and similar errors if a sealed file has changed; errors of
 * the areas `file` and `sql` about reading.
 */
function readHistory(
  { files, graph, entries }: Workspace,
  ids: readonly RevisionId[],
): HistoryTexts {
  const missing = ids.find((id) => !entries.has(id));
  if (missing !== undefined) {
    throw new AludelError("revision-not-on-disk", `Revision "${missing}" is not on disk`, {
      revision: missing,
      next: [shell`aludel history`],
    });
  }
  const ups: { readonly id: RevisionId; readonly up: RevisionText }[] = [];
  const hashes = new Map<RevisionId, TextHashes>();
  const route = upgradeRoute(graph, new Set(), ids);
  for (const { id } of route) {
    const texts = new RevisionTexts(files, entries.get(id)!);
    ups.push({ id, up: texts.requireIntact().up });
    hashes.set(id, texts.hashes!);
  }
  const known = lineages(
    route.map(({ id }) => graph.get(id)!),
    (id) => hashes.get(id),
  );
  return { ups, lineages: ids.map((id) => known.get(id)!).sort() };
}

/** A script without its `choose` directives, so that it runs with the NULL before each of them. */
function withoutChoices({ file, text }: ScriptText): ScriptText {
  const places = readScript(file, text).header.choose ?? [];
  const runnable = places.toReversed().reduce((rest, { start }) => {
    const end = rest.indexOf("\n", start);
    return rest.slice(0, start) + (end < 0 ? "" : rest.slice(end));
  }, text);
  return { file, text: runnable };
}

/** Two schemas and their differences, under the project's settings. */
export interface Comparison {
  readonly from: Schema;
  /** The wanted schema, with the present objects that the settings exclude. */
  readonly to: Schema;
  readonly changes: readonly Change[];
  /** Renames that the difference may hide. */
  readonly suggestions: readonly RenameSuggestion[];
  /** Rename hints without effect, a sentence each. */
  readonly notices: readonly string[];
}

/**
 * Compares two schemas under the project's settings.
 * @throws {AludelError} `schema-rename-hint` as {@linkcode checkRenames}.
 */
export function compareWith(
  settings:
    & Pick<Settings, "exclude" | "columnOrder">
    & Partial<Pick<Settings, "doubleQuotedStrings">>,
  from: Schema,
  wanted: Schema,
  hints: RenameHints = NO_HINTS,
): Comparison {
  const to = withoutExcluded(from, wanted, settings.exclude);
  const notices = checkRenames(from, to, hints);
  const changes = compareSchemas(from, to, {
    renames: hints,
    columnOrder: settings.columnOrder,
    doubleQuotedStrings: settings.doubleQuotedStrings ?? false,
  });
  return { from, to, changes, suggestions: suggestRenames(changes), notices };
}

/**
 * Compares a schema with the wanted one.
 *
 * @param wanted With the name of its file, folder or program.
 * @throws {AludelError} `schema-empty` if the wanted schema is empty, because that would drop everything. A failing
 * command whose output goes into the file leaves it empty. Also as {@linkcode compareWith}.
 */
export function compareWithWanted(
  settings: Settings,
  present: Schema,
  wanted: LoadedSchema & { readonly name: string },
): Comparison {
  const isEmpty = isEmptySchema(ownSchema(wanted.schema, settings.exclude));
  if (isEmpty && !isEmptySchema(ownSchema(present, settings.exclude))) {
    throw emptySchema(wanted.name, typeof settings.schema === "object");
  }
  return compareWith(settings, present, wanted.schema, wanted.hints);
}

function emptySchema(name: string, isProgram: boolean): AludelError {
  const isFile = !isProgram && /\.sql$/i.test(name);
  return new AludelError(
    "schema-empty",
    `"${name}" ${isProgram ? "printed" : "has"} no definition`,
    {
      notes: [
        "It would mean dropping everything",
        "If a command fails, the file that its output goes to is left empty",
      ],
      outcome: "Nothing was written",
      next: [
        ...(isFile
          ? [shell`aludel schema heads > ${name} # begin again with what the revisions give`]
          : [say("Write the schema again, then run the same command again")]),
        shell`aludel revision -m "drop everything" # if that is what you want, by hand`,
      ],
    },
  );
}

/** The default files and folders of a project's wanted schema. */
const DEFAULT_SCHEMAS = ["schema.sql", "schema"];

/** Reads schemas from revisions, databases and files. */
export class SchemaReader {
  readonly scratch: Scratch;
  readonly #settings: Settings;
  readonly #workspace: Workspace | null;
  readonly #cache: ReplayCache;
  /** Schemas of this project that were read before: most objects of the next schema are the same. */
  readonly #read: Schema[] = [];

  /** @param workspace null if there is no manifest: then no revision has a schema. */
  constructor({ settings }: Project, workspace: Workspace | null) {
    this.#settings = settings;
    this.#workspace = workspace;
    this.scratch = new Scratch(settings);
    this.#cache = new ReplayCache(`${settings.root}/.aludel`);
  }

  /**
   * The schema of revisions and all that they need, from the cache or a replay.
   *
   * @throws {AludelError} As {@linkcode readHistory} and {@linkcode replay}.
   */
  async ofRevisions(ids: readonly RevisionId[]): Promise<Schema> {
    await using parent = await this.parent(ids);
    return parent.schema;
  }

  /**
   * The schema that a draft leads to, also while values in its up are still to be chosen: on an empty database they
   * matter to no row.
   *
   * @throws {AludelError} As {@linkcode ofRevisions}, except `sql-choose`.
   */
  async ofDraft(id: RevisionId): Promise<Schema> {
    try {
      return await this.ofRevisions([id]);
    } catch (error) {
      if (!(error instanceof AludelError) || error.code !== "sql-choose") throw error;
    }
    const { ups } = readHistory(this.#workspace!, [id]);
    const runnable = ups.map(({ id, up }) => ({ id, up: withoutChoices(up) }));
    await using connection = await replay(runnable, this.scratch);
    return this.#build(await readSchemaRows(connection));
  }

  /**
   * The schema of revisions, and databases with it on which to try what follows. If the schema is not in the cache,
   * the first database is that of the replay.
   *
   * @throws {AludelError} As {@linkcode ofRevisions}.
   */
  async parent(ids: readonly RevisionId[]): Promise<ReplayedParent> {
    const workspace = this.#workspace;
    if (workspace === null || ids.length === 0) {
      return new ReplayedParent(EMPTY_SCHEMA, () => this.scratch.open());
    }
    const history = readHistory(workspace, ids);
    const replayAll = () => replay(history.ups, this.scratch);
    const key = this.#key(history);
    const kept = this.#cache.readSchema(key);
    if (kept !== undefined) {
      return new ReplayedParent(this.#build(kept), () => this.#database(key, replayAll));
    }
    const connection = await replayAll();
    try {
      const rows = await readSchemaRows(connection);
      this.#cache.writeSchema(key, rows);
      return new ReplayedParent(this.#build(rows), replayAll, connection);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** A database from the cache, or else by a replay, which is kept: it is asked for a second time. */
  async #database(
    key: string,
    replayAll: () => Promise<ScratchConnection>,
  ): Promise<ScratchConnection> {
    const image = this.#cache.readImage(key);
    if (image !== undefined) return this.scratch.openImage(image);
    const connection = await replayAll();
    this.#cache.writeImage(key, connection.image());
    return connection;
  }

  /** The schema of a database. @throws {AludelError} `database-missing` and errors of reading it. */
  async ofDatabase(access: DatabaseAccess, name: string): Promise<Schema> {
    await using connection = await access.look({ extensions: true });
    if (connection === null) {
      throw databaseMissing(name);
    }
    return await introspect(connection);
  }

  /**
   * The schema in a file or a folder of files.
   * @throws {AludelError} As {@linkcode readSchemaFiles} and {@linkcode loadSchema}.
   */
  async ofFiles(path: string, name: string): Promise<LoadedSchema> {
    const files = readSchemaFiles(path, name);
    if (files === null) throw schemaMissing(name);
    return await this.#load(files);
  }

  /**
   * The schema that the project wants.
   *
   * @param onRun Called before a program runs that prints the schema.
   * @returns With the name of its file, folder or program.
   * @throws {AludelError} `schema-missing` if there is none, and as {@linkcode ofFiles}.
   */
  async wanted(
    onRun: (program: string) => void,
  ): Promise<LoadedSchema & { readonly name: string }> {
    const { schema, root } = this.#settings;
    if (typeof schema === "object") {
      const { command, name } = schemaRun(schema, root);
      onRun(name);
      const file = await runSchemaCommand(command, root, name);
      return { ...await this.#load([file]), name };
    }
    for (const name of schema === undefined ? DEFAULT_SCHEMAS : [schema]) {
      const files = readSchemaFiles(resolvePath(name, root), name);
      if (files !== null) return { ...await this.#load(files), name };
    }
    throw schemaMissing(schema ?? DEFAULT_SCHEMAS[0]!);
  }

  async #load(files: readonly SchemaFile[]): Promise<LoadedSchema> {
    for (const file of files) requireSqliteOfSchema(file, libraryVersion());
    refuseNewerFeatures(files, this.#settings.sqlite);
    const loaded = await loadSchema(files, this.scratch.open, this.#read);
    this.#read.push(loaded.schema);
    return loaded;
  }

  #build(rows: SchemaRows): Schema {
    const schema = buildSchema(rows, new KnownObjects(this.#read));
    this.#read.push(schema);
    return schema;
  }

  /** A hash of everything that a replay depends on: the texts in order, SQLite and its settings. */
  #key({ lineages }: HistoryTexts): string {
    const settings = this.#settings;
    const facts = [
      "aludel-replay-1",
      libraryVersion(),
      `${settings.doubleQuotedStrings}`,
      ...settings.extensions,
    ];
    return digest([...facts, ...lineages].join("\n")).slice("sha256:".length);
  }
}

function schemaMissing(name: string): AludelError {
  return new AludelError("schema-missing", `There is no schema file "${name}"`, {
    notes: ["It has the CREATE statements of all tables, indexes, views and triggers"],
    next: [
      shell`aludel schema heads > ${name} # begin with the schema that the revisions make`,
      say('Name another file, folder or program with "schema" in aludel.json'),
    ],
  });
}
