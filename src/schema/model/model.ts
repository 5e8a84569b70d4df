import { type Affinity, foldName, unquote } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";

/**
 * A whole schema: what SQLite holds after running its SQL. It contains no TEMP objects, `sqlite_*`, `aludel_*` or
 * shadow tables.
 *
 * Keys are folded names. Names are kept as written and compared as SQLite does, ignoring the case of ASCII letters.
 * Expressions are kept verbatim; `normalText()` of normal_text.ts makes them comparable.
 */
export interface Schema {
  readonly tables: ReadonlyMap<string, Table>;
  readonly virtualTables: ReadonlyMap<string, VirtualTable>;
  readonly views: ReadonlyMap<string, View>;
  /** Indexes that CREATE INDEX made. Those of PRIMARY KEY and UNIQUE are part of their table. */
  readonly indexes: ReadonlyMap<string, Index>;
  readonly triggers: ReadonlyMap<string, Trigger>;
}

/** The parts of a schema. */
export type SchemaObject = Table | VirtualTable | View | Index | Trigger;

/** An ordinary table. */
export interface Table {
  readonly kind: "table";
  readonly name: string;
  /** The stored CREATE TABLE, verbatim. */
  readonly sql: string;
  /** In the table's own order. */
  readonly columns: readonly Column[];
  readonly primaryKey: PrimaryKey | undefined;
  readonly uniques: readonly Unique[];
  readonly foreignKeys: readonly ForeignKey[];
  readonly checks: readonly Check[];
  readonly strict: boolean;
  readonly withoutRowid: boolean;
  readonly autoincrement: boolean;
}

/** A column of an ordinary table. */
export interface Column {
  readonly name: string;
  /** The declared type as written; empty if there is none. */
  readonly type: string;
  readonly affinity: Affinity;
  readonly notNull: NotNull | undefined;
  /** The DEFAULT as written, without the parentheses around an expression. */
  readonly default: string | undefined;
  /** The declared COLLATE; undefined for none and for BINARY, which is the same. */
  readonly collation: string | undefined;
  readonly generated: Generated | undefined;
  /** The definition as it is in the stored SQL, name first, comments at its ends left out. */
  readonly definition: string;
}

/** A NOT NULL constraint. */
export interface NotNull {
  readonly name: string | undefined;
  readonly conflict: Conflict | undefined;
}

/** GENERATED ALWAYS AS. */
export interface Generated {
  /** Without the outer parentheses. */
  readonly expression: string;
  readonly stored: boolean;
}

/** An ON CONFLICT clause. ABORT is SQLite's default and is read as no clause. */
export type Conflict = "ROLLBACK" | "FAIL" | "IGNORE" | "REPLACE";

/** A column of a PRIMARY KEY or UNIQUE. */
export interface KeyColumn {
  readonly name: string;
  /** The COLLATE written in the key; undefined if it is the column's own. */
  readonly collation: string | undefined;
  readonly descending: boolean;
}

/** The PRIMARY KEY, its columns in the key's own order. */
export interface PrimaryKey {
  readonly kind: "primary-key";
  readonly name: string | undefined;
  readonly columns: readonly KeyColumn[];
  readonly conflict: Conflict | undefined;
  /** Whether the key is the rowid itself: https://sqlite.org/lang_createtable.html#rowid. */
  readonly rowid: boolean;
}

/** A UNIQUE constraint, on a column or on the table: the two mean the same. */
export interface Unique {
  readonly kind: "unique";
  readonly name: string | undefined;
  readonly columns: readonly KeyColumn[];
  readonly conflict: Conflict | undefined;
}

/** What a foreign key does when its parent row is deleted or changed. */
export type ForeignKeyAction = "NO ACTION" | "RESTRICT" | "SET NULL" | "SET DEFAULT" | "CASCADE";

/** A foreign key, on a column or on the table. The parent may be missing: SQLite allows it. */
export interface ForeignKey {
  readonly kind: "foreign-key";
  readonly name: string | undefined;
  readonly columns: readonly string[];
  readonly parent: string;
  /** Empty: the parent's primary key. */
  readonly parentColumns: readonly string[];
  readonly onDelete: ForeignKeyAction;
  readonly onUpdate: ForeignKeyAction;
  /** The MATCH name in upper case; undefined for none and for SIMPLE, which is the same. */
  readonly match: string | undefined;
  /** DEFERRABLE INITIALLY DEFERRED; every other form is checked at once. */
  readonly deferred: boolean;
}

/** A CHECK constraint, on a column or on the table. */
export interface Check {
  readonly kind: "check";
  readonly name: string | undefined;
  /** Without the outer parentheses. */
  readonly expression: string;
}

/** A constraint of the table, not of a column. */
export type Constraint = PrimaryKey | Unique | ForeignKey | Check;

/** An index that CREATE INDEX made. */
export interface Index {
  readonly kind: "index";
  readonly name: string;
  readonly table: string;
  readonly sql: string;
  readonly unique: boolean;
  readonly terms: readonly IndexTerm[];
  /** The condition of a partial index. */
  readonly where: string | undefined;
}

/** What an index sorts by. */
export interface IndexTerm {
  /** The column's name if the term is a plain column. */
  readonly column: string | undefined;
  /** The term as written, without COLLATE and ASC or DESC at its end. */
  readonly expression: string;
  /** The COLLATE written in the term. */
  readonly collation: string | undefined;
  readonly descending: boolean;
}

/** A view. Its SELECT need not compile. */
export interface View {
  readonly kind: "view";
  readonly name: string;
  readonly sql: string;
}

/** A trigger on a table or, with INSTEAD OF, on a view. */
export interface Trigger {
  readonly kind: "trigger";
  readonly name: string;
  /** The table or view that it watches. */
  readonly table: string;
  readonly sql: string;
}

/** A virtual table. Its shadow tables are the module's own and never in a schema. */
export interface VirtualTable {
  readonly kind: "virtual-table";
  readonly name: string;
  readonly sql: string;
  /** The module's name, such as `fts5`. */
  readonly module: string;
  /** The module's arguments, each verbatim and trimmed. */
  readonly arguments: readonly string[];
}

/** A schema without anything in it. */
export const EMPTY_SCHEMA: Schema = {
  tables: new Map(),
  virtualTables: new Map(),
  views: new Map(),
  indexes: new Map(),
  triggers: new Map(),
};

/** Whether a schema has nothing in it. */
export function isEmptySchema(schema: Schema): boolean {
  return Object.values(schema).every((objects: ReadonlyMap<string, unknown>) => objects.size === 0);
}

/**
 * Every name that a text may mention, folded: all words and quoted names, including keywords and aliases. The text
 * cannot depend on anything else.
 */
export function mentionedNames(sql: string): Set<string> {
  const names = new Set<string>();
  const tokenizer = new Tokenizer(sql);
  while (tokenizer.nextSignificant()) {
    if (tokenizer.kind === "word") names.add(foldName(tokenizer.current));
    // SQLite takes '…' for a name in some places.
    else if (tokenizer.kind === "quoted" || tokenizer.kind === "string") {
      names.add(foldName(unquote(tokenizer.current)));
    }
  }
  return names;
}

/** Whether the name is SQLite's own (`sqlite_sequence`, `sqlite_stat1`) or Aludel's (`aludel_log`). */
export function isReservedName(name: string): boolean {
  const folded = foldName(name.slice(0, 7));
  return folded === "sqlite_" || folded === "aludel_";
}
