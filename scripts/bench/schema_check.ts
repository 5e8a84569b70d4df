import { DatabaseSync } from "node:sqlite";

/** The names of the workload's tables and indexes in a database, a line each. */
export function workloadObjects(path: string): string {
  using database = new DatabaseSync(path, { readOnly: true });
  return database.prepare(
    "SELECT type || ' ' || name AS line FROM sqlite_schema WHERE name LIKE 'item!_%' ESCAPE '!' ORDER BY 1",
  ).all().map(({ line }) => line).join("\n");
}

/** Throws unless a database has exactly these tables and indexes of the workload. */
export function expectObjects(path: string, objects: string): void {
  if (workloadObjects(path) !== objects) throw new Error(`${path} has not the expected tables`);
}
