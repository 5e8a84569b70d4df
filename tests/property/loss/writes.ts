import type { Choice } from "./choice.ts";
import { quote } from "./contents.ts";
import { readDefinition, withType, writeDefinition } from "./definition.ts";
import { valueSql } from "./filled_database.ts";
import type { LiveTable, World } from "./world.ts";

/**
 * Something that a script does: statements to try, or none if there is nothing to do it to. A list of lists is several
 * revisions.
 */
export type Write = (world: World, choice: Choice) => readonly string[];

/** What a script that loses nothing does. */
export const HONEST_WRITES: Readonly<Record<string, Write>> = {
  addColumn(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    const definition = choice.of([
      "TEXT",
      "INTEGER NOT NULL DEFAULT 0",
      "TEXT DEFAULT 'red'",
      "INTEGER AS (1 + 1) VIRTUAL",
    ]);
    return [
      `ALTER TABLE ${quote(table.name)} ADD COLUMN ${quote(world.fresh("added"))} ${definition}`,
    ];
  },
  createTable(world, choice) {
    const name = quote(world.fresh("made"));
    return [
      `CREATE TABLE ${name} (id INTEGER PRIMARY KEY, note TEXT)`,
      ...choice.of([[], [`INSERT INTO ${name} (note) VALUES ('red'), ('blue')`]]),
    ];
  },
  createIndex(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    return [
      `CREATE INDEX ${quote(world.fresh("index"))} ON ${quote(table.name)} (${
        quote(choice.of(table.columns).name)
      })`,
    ];
  },
  createView(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    return [
      `CREATE VIEW ${quote(world.fresh("view"))} AS SELECT count(*) AS n FROM ${quote(table.name)}`,
    ];
  },
  createTrigger(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    return [
      `CREATE TRIGGER ${quote(world.fresh("trigger"))} AFTER DELETE ON ${
        quote(table.name)
      } BEGIN DELETE FROM ${quote(table.name)}; END`,
    ];
  },
  renameTable(world, choice) {
    const table = unindexedTable(world, choice);
    if (!table) return [];
    return [`ALTER TABLE ${quote(table.name)} RENAME TO ${quote(world.fresh("Renamed "))}`];
  },
  renameColumn(world, choice) {
    const table = unindexedTable(world, choice);
    if (!table || table.isVirtual) return [];
    return [
      `ALTER TABLE ${quote(table.name)} RENAME COLUMN ${quote(choice.of(table.columns).name)} TO ${
        quote(world.fresh("col"))
      }`,
    ];
  },
  swapTables(world, choice) {
    const [a, b] = [unindexedTable(world, choice), unindexedTable(world, choice)];
    if (!a || !b || a.name === b.name || a.isVirtual || b.isVirtual) return [];
    const [one, other, aside] = [quote(a.name), quote(b.name), quote(world.fresh("aside"))];
    return [
      `ALTER TABLE ${one} RENAME TO ${aside}`,
      `ALTER TABLE ${other} RENAME TO ${one}`,
      `ALTER TABLE ${aside} RENAME TO ${other}`,
    ];
  },
  swapColumns(world, choice) {
    const table = unindexedTable(world, choice);
    const [a, b] = table?.columns.slice(-2) ?? [];
    if (!table || table.isVirtual || !a || !b) return [];
    const [name, one, other] = [quote(table.name), quote(a.name), quote(b.name)];
    const aside = quote(world.fresh("aside"));
    return [
      `ALTER TABLE ${name} RENAME COLUMN ${one} TO ${aside}`,
      `ALTER TABLE ${name} RENAME COLUMN ${other} TO ${one}`,
      `ALTER TABLE ${name} RENAME COLUMN ${aside} TO ${other}`,
    ];
  },
  rebuild(world, choice) {
    const table = plainTable(world, choice);
    if (!table) return [];
    const definition = readDefinition(table.sql);
    return rebuild(world, table, writeDefinition(`${table.name}__new`, definition), {
      columns: storedColumns(table),
      belongings: true,
      rowid: true,
    });
  },
  rebuildWithText(world, choice) {
    const table = plainTable(world, choice);
    const at = table?.columns.findIndex((each) => each.type === "INTEGER" && each.pk === 0) ?? -1;
    if (!table || at < 0) return [];
    const definition = readDefinition(table.sql);
    const parts = definition.parts.map((part, index) =>
      index === at ? withType(part, "TEXT") : part
    );
    // A parent's key of another type would no longer be compared as its child's.
    if (parts[at]!.includes("REFERENCES")) return [];
    return rebuild(world, table, writeDefinition(`${table.name}__new`, { ...definition, parts }), {
      columns: storedColumns(table),
      belongings: true,
      rowid: true,
    });
  },
  fillNulls(world, choice) {
    const table = quietTable(world, choice);
    // REPLACE of a constraint would take a row that was there.
    if (!table || /ON CONFLICT/.test(table.sql)) return [];
    const column = choice.of(table.columns.filter((each) => !each.isGenerated && each.pk === 0));
    if (!column || column.name === "parent_id") return [];
    const value = choice.of(["'red'", "7", "x'00'"]);
    return [
      `UPDATE ${quote(table.name)} SET ${quote(column.name)} = ${value} WHERE ${
        quote(column.name)
      } IS NULL`,
    ];
  },
  insertRow(world, choice) {
    const table = quietTable(world, choice);
    // REPLACE of a constraint would take a row that was there.
    if (!table || /ON CONFLICT/.test(table.sql)) return [];
    return [insertSql(table, choice)];
  },
  renameIndex(world, choice) {
    const index = choice.of(world.objects("index"));
    if (!index) return [];
    const name = quote(world.fresh("index"));
    return [
      `DROP INDEX ${quote(index.name)}`,
      index.sql.replace(/INDEX ("[^"]+"|\w+)/, `INDEX ${name}`),
    ];
  },
};

/** How the rows of a table come into its new one. */
export interface Rebuild {
  readonly columns: readonly string[];
  readonly belongings: boolean;
  readonly rowid: boolean;
  /** What is read in place of the columns. */
  readonly select?: string;
  /** What follows the table's name in the copy. */
  readonly from?: string;
  readonly seed?: readonly string[];
}

/** The statements of a rebuild: a new table, the copy, the old one dropped, the new one renamed. */
export function rebuild(
  world: World,
  table: LiveTable,
  create: string,
  { columns, belongings, rowid, select, from = "", seed = [] }: Rebuild,
): string[] {
  const [old, fresh] = [quote(table.name), quote(`${table.name}__new`)];
  const names = columns.map(quote);
  const alias = rowidName(table);
  if (rowid && alias !== undefined) names.unshift(alias);
  const target = select === undefined || !select.startsWith("*") ? `(${names.join(", ")}) ` : "";
  return [
    create,
    ...keepSequence(world, table),
    `INSERT INTO ${fresh} ${target}SELECT ${select ?? names.join(", ")} FROM ${old}${from}`,
    ...seed,
    `DROP TABLE ${old}`,
    "PRAGMA legacy_alter_table = ON",
    `ALTER TABLE ${fresh} RENAME TO ${old}`,
    "PRAGMA legacy_alter_table = OFF",
    ...(belongings ? table.belongings : []),
  ];
}

/** Written before the copy, which can only raise it: the greatest of the ids may be less than the sequence. */
function keepSequence(world: World, table: LiveTable): string[] {
  if (!/AUTOINCREMENT/.test(table.sql) || world.sequence(table.name) === undefined) return [];
  const text = (name: string) => `'${name.replaceAll("'", "''")}'`;
  return [
    `INSERT INTO sqlite_sequence (name, seq) SELECT ${
      text(`${table.name}__new`)
    }, seq FROM sqlite_sequence WHERE name = ${text(table.name)}`,
  ];
}

/** A name for the rowid where it is no column. */
export function rowidName(table: LiveTable): string | undefined {
  const taken = new Set(table.columns.map((each) => each.name.toLowerCase()));
  return table.hasImplicitRowid
    ? ["rowid", "_rowid_", "oid"].find((name) => !taken.has(name))
    : undefined;
}

export function storedColumns(table: LiveTable): string[] {
  return table.columns.filter((each) => !each.isGenerated).map((each) => each.name);
}

export function insertSql(table: LiveTable, choice: Choice): string {
  const columns = table.columns.filter((each) =>
    !each.isGenerated && each.name !== "parent_id" &&
    !(each.pk > 0 && each.type === "INTEGER" && !table.hasImplicitRowid && !table.withoutRowid)
  );
  if (columns.length === 0) return `INSERT INTO ${quote(table.name)} DEFAULT VALUES`;
  const values = columns.map(({ type }) => valueSql(type, choice));
  return `INSERT INTO ${quote(table.name)} (${
    columns.map((each) => quote(each.name)).join(", ")
  }) VALUES (${values.join(", ")})`;
}

export function anyTable(world: World, choice: Choice): LiveTable | undefined {
  return choice.of(world.tables());
}

export function plainTable(world: World, choice: Choice): LiveTable | undefined {
  return choice.of(world.tables().filter((table) => !table.isVirtual));
}

/** A table that no FTS5 table has as its content: SQLite does not follow renames there. */
function unindexedTable(world: World, choice: Choice): LiveTable | undefined {
  const tables = world.tables();
  return choice.of(
    tables.filter(({ name }) => !tables.some(({ sql }) => sql.includes(`content='${name}'`))),
  );
}

/** A table whose writes fire no trigger. */
function quietTable(world: World, choice: Choice): LiveTable | undefined {
  return choice.of(
    world.tables().filter((table) => !table.isVirtual && table.triggers.length === 0),
  );
}
