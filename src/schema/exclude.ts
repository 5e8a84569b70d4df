import { foldName } from "../sql/identifier.ts";
import type { Schema, SchemaObject } from "./model.ts";

/**
 * A wanted schema in which all that another tool owns is as it is at present, so that none of it differs.
 *
 * @param patterns Names of tables, virtual tables, views and triggers; `*` and `?` stand for letters.
 * Indexes and triggers go with their table.
 */
export function withoutExcluded(from: Schema, to: Schema, patterns: readonly string[]): Schema {
  if (patterns.length === 0) return to;
  const isExcluded = excluder(patterns);
  const merge = <T extends SchemaObject>(
    present: ReadonlyMap<string, T>,
    wanted: ReadonlyMap<string, T>,
  ): Map<string, T> =>
    new Map([
      ...[...present].filter(([, object]) => isExcluded(object)),
      ...[...wanted].filter(([, object]) => !isExcluded(object)),
    ]);
  return {
    tables: merge(from.tables, to.tables),
    virtualTables: merge(from.virtualTables, to.virtualTables),
    views: merge(from.views, to.views),
    indexes: merge(from.indexes, to.indexes),
    triggers: merge(from.triggers, to.triggers),
  };
}

function excluder(patterns: readonly string[]): (object: SchemaObject) => boolean {
  const expressions = patterns.map((pattern) => {
    const body = foldName(pattern).replace(/[\\^$.|+()[\]{}]/g, "\\$&")
      .replaceAll("*", ".*").replaceAll("?", ".");
    return new RegExp(`^${body}$`, "su");
  });
  const matches = (name: string) =>
    expressions.some((expression) => expression.test(foldName(name)));
  return (object) => {
    if (object.kind === "index") return matches(object.table);
    return matches(object.name) || (object.kind === "trigger" && matches(object.table));
  };
}
