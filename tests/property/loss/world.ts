import { DatabaseSync } from "node:sqlite";
import { type Contents, contentsOf, quote } from "./contents.ts";
import type { Renames } from "./losses.ts";

/** A table of the world, as the next statement finds it. */
export interface LiveTable {
  readonly name: string;
  readonly sql: string;
  readonly columns: readonly {
    readonly name: string;
    readonly type: string;
    readonly pk: number;
    readonly isGenerated: boolean;
  }[];
  readonly isVirtual: boolean;
  /** Whether the rowid is there and is no column. */
  readonly hasImplicitRowid: boolean;
  readonly withoutRowid: boolean;
  readonly triggers: readonly string[];
  /** The texts of its indexes and triggers. */
  readonly belongings: readonly string[];
}

/** A revision as it is written to disk. */
export interface WrittenRevision {
  readonly header: readonly string[];
  readonly statements: readonly string[];
  /** Where everything is once this revision has run. */
  readonly renames: Renames;
  /** What it and those before it drop by name. */
  readonly dropped: ReadonlySet<string>;
}

interface Origin {
  /** The names that the table had, in order. */
  readonly names: readonly string[];
  readonly columns: ReadonlyMap<string, string>;
}

/**
 * A copy of the database on which every statement is tried before it is written into a script: the scripts run, and the
 * generator knows what it renames, without a parser of SQL.
 */
export class World implements Disposable {
  readonly #database: DatabaseSync;
  #origins: ReadonlyMap<string, Origin>;
  #dropped: ReadonlySet<string> = new Set();
  #counter = 0;
  #foreignKeys = false;

  constructor(path: string) {
    this.#database = new DatabaseSync(path, {
      enableForeignKeyConstraints: false,
      enableDoubleQuotedStringLiterals: false,
    });
    this.#database.exec("PRAGMA synchronous = OFF");
    this.#origins = new Map(
      this.#names().map((
        name,
      ) => [name.toLowerCase(), { names: [name.toLowerCase()], columns: new Map() }]),
    );
  }

  [Symbol.dispose](): void {
    this.#database.close();
  }

  /** A name that nothing has yet. */
  fresh(prefix: string): string {
    return `${prefix}${++this.#counter}`;
  }

  set foreignKeys(on: boolean) {
    this.#foreignKeys = on;
  }

  /**
   * Runs statements, all or none.
   * @param back Whether to go back however it ends.
   * @returns Whether SQLite took them, without a new violation of a foreign key.
   */
  attempt(statements: readonly string[], back = false): boolean {
    const database = this.#database;
    const before = [this.#origins, this.#dropped] as const;
    database.exec(`PRAGMA foreign_keys = ${this.#foreignKeys ? "ON" : "OFF"}`);
    database.exec("BEGIN");
    try {
      const violations = this.#violations();
      for (const statement of statements) {
        database.exec(statement);
        this.#note(statement);
      }
      if (this.#violations() > violations) throw new Error("a new violation");
      if (!back) database.exec("COMMIT");
      else {
        database.exec("ROLLBACK");
        [this.#origins, this.#dropped] = before;
      }
      return true;
    } catch {
      if (database.isTransaction) database.exec("ROLLBACK");
      database.exec("PRAGMA legacy_alter_table = OFF");
      [this.#origins, this.#dropped] = before;
      return false;
    }
  }

  /** Runs what no transaction holds. */
  attemptAlone(statement: string): boolean {
    try {
      this.#database.exec(statement);
      return true;
    } catch {
      return false;
    }
  }

  /** Removes temporary tables and triggers: the next revision shall not find them. */
  dropTemporary(): void {
    for (const { type, name } of this.#rows("SELECT type, name FROM sqlite_temp_schema")) {
      if (type === "index") continue;
      this.#database.exec(`DROP ${type} IF EXISTS temp.${quote(String(name))}`);
    }
  }

  /** What the database holds now. */
  contents(): Contents {
    return contentsOf(this.#database);
  }

  get dropped(): ReadonlySet<string> {
    return this.#dropped;
  }

  /** Where the tables of the beginning are now. */
  renames(): Renames {
    const present = new Set(this.#names().map((name) => name.toLowerCase()));
    const origins = this.#origins;
    return {
      table: (before) => {
        const origin = origins.get(before);
        // The name of another table that was there is none of a replacement.
        const others = [...origins.values()].flatMap((each) =>
          each === origin ? [] : [each.names.at(-1)!]
        );
        const own = new Set([...present].filter((name) => !others.includes(name)));
        return currentName(origin, own) ?? (present.has(before) && !own.has(before) ? "" : before);
      },
      column: (table, before) => origins.get(table)?.columns.get(before) ?? before,
    };
  }

  /** The tables that a script may write, in the order of their creation. */
  tables(): LiveTable[] {
    return this.#names().map((name) => this.table(name)!);
  }

  table(name: string): LiveTable | undefined {
    const listed = this.#rows(
      "SELECT name, type, wr FROM pragma_table_list(?) WHERE schema = 'main'",
      name,
    )[0];
    if (listed === undefined) return undefined;
    const sql = String(
      this.#rows("SELECT sql FROM sqlite_schema WHERE name = ?", name)[0]?.["sql"],
    );
    const isVirtual = listed["type"] === "virtual";
    const columns = this.#rows("SELECT * FROM pragma_table_xinfo(?)", name)
      .filter((row) => !isVirtual || row["hidden"] === 0)
      .map((row) => ({
        name: String(row["name"]),
        type: String(row["type"]).toUpperCase(),
        pk: Number(row["pk"]),
        isGenerated: Number(row["hidden"]) >= 2,
      }));
    const belongings = this.#rows(
      `SELECT type, sql FROM sqlite_schema
       WHERE tbl_name = ? AND type IN ('index', 'trigger') AND sql IS NOT NULL`,
      name,
    );
    const isAlias = columns.filter((each) => each.pk > 0).length === 1 &&
      this.#rows("SELECT 1 FROM pragma_index_list(?) WHERE origin = 'pk'", name).length === 0;
    const withoutRowid = listed["wr"] === 1;
    return {
      name,
      sql,
      columns,
      isVirtual,
      hasImplicitRowid: !isVirtual && !withoutRowid && !isAlias,
      withoutRowid,
      triggers: belongings.filter((row) => row["type"] === "trigger").map((row) =>
        String(row["sql"])
      ),
      belongings: belongings.map((row) => String(row["sql"])),
    };
  }

  /** Names of a kind: `view`, `index`, `trigger`. */
  objects(
    type: "view" | "index" | "trigger",
  ): { readonly name: string; readonly table: string; readonly sql: string }[] {
    return this.#rows(
      "SELECT name, tbl_name, sql FROM sqlite_schema WHERE type = ? AND sql IS NOT NULL ORDER BY rowid",
      type,
    ).map((row) => ({
      name: String(row["name"]),
      table: String(row["tbl_name"]),
      sql: String(row["sql"]),
    })).filter(({ table }) => !table.startsWith("aludel_"));
  }

  /** A value as SQL, of a row that is there; undefined without one. */
  someValue(table: string, column: string): string | undefined {
    const row = this.#rows(
      `SELECT quote(${quote(column)}) AS text FROM ${quote(table)} LIMIT 1`,
    )[0];
    return row === undefined ? undefined : String(row["text"]);
  }

  /** How far the ids of an AUTOINCREMENT table went. */
  sequence(table: string): string | undefined {
    const sql = "SELECT CAST(max(seq) AS TEXT) AS seq FROM sqlite_sequence WHERE name = ?";
    const seq = this.#rows(sql, table)[0]?.["seq"] ?? undefined;
    return seq === undefined ? undefined : String(seq);
  }

  #names(): string[] {
    return this.#rows(
      `SELECT l.name FROM pragma_table_list l JOIN sqlite_schema s ON s.name = l.name
       WHERE l.schema = 'main' AND l.type IN ('table', 'virtual') ORDER BY s.rowid`,
    ).map((row) => String(row["name"])).filter((name) => !/^(?:sqlite_|aludel_)/i.test(name));
  }

  #rows(sql: string, ...values: string[]): Record<string, unknown>[] {
    return this.#database.prepare(sql).all(...values);
  }

  #violations(): number {
    try {
      return this.#rows("PRAGMA foreign_key_check").length;
    } catch {
      return 0;
    }
  }

  /** Follows what a statement that ran renames or drops. The generator writes names in double quotes only here. */
  #note(statement: string): void {
    const present = () => new Set(this.#names().map((name) => name.toLowerCase()));
    const renamed = /^ALTER TABLE "((?:[^"]|"")+)" RENAME TO "((?:[^"]|"")+)"$/.exec(statement);
    const column =
      /^ALTER TABLE "((?:[^"]|"")+)" RENAME COLUMN "((?:[^"]|"")+)" TO "((?:[^"]|"")+)"$/
        .exec(statement);
    const drop = /^DROP (TABLE|INDEX|TRIGGER|VIEW) (IF EXISTS )?"((?:[^"]|"")+)"$/.exec(statement);
    const dropColumn = /^ALTER TABLE "((?:[^"]|"")+)" DROP COLUMN "((?:[^"]|"")+)"$/.exec(
      statement,
    );
    const lower = (text: string | undefined) => text!.replaceAll('""', '"').toLowerCase();
    if (renamed) {
      const [from, to] = [lower(renamed[1]), lower(renamed[2])];
      const names = new Set([...present(), from]);
      names.delete(to);
      // If one table has the name, it is not another one's replacement.
      const isHeld = [...this.#origins.values()].some((origin) => origin.names.at(-1) === from);
      this.#map((origin) =>
        currentName(origin, names) === from && (!isHeld || origin.names.at(-1) === from)
          ? { ...origin, names: [...origin.names, to] }
          : origin
      );
    }
    if (column) {
      const [table, from, to] = [lower(column[1]), lower(column[2]), lower(column[3])];
      this.#map((origin) => {
        if (currentName(origin, present()) !== table) return origin;
        const columns = new Map(origin.columns);
        const first = [...columns].find(([, now]) => now === from)?.[0] ?? from;
        return { ...origin, columns: columns.set(first, to) };
      });
    }
    if (drop?.[1] === "TABLE") {
      const name = lower(drop[3]);
      const names = present().add(name);
      for (const [before, origin] of this.#origins) {
        if (currentName(origin, names) === name) {
          this.#dropped = new Set(this.#dropped).add(`table ${before}`);
          // Not a part of a rebuild: what belongs to the table goes with it.
          if (drop[2] !== undefined) {
            this.#dropped = new Set(this.#dropped).add(`belongings ${before}`);
          }
        }
      }
    } else if (drop) {
      this.#dropped = new Set(this.#dropped).add(`${drop[1]!.toLowerCase()} ${lower(drop[3])}`);
    }
    if (dropColumn) {
      const [table, name] = [lower(dropColumn[1]), lower(dropColumn[2])];
      for (const [before, origin] of this.#origins) {
        if (currentName(origin, present()) !== table) continue;
        const first = [...origin.columns].find(([, now]) => now === name)?.[0] ?? name;
        this.#dropped = new Set(this.#dropped).add(`column ${before}.${first}`);
      }
    }
  }

  #map(change: (origin: Origin) => Origin): void {
    this.#origins = new Map([...this.#origins].map(([name, origin]) => [name, change(origin)]));
  }
}

/** The latest of a table's names that a table has: what it was renamed to, or what took its place. */
function currentName(
  origin: Origin | undefined,
  present: ReadonlySet<string>,
): string | undefined {
  return origin?.names.findLast((name) => present.has(name));
}
