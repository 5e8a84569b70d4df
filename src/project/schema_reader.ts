import { databaseMissing } from "../db/database_error.ts";
import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { Digest } from "../manifest/manifest.ts";
import { buildSchema, introspect } from "../schema/introspect.ts";
import { KnownObjects } from "../schema/known_objects.ts";
import { type LoadedSchema, loadSchema } from "../schema/load_schema.ts";
import { EMPTY_SCHEMA, type Schema } from "../schema/model.ts";
import type { SchemaFile } from "../schema/schema_file.ts";
import { readSchemaRows, type SchemaRows } from "../schema/schema_row.ts";
import type { DatabaseAccess } from "./database_access.ts";
import { type HistoryTexts, readHistory } from "./history_texts.ts";
import type { Project } from "./project.ts";
import { replay } from "../replay/history.ts";
import { ReplayedParent } from "../replay/history.ts";
import { resolvePath } from "./resolve_path.ts";
import { SchemaCache } from "./schema_cache.ts";
import { runSchemaCommand } from "./schema_command.ts";
import { readSchemaFiles } from "./schema_files.ts";
import { Scratch } from "../replay/scratch.ts";
import { requireSqliteOfSchema } from "../replay/sqlite_requirement.ts";
import type { Workspace } from "./workspace.ts";

/** What {@linkcode SchemaReader} works with. */
export interface SchemaReaderContext {
  readonly project: Project;
  /** null where there is no manifest: then no revision has a schema. */
  readonly workspace: Workspace | null;
  readonly digest: Digest;
  /** The SQLite of this program, such as `3.53.2`. */
  readonly sqliteVersion: string;
}

/** Where a project's wanted schema is written, if nothing says otherwise. */
const DEFAULT_SCHEMAS = ["schema.sql", "schema"];

/** Reads schemas from revisions, databases and files. */
export class SchemaReader {
  readonly scratch: Scratch;
  readonly #context: SchemaReaderContext;
  readonly #cache: SchemaCache;
  /** Schemas of this project that were read already: the next one mostly is the same for the most part. */
  readonly #read: Schema[] = [];

  constructor(context: SchemaReaderContext) {
    const { settings } = context.project;
    this.#context = context;
    this.scratch = new Scratch(settings.doubleQuotedStrings);
    this.#cache = new SchemaCache(`${settings.root}/.aludel`);
  }

  /**
   * The schema that revisions lead to, with all that they need: from the cache, or else replayed.
   *
   * @throws {AludelError} What {@linkcode readHistory} and {@linkcode replay} throw.
   */
  async ofRevisions(ids: readonly RevisionId[]): Promise<Schema> {
    await using parent = await this.parent(ids);
    return parent.schema;
  }

  /**
   * What revisions lead to, for what comes after them. Where the schema is not in the cache, they are run for it, and
   * not once more for the first database that is asked for.
   *
   * @throws {AludelError} As {@linkcode ofRevisions}.
   */
  async parent(ids: readonly RevisionId[]): Promise<ReplayedParent> {
    const { workspace } = this.#context;
    if (workspace === null || ids.length === 0) {
      return new ReplayedParent(EMPTY_SCHEMA, this.scratch, () => this.scratch.open());
    }
    const history = readHistory(workspace, ids, this.#context.digest);
    const replayAll = () => replay(history.ups, this.scratch, this.#context.sqliteVersion);
    const key = this.#key(history);
    const kept = this.#cache.read(key);
    if (kept !== undefined) {
      return new ReplayedParent(this.#build(kept), this.scratch, replayAll);
    }
    const connection = await replayAll();
    try {
      const rows = await readSchemaRows(connection);
      this.#cache.write(key, rows);
      return new ReplayedParent(this.#build(rows), this.scratch, replayAll, connection);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  /** The schema of a database. @throws {AludelError} `database-missing` and its like. */
  async ofDatabase(access: DatabaseAccess, name: string): Promise<Schema> {
    await using connection = await access.look();
    if (connection === null) {
      throw databaseMissing(name);
    }
    return await introspect(connection);
  }

  /**
   * The schema that a file or a folder of files writes down.
   * @throws {AludelError} What {@linkcode readSchemaFiles} and {@linkcode loadSchema} throw.
   */
  async ofFiles(path: string, name: string): Promise<LoadedSchema> {
    const files = readSchemaFiles(path, name);
    if (files === null) throw schemaMissing(name);
    return await this.#load(files);
  }

  /**
   * The schema that the project wants.
   * @returns With the name of its file, folder or program.
   * @throws {AludelError} `schema-missing` where none is written down, and as {@linkcode ofFiles}.
   */
  async wanted(): Promise<LoadedSchema & { readonly name: string }> {
    const { schema, root } = this.#context.project.settings;
    if (typeof schema === "object") {
      const file = await runSchemaCommand(schema.command, root);
      return { ...await this.#load([file]), name: schema.command.join(" ") };
    }
    for (const name of schema === undefined ? DEFAULT_SCHEMAS : [schema]) {
      const files = readSchemaFiles(resolvePath(name, root), name);
      if (files !== null) return { ...await this.#load(files), name };
    }
    throw schemaMissing(schema ?? DEFAULT_SCHEMAS[0]!);
  }

  async #load(files: readonly SchemaFile[]): Promise<LoadedSchema> {
    for (const file of files) requireSqliteOfSchema(file, this.#context.sqliteVersion);
    const loaded = await loadSchema(files, this.scratch.open, this.#read);
    this.#read.push(loaded.schema);
    return loaded;
  }

  #build(rows: SchemaRows): Schema {
    const schema = buildSchema(rows, new KnownObjects(this.#read));
    this.#read.push(schema);
    return schema;
  }

  /** All that a replay depends on: the texts in their order, the SQLite, how it reads double quotes. */
  #key({ lineages }: HistoryTexts): string {
    const { digest, sqliteVersion, project: { settings } } = this.#context;
    const facts = ["aludel-replay-1", sqliteVersion, `${settings.doubleQuotedStrings}`];
    return digest([...facts, ...lineages].join("\n")).slice("sha256:".length);
  }
}

function schemaMissing(name: string): AludelError {
  return new AludelError("schema-missing", `There is no "${name}" with the schema you want`, {
    notes: ["It holds the CREATE statements of all tables, indexes, views and triggers"],
    next: [
      `aludel schema head > ${name}, to begin with what the revisions give`,
      'Name another file, folder or program with "schema" in aludel.json',
    ],
  });
}
