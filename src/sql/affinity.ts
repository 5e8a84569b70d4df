/** How SQLite prefers to store a column's values: https://sqlite.org/datatype3.html section 3.1. */
export type Affinity = "TEXT" | "NUMERIC" | "INTEGER" | "REAL" | "BLOB";

/**
 * The affinity of a declared type: https://sqlite.org/datatype3.html section 3.1, in its order of rules.
 *
 * @param type The type as `table_xinfo` reports it; empty where none is declared.
 */
export function affinityOf(type: string): Affinity {
  // Letters beyond ASCII cannot become any of these by it.
  const folded = type.toLowerCase();
  if (folded.includes("int")) return "INTEGER";
  if (folded.includes("char") || folded.includes("clob") || folded.includes("text")) return "TEXT";
  if (folded.includes("blob") || folded === "") return "BLOB";
  if (folded.includes("real") || folded.includes("floa") || folded.includes("doub")) return "REAL";
  return "NUMERIC";
}
