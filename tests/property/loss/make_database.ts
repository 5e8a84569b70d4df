import { DatabaseSync } from "node:sqlite";
import { type Contents, readContents } from "./contents.ts";
import { type DatabaseRecipe, databaseSql } from "./filled_database.ts";
import type { LawProject } from "./law_project.ts";

/** The settings that the recipe asks for. */
export function settingsText({ keepsRows, hasLittleMemory }: DatabaseRecipe): string {
  const settings = {
    database: "sqlite:app.db",
    ...keepsRows && { restoreRowsFrom: 0, restoreRowsShare: 100 },
    ...hasLittleMemory && { comparisonMemory: 1 },
  };
  return `${JSON.stringify(settings)}\n`;
}

/** A database of a project, filled. */
export interface MadeDatabase {
  /** What it holds after the first revision. */
  readonly known: Contents;
  /** The statements of hands. */
  readonly rows: readonly string[];
  readonly branch: boolean;
}

/** Makes the first revision, runs it, and fills the database. */
export async function makeDatabase(
  project: LawProject,
  recipe: DatabaseRecipe,
  honest: boolean,
): Promise<MadeDatabase> {
  const sql = databaseSql(recipe);
  project.add("r0", scriptText(taken(":memory:", sql.schema)), null);
  const database = project.open();
  database.exec(`PRAGMA page_size = ${recipe.pageSize}; PRAGMA encoding = '${recipe.encoding}'`);
  database.exec("VACUUM");
  if (recipe.wal) database.exec("PRAGMA journal_mode = WAL");
  database.close();
  await project.done(["upgrade", "r0"]);
  const known = readContents(project.copy("known.db"));
  // A hand's column or constraint would be lost by an honest rebuild that does not know it.
  const drift = honest
    ? sql.drift.filter((group) => !group.some((each) => /^(?:ALTER|UPDATE)|__hand/.test(each)))
    : sql.drift;
  // A branch would be refused to rebuild as a hand does.
  const branch = recipe.isDriftBranch && drift.length > 0 &&
    !drift.flat().some((each) => /__hand|"legacy"/.test(each));
  const rows = byHand(project, (database) => [
    ...sql.rows.filter((row) => take(database, row)),
    ...branch ? [] : drift.flatMap((group) => takeAll(database, group)),
  ]);
  if (branch) {
    const copy = new DatabaseSync(project.copy("branch.db"), {
      enableForeignKeyConstraints: false,
    });
    const statements = drift.flatMap((group) => takeAll(copy, group));
    copy.close();
    const isUpdate = (each: string) => each.startsWith("UPDATE");
    project.add("b1", scriptText(statements.filter((each) => !isUpdate(each))), "r0");
    await project.done(["upgrade", "b1"]);
    rows.push(
      ...byHand(
        project,
        (database) => statements.filter((each) => isUpdate(each) && take(database, each)),
      ),
    );
  }
  return { known, rows, branch };
}

/** Works on the database without its triggers: those that fire while rows are made would leave few of them. */
function byHand(project: LawProject, work: (database: DatabaseSync) => string[]): string[] {
  const database = project.open();
  const triggers = database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all();
  for (const { name } of triggers) database.exec(`DROP TRIGGER "${name}"`);
  const done = work(database);
  for (const { sql } of triggers) database.exec(String(sql));
  database.close();
  return done;
}

/** Statements as a file. */
export function scriptText(statements: readonly string[]): string {
  return statements.map((each) => `${each};\n`).join("");
}

function taken(path: string, statements: readonly string[]): string[] {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    return statements.filter((each) => take(database, each));
  } finally {
    database.close();
  }
}

function take(database: DatabaseSync, statement: string): boolean {
  try {
    database.exec(statement);
    return true;
  } catch {
    return false;
  }
}

/** Runs statements, all or none; returns those that it ran. */
function takeAll(database: DatabaseSync, statements: readonly string[]): readonly string[] {
  database.exec("BEGIN");
  const all = statements.every((each) => take(database, each));
  if (database.isTransaction) database.exec(all ? "COMMIT" : "ROLLBACK");
  database.exec("PRAGMA legacy_alter_table = OFF");
  return all ? statements : [];
}
