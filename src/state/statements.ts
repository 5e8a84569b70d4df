import type { Connection, Row, SqlValue } from "../db/connection.ts";
import { quoteText } from "../sql/identifier.ts";
import type { NewLogEntry } from "./log.ts";
import { type AppliedRevision, type AppliedTexts, writeIdList } from "./state.ts";

// The statements that change the state tables. The runner binds their values, and a script for the sqlite3 shell has
// the values in its text.

/** An SQL expression that a script has in the place of a value. */
export interface SqlExpression {
  readonly expression: string;
}

/** A statement with named values, written `:name`. */
export class StateStatement<Name extends string = never> {
  readonly #text: string;
  #parsed: { readonly sql: string; readonly names: readonly Name[] } | undefined;

  constructor(text: string) {
    this.#text = text;
  }

  /**
   * Runs it with bound values. Its text never changes, so the connection keeps it prepared.
   * @throws {SqlError}
   */
  run(connection: Connection, values: Readonly<Record<Name, SqlValue>>): Promise<Row[]> {
    this.#parsed ??= this.#parse();
    const { sql, names } = this.#parsed;
    return connection.query(sql, names.map((name) => values[name]));
  }

  /** The text of the statement with its values, and a semicolon at the end. */
  text(values: Readonly<Record<Name, SqlValue | SqlExpression>>): string {
    return `${this.#text.replace(PARAMETER, (_, name) => literal(values[name as Name]))};`;
  }

  #parse(): { readonly sql: string; readonly names: readonly Name[] } {
    const names: Name[] = [];
    const sql = this.#text.replace(PARAMETER, (_, name) => {
      names.push(name);
      return "?";
    });
    return { sql, names };
  }
}

/** A named value. None of the statements has a colon anywhere else. */
const PARAMETER = /:([a-z_]+)/g;

function literal(value: SqlValue | SqlExpression): string {
  if (value === null) return "NULL";
  if (typeof value === "string") return quoteText(value);
  if (typeof value === "object" && "expression" in value) return value.expression;
  return String(value);
}

/** An INSERT into columns that have the names of their values. */
function insertInto<Name extends string>(table: string, columns: readonly Name[]) {
  const values = columns.map((name) => `:${name}`).join(", ");
  return new StateStatement<Name>(
    `INSERT INTO main.${table} (${columns.join(", ")})\nVALUES (${values})`,
  );
}

/** Records a revision as applied, after all others. */
export const INSERT_REVISION = insertInto("aludel_revision", [
  "id",
  "parents",
  "depends_on",
  "labels",
  "message",
  "lineage",
  "up_hash",
  "down_hash",
  "kind",
  "applied_at",
  "duration_ms",
  "applied_by",
  "up_sql",
  "down_sql",
]);

/** The values of {@linkcode INSERT_REVISION}. */
export function revisionValues(revision: AppliedRevision, texts: AppliedTexts) {
  return {
    id: revision.id,
    parents: writeIdList(revision.parents),
    depends_on: writeIdList(revision.dependsOn),
    labels: writeIdList(revision.labels),
    message: revision.message,
    lineage: revision.lineage,
    up_hash: revision.up,
    down_hash: revision.down,
    kind: revision.kind,
    applied_at: revision.appliedAt,
    duration_ms: BigInt(Math.round(revision.durationMs)),
    applied_by: revision.appliedBy,
    up_sql: texts.up,
    down_sql: texts.down,
  };
}

const DELETE = "DELETE FROM main.aludel_revision WHERE id = :id";

/** Removes a revision's record. */
export const DELETE_REVISION = new StateStatement<"id">(DELETE);

/** Removes a revision's record and returns its id. */
export const DELETE_REVISION_RETURNING = new StateStatement<"id">(`${DELETE} RETURNING id`);

/** Removes all records, and the statements of unfinished scripts. The log is kept. */
export const PURGE = [
  new StateStatement("DELETE FROM main.aludel_revision"),
  new StateStatement("DELETE FROM main.aludel_intent"),
];

/** Updates a record after its revision, or one of its ancestors, was signed again. */
export const RESEAL_HASHES = new StateStatement<"id" | "up_hash" | "down_hash" | "lineage">(
  "UPDATE main.aludel_revision SET up_hash = :up_hash, down_hash = :down_hash, " +
    "lineage = :lineage WHERE id = :id",
);

/** Replaces the texts in a record by others with the same statements. */
export const RESEAL_TEXTS = new StateStatement<"id" | "up_sql" | "down_sql">(
  "UPDATE main.aludel_revision SET up_sql = :up_sql, down_sql = :down_sql WHERE id = :id",
);

/** Turns the record of the last squashed revision into that of the squash, and keeps its position. */
export const SQUASH_REVISION = new StateStatement<
  | "last"
  | "id"
  | "parents"
  | "depends_on"
  | "labels"
  | "message"
  | "lineage"
  | "up_hash"
  | "down_hash"
  | "up_sql"
  | "down_sql"
>(
  "UPDATE main.aludel_revision SET id = :id, parents = :parents, depends_on = :depends_on, " +
    "labels = :labels, message = :message, lineage = :lineage, up_hash = :up_hash, " +
    "down_hash = :down_hash, kind = 'stamped', duration_ms = 0, up_sql = :up_sql, " +
    "down_sql = :down_sql WHERE id = :last",
);

/** Updates a record whose parents a squash has replaced. */
export const MOVE_REVISION = new StateStatement<"id" | "parents" | "depends_on" | "lineage">(
  "UPDATE main.aludel_revision SET parents = :parents, depends_on = :depends_on, " +
    "lineage = :lineage WHERE id = :id",
);

/** Appends to the log. */
export const APPEND_LOG = insertInto("aludel_log", [
  "at",
  "event",
  "revision",
  "details",
  "logged_by",
]);

/** The values of {@linkcode APPEND_LOG}. */
export function logValues(entry: NewLogEntry) {
  return {
    at: entry.at,
    event: entry.event,
    revision: entry.revision,
    details: JSON.stringify(entry.details),
    logged_by: entry.by,
  };
}

/** Appends an entry of another database's log with its own number. */
export const CARRY_LOG = insertInto("aludel_log", [
  "entry",
  "at",
  "event",
  "revision",
  "details",
  "logged_by",
]);

/** Sets a property of the state tables or the database. */
export const SET_META = new StateStatement<"key" | "value">(
  "INSERT OR REPLACE INTO main.aludel_meta (key, value) VALUES (:key, :value)",
);

/** Removes a property. */
export const UNSET_META = new StateStatement<"key">(
  "DELETE FROM main.aludel_meta WHERE key = :key",
);

/** Records that a statement of a script outside a transaction is about to run. */
export const INTEND = new StateStatement<"revision" | "direction" | "statement" | "sql" | "at">(
  "INSERT OR REPLACE INTO main.aludel_intent (revision, direction, statement, sql, state, at) " +
    "VALUES (:revision, :direction, :statement, :sql, 'intended', :at)",
);

const ONE_INTENT = "WHERE revision = :revision AND direction = :direction AND " +
  "statement = :statement";

/** Records that such a statement has run. */
export const INTENT_DONE = new StateStatement<"revision" | "direction" | "statement" | "at">(
  `UPDATE main.aludel_intent SET state = 'done', at = :at ${ONE_INTENT}`,
);

/** Removes such a statement, because it was refused. */
export const WITHDRAW_INTENT = new StateStatement<"revision" | "direction" | "statement">(
  `DELETE FROM main.aludel_intent ${ONE_INTENT}`,
);

/** Removes the statements of a revision. */
export const CLEAR_INTENTS = new StateStatement<"revision">(
  "DELETE FROM main.aludel_intent WHERE revision = :revision",
);

/** Removes the statements of all other revisions. A script passes the ids as an expression in parentheses. */
export const CLEAR_OTHER_INTENTS = new StateStatement<"revisions">(
  "DELETE FROM main.aludel_intent WHERE revision NOT IN :revisions",
);
