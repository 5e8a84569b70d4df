import { type Connection, refusalOf } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import { checkScript } from "../../replay/check_script.ts";
import { Scratch, type ScratchSettings } from "../../replay/scratch.ts";
import { tryScript } from "../../runner/try_script.ts";
import { compareSchemas } from "../../schema/diff/compare.ts";
import { describeChange } from "../../schema/diff/describe.ts";
import { filterSchema, ownSchema } from "../../schema/model/foreign_objects.ts";
import type { Schema, SchemaObject } from "../../schema/model/model.ts";
import { introspect } from "../../schema/read/introspect.ts";
import { schemaObjects, writeSchema } from "../../schema/source/write_schema.ts";
import { foldName, sameName } from "../../sql/identifier.ts";
import { readState } from "../../state/state.ts";
import { say, shell } from "../../text/next_step.ts";
import type { RevisionId } from "../../graph/revision.ts";
import { parseRef } from "../../graph/ref.ts";
import type { RunHost } from "../../runner/request.ts";
import { planStamp, stamp } from "../migrate/stamp.ts";
import { accessTo, type DatabaseAccess, type LookPatience } from "../workspace/database_access.ts";
import { pathExists, relativeTo, writeAtomically } from "../workspace/files.ts";
import { openProject, type Project } from "../workspace/project.ts";
import type { Settings } from "../workspace/settings.ts";
import type { Target } from "../workspace/target.ts";
import { openWorkspace } from "../workspace/workspace.ts";
import { type StartedProject, startProject } from "./start_project.ts";
import { writeRevision } from "./write_revision.ts";

/** The schema file of an adopted database. */
const SCHEMA_FILE = "schema.sql";

/** A database to adopt. */
export interface AdoptRequest {
  readonly target: Target;
  /** The project's folder, absolute. */
  readonly root: string;
  /** The settings of the folder, or the default ones. */
  readonly settings: Settings;
  /** The path in `DATABASE_URL`, which new settings must not override. */
  readonly borrowedPath: string | undefined;
  /** The migrations folder of new settings, if it is not the default. */
  readonly migrations?: string;
  readonly id: RevisionId;
  readonly now: Date;
  /** How to wait while another process keeps readers out of the database. */
  readonly patience: LookPatience;
  /** Called once if another process is writing to the migrations folder. */
  readonly onWait: (project: Project) => void;
  /** Makes the host of the stamp. */
  readonly hostOf: (project: Project, access: DatabaseAccess) => RunHost & Disposable;
}

/** The result of {@linkcode adoptDatabase}. */
interface AdoptedDatabase {
  readonly started: StartedProject;
  readonly adopted: AdoptedSchema;
  readonly revision: RevisionId;
  /** The path of the first revision's up.sql. */
  readonly up: string;
  /** Names that the setting `exclude` should contain, but does not. */
  readonly notExcluded: readonly string[];
}

/**
 * Starts a project for an existing database: its schema is written to schema.sql and to a first revision, which is
 * recorded as applied. The database changes last, so that a failure leaves it unchanged.
 *
 * @throws {AludelError} `adopt-recorded`, `adopt-revisions`, `adopt-failed`, `database-missing`.
 */
export async function adoptDatabase(request: AdoptRequest): Promise<AdoptedDatabase> {
  const { target, root, borrowedPath, migrations } = request;
  const adopted = await readDatabase(request);
  // An object that belongs to an excluded one is excluded too.
  const leftOut = adopted.leftOut.filter(({ owner }) => owner === null).map(({ name }) => name);
  const started = startProject(root, {
    ...(borrowedPath !== target.path &&
      { database: target.kind === "server" ? target.name : relativeTo(target.path, root) }),
    ...(migrations !== undefined && { migrations }),
    ...(adopted.doubleQuotedStrings && { doubleQuotedStrings: true }),
    ...(leftOut.length > 0 && { exclude: leftOut }),
  }, target.path);
  const project = openProject(root);
  if ((openWorkspace(project.files)?.graph.size ?? 0) > 0) {
    throw new AludelError("adopt-revisions", "The project already has revisions", {
      notes: ["A database is adopted into a new project"],
      next: [shell`aludel stamp REF # record the revision whose schema the database has`],
    });
  }
  const schemaPath = `${root}/${SCHEMA_FILE}`;
  const keepsSchema = pathExists(schemaPath);
  if (!keepsSchema) writeAtomically(schemaPath, adopted.text);
  const { revision, up } = await writeRevision(project, {
    id: request.id,
    message: "baseline",
    now: request.now,
    parents: ["base"],
    dependsOn: [],
    labels: [],
    splice: false,
    down: false,
    purpose: "change",
    texts: { up: adopted.up, down: "" },
    onWait: () => request.onWait(project),
  });
  const access = accessTo(target, request.patience);
  const planned = await planStamp({
    workspace: openWorkspace(project.files),
    access,
    drafts: target.drafts,
    sealedTexts: () => undefined,
  }, { refs: [parseRef(revision.id)], purge: false });
  using host = request.hostOf(project, access);
  await stamp(planned, host, { tables: adopted.schema.tables.size });
  return {
    started: {
      ...started,
      [keepsSchema ? "kept" : "created"]: [
        ...(keepsSchema ? started.kept : started.created),
        SCHEMA_FILE,
      ],
    },
    adopted,
    revision: revision.id,
    up,
    notExcluded: leftOut.filter((name) => !project.settings.exclude.includes(name)),
  };
}

async function readDatabase(request: AdoptRequest): Promise<AdoptedSchema> {
  const { settings, patience } = request;
  const target = { ...request.target, extensions: settings.extensions };
  await using connection = await accessTo(target, patience).look({ extensions: true });
  if (connection === null) {
    throw new AludelError("database-missing", `Database "${target.name}" does not exist`, {
      next: [shell`aludel init # start with a new one`],
    });
  }
  return await adoptSchema(connection, target.name, settings);
}

/** A database's schema as text that was tried. */
interface AdoptedSchema {
  readonly schema: Schema;
  /** The text of schema.sql. */
  readonly text: string;
  /** The up of the baseline revision. */
  readonly up: string;
  /** Whether the schema needs `"text"` in double quotes to be read as a string. */
  readonly doubleQuotedStrings: boolean;
  /** Objects that this SQLite cannot create, and those that need them. */
  readonly leftOut: readonly LeftOut[];
}

/** An object of the database that the texts omit. */
interface LeftOut {
  readonly kind: SchemaObject["kind"];
  readonly name: string;
  /** SQLite's message, or the object that it belongs to. */
  readonly reason: string;
  /** The omitted object that it belongs to; null if there is none. */
  readonly owner: string | null;
}

/** The settings that affect the adopted schema. */
type AdoptionSettings = Pick<Settings, "exclude" | "extensions" | "functions">;

/**
 * Writes a database's schema as text, and makes sure that a revision with this text leads to exactly that schema. Objects
 * that this SQLite cannot create, because it lacks a module, a collation or the grammar, are omitted with everything
 * that needs them, and so are those that the settings exclude.
 *
 * @throws {AludelError} `adopt-recorded` for a database with records of Aludel; `adopt-failed` for one
 * whose text does not create its schema; the errors of reading the schema.
 */
async function adoptSchema(
  connection: Connection,
  name: string,
  settings: AdoptionSettings,
): Promise<AdoptedSchema> {
  const { applied } = await readState(connection);
  if (applied.length > 0) {
    throw new AludelError("adopt-recorded", `Database "${name}" is already managed by Aludel`, {
      notes: [
        `Its records name ${applied.length === 1 ? "1 revision" : `${applied.length} revisions`}`,
      ],
      next: [shell`aludel current -d ${name}`],
    });
  }
  const whole = ownSchema(await introspect(connection), settings.exclude);
  const { schema, leftOut } = await makeable(whole, settings);
  const text = writeSchema(schema);
  const up =
    `-- Up: baseline\n-- The schema as it was when Aludel took over the database.\n-- aludel: ignore=no-down the database was there first\n\n${text}`;
  let failure: unknown;
  for (const doubleQuotedStrings of [false, true]) {
    try {
      await prove(up, schema, { ...settings, doubleQuotedStrings });
      return { schema, text, up, doubleQuotedStrings, leftOut };
    } catch (error) {
      failure ??= error;
    }
  }
  throw explained(failure);
}

/** Explains an error without the revision's file, which does not exist yet. */
function explained(failure: unknown): unknown {
  if (!(failure instanceof AludelError) || failure.code === "adopt-failed") return failure;
  const { message, notes, sqlite, place } = failure;
  return new AludelError("adopt-failed", "The database's own SQL cannot be run", {
    notes: [message, ...(place?.frame === undefined ? [] : place.frame.split("\n")), ...notes],
    ...(sqlite !== undefined && { sqlite }),
    outcome: "Nothing was written",
    next: [
      say(
        'Add the objects of the failing SQL to the setting "exclude", then run the same command again',
      ),
    ],
    cause: failure,
  });
}

/** Divides a schema into the objects that this SQLite can create and the others, by creating one after the other. */
async function makeable(
  whole: Schema,
  settings: AdoptionSettings,
): Promise<{ readonly schema: Schema; readonly leftOut: readonly LeftOut[] }> {
  const scratch = new Scratch({ ...settings, doubleQuotedStrings: true });
  await using connection = await scratch.open();
  const leftOut: LeftOut[] = [];
  const out = new Map<string, LeftOut>();
  const leave = ({ kind, name }: SchemaObject, reason: string, owner: string | null) => {
    const one = { kind, name, reason, owner };
    leftOut.push(one);
    out.set(foldName(name), one);
  };
  for (const object of schemaObjects(whole)) {
    const table = "table" in object ? out.get(foldName(object.table)) : undefined;
    if (table !== undefined) leave(object, `it belongs to ${table.name}`, table.name);
    else {
      const reason = await refusalOf(() => connection.execute(object.sql));
      if (reason !== undefined) leave(object, reason, null);
    }
  }
  const isLeftOut = ({ kind, name }: SchemaObject) =>
    leftOut.some((one) => one.kind === kind && sameName(one.name, name));
  return { schema: leftOut.length === 0 ? whole : filterSchema(whole, isLeftOut), leftOut };
}

async function prove(up: string, expected: Schema, settings: ScratchSettings): Promise<void> {
  const script = checkScript("up.sql", up, "baseline");
  const scratch = new Scratch(settings);
  await using made = await scratch.after((connection) =>
    tryScript(connection, { id: "baseline", direction: "up", script })
  );
  const left = compareSchemas(await introspect(made), expected);
  if (left.length === 0) return;
  throw new AludelError("adopt-failed", "The database's own SQL does not reproduce its schema", {
    notes: left.flatMap(describeChange),
    next: [shell`aludel stamp head # once the first revision is written by hand`],
  });
}
