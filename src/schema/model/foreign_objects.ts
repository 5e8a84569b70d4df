import { foldName } from "../../sql/identifier.ts";
import type { Schema, SchemaObject } from "./model.ts";

/** Patterns for the tables in which other tools keep their state: they are no part of a project's schema. */
export const TOOL_TABLES: readonly string[] = [
  // Migration tools.
  ...["alembic_version", "django_migrations", "schema_migrations", "ar_internal_metadata"],
  ...["__drizzle_migrations", "_prisma_migrations", "knex_migrations*", "kysely_migration*"],
  ...[
    "SequelizeMeta",
    "typeorm_metadata",
    "goose_db_version",
    "_sqlx_migrations",
    "gorp_migrations",
  ],
  ...["__diesel_schema_migrations", "refinery_schema_history", "flyway_schema_history"],
  ...["databasechangelog", "databasechangeloglock", "__EFMigrationsHistory", "__EFMigrationsLock"],
  ...["_yoyo_log", "_yoyo_migration", "_yoyo_version", "yoyo_lock", "atlas_schema_revisions"],
  // Replication and hosts.
  ...["_litestream_seq", "_litestream_lock", "_cf_*", "d1_migrations", "libsql_wasm_func_table"],
  ...["crsql_*", "*__crsql_*"],
];

/**
 * Whether an object belongs to another tool: by its name, or for an index or trigger by its table's name.
 *
 * @param patterns Names of tables, virtual tables, views, indexes and triggers, with the wildcards `*` and `?`, in
 * addition to {@linkcode TOOL_TABLES}. One that begins with `!` excludes names from both.
 */
function excluder(patterns: readonly string[]): (object: SchemaObject) => boolean {
  const isOut = matcher([
    ...TOOL_TABLES,
    ...patterns.filter((pattern) => !pattern.startsWith("!")),
  ]);
  const isIn = matcher(
    patterns.filter((pattern) => pattern.startsWith("!")).map((pattern) => pattern.slice(1)),
  );
  const matches = (name: string) => isOut(name) && !isIn(name);
  return (object) =>
    matches(object.name) ||
    ((object.kind === "index" || object.kind === "trigger") && matches(object.table));
}

/**
 * The wanted schema with the present objects of other tools, so that none of these differs.
 * @param patterns As for {@linkcode excluder}.
 */
export function withoutExcluded(from: Schema, to: Schema, patterns: readonly string[]): Schema {
  const isExcluded = excluder(patterns);
  const merge = <T extends SchemaObject>(
    present: ReadonlyMap<string, T>,
    wanted: ReadonlyMap<string, T>,
  ): ReadonlyMap<string, T> => {
    const kept = [...present].filter(([, object]) => isExcluded(object));
    if (kept.length === 0 && !wanted.values().some(isExcluded)) return wanted;
    return new Map([...kept, ...[...wanted].filter(([, object]) => !isExcluded(object))]);
  };
  return mapSchemas(from, to, merge);
}

/** A schema without the objects of other tools. @param patterns As for {@linkcode excluder}. */
export function ownSchema(schema: Schema, patterns: readonly string[]): Schema {
  return filterSchema(schema, excluder(patterns));
}

/** A schema without some of its objects. */
export function filterSchema(schema: Schema, isOut: (object: SchemaObject) => boolean): Schema {
  return mapSchemas(
    schema,
    schema,
    (objects) => new Map([...objects].filter(([, object]) => !isOut(object))),
  );
}

function mapSchemas(
  from: Schema,
  to: Schema,
  map: <T extends SchemaObject>(
    from: ReadonlyMap<string, T>,
    to: ReadonlyMap<string, T>,
  ) => ReadonlyMap<string, T>,
): Schema {
  return {
    tables: map(from.tables, to.tables),
    virtualTables: map(from.virtualTables, to.virtualTables),
    views: map(from.views, to.views),
    indexes: map(from.indexes, to.indexes),
    triggers: map(from.triggers, to.triggers),
  };
}

function matcher(patterns: readonly string[]): (name: string) => boolean {
  if (patterns.length === 0) return () => false;
  const bodies = patterns.map((pattern) =>
    foldName(pattern).replace(/[\\^$.|+()[\]{}]/g, "\\$&").replaceAll("*", ".*").replaceAll(
      "?",
      ".",
    )
  );
  const expression = new RegExp(`^(?:${bodies.join("|")})$`, "su");
  return (name) => expression.test(foldName(name));
}

/** Whether a table of that name is in {@linkcode TOOL_TABLES}. */
export const isToolTable: (name: string) => boolean = matcher(TOOL_TABLES);
