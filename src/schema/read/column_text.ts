import type { Check, ForeignKey, Generated, NotNull, PrimaryKey, Unique } from "../model/model.ts";
import {
  type ConstraintName,
  effectiveCollation,
  readConflict,
  readDeferred,
  readDescending,
  readReferences,
} from "./constraint_text.ts";
import type { TokenCursor } from "./token_cursor.ts";

/** A column definition as written. */
export interface ColumnText {
  readonly name: string;
  /** As written, comments inside included. */
  readonly type: string;
  readonly notNull: NotNull | undefined;
  readonly default: string | undefined;
  readonly collation: string | undefined;
  readonly generated: Generated | undefined;
  readonly definition: string;
}

/** Receives the constraints in a column definition that belong to the table. */
export interface TableConstraints {
  primaryKey: PrimaryKey | undefined;
  autoincrement: boolean;
  readonly uniques: Unique[];
  readonly foreignKeys: ForeignKey[];
  readonly checks: Check[];
}

/** The reserved words that can follow a type. Any other word is part of the type. */
const AFTER_TYPE = new Set([
  "AS",
  "CHECK",
  "COLLATE",
  "CONSTRAINT",
  "DEFAULT",
  "DEFERRABLE",
  "NOT",
  "NULL",
  "PRIMARY",
  "REFERENCES",
  "UNIQUE",
]);

/** Reads a column definition up to the `,` or `)` after it, or to a constraint of the table. */
export function readColumn(
  cursor: TokenCursor,
  table: TableConstraints,
  constraint: ConstraintName,
): ColumnText {
  const first = cursor.at;
  constraint.forget();
  const name = cursor.takeName();
  const type = readType(cursor);
  const column = new ColumnReader(cursor, name, table, constraint);
  while (!cursor.isOperator(",") && !cursor.isOperator(")")) column.readConstraint();
  return {
    name,
    type,
    notNull: column.notNull,
    default: column.default,
    collation: effectiveCollation(column.collation),
    generated: column.generated,
    definition: cursor.textFrom(first),
  };
}

function readType(cursor: TokenCursor): string {
  const first = cursor.at;
  for (;;) {
    const { kind } = cursor;
    if (
      kind === "word" ? AFTER_TYPE.has(cursor.peekWord()) : kind !== "quoted" && kind !== "string"
    ) {
      break;
    }
    cursor.skip();
  }
  if (cursor.at > first && cursor.isOperator("(")) cursor.takeParenthesized();
  const end = cursor.at;
  // GENERATED and ALWAYS are not reserved: SQLite's parser also reads them as the last words of the type, and then
  // removes them (sqlite3AddColumn() in build.c).
  if (cursor.isWord("AS") && end - first >= 2) {
    cursor.moveTo(end - 2);
    if (cursor.takeWord("GENERATED") && cursor.isWord("ALWAYS")) {
      cursor.moveTo(end - 2);
      const type = cursor.textFrom(first);
      cursor.moveTo(end);
      return type;
    }
    cursor.moveTo(end);
  }
  return cursor.textFrom(first);
}

class ColumnReader {
  notNull: NotNull | undefined;
  default: string | undefined;
  collation: string | undefined;
  generated: Generated | undefined;
  readonly #cursor: TokenCursor;
  readonly #column: string;
  readonly #table: TableConstraints;
  readonly #constraint: ConstraintName;

  constructor(
    cursor: TokenCursor,
    column: string,
    table: TableConstraints,
    constraint: ConstraintName,
  ) {
    this.#cursor = cursor;
    this.#column = column;
    this.#table = table;
    this.#constraint = constraint;
  }

  /** Reads a constraint. If one occurs twice, the last one counts, as in SQLite. */
  readConstraint(): void {
    const cursor = this.#cursor;
    const deferred = readDeferred(cursor);
    if (deferred !== undefined) {
      const last = this.#table.foreignKeys.pop();
      if (last !== undefined) this.#table.foreignKeys.push({ ...last, deferred });
      return;
    }
    const keyword = cursor.peekWord();
    cursor.skip();
    if (keyword === "CONSTRAINT") return this.#constraint.set(cursor.takeName());
    const { own, inherited } = this.#constraint.take();
    switch (keyword) {
      case "DEFAULT":
        this.default = this.#readDefault();
        return;
      case "NULL":
        readConflict(cursor);
        return;
      case "NOT":
        cursor.expectWord("NULL");
        this.notNull = { name: own, conflict: readConflict(cursor) };
        return;
      case "PRIMARY":
        return this.#readPrimaryKey(own);
      case "UNIQUE":
        this.#table.uniques.push({
          kind: "unique",
          name: own,
          columns: [{ name: this.#column, collation: undefined, descending: false }],
          conflict: readConflict(cursor),
        });
        return;
      case "CHECK":
        this.#table.checks.push({
          kind: "check",
          name: inherited,
          expression: cursor.takeParenthesized(),
        });
        return;
      case "REFERENCES":
        this.#table.foreignKeys.push(readReferences(cursor, own, [this.#column]));
        return;
      case "COLLATE":
        this.collation = cursor.takeName();
        return;
      case "GENERATED":
        cursor.expectWord("ALWAYS");
        cursor.expectWord("AS");
        return this.#readGenerated();
      case "AS":
        return this.#readGenerated();
      default:
        cursor.moveTo(cursor.at - 1);
        cursor.fail();
    }
  }

  #readDefault(): string {
    const cursor = this.#cursor;
    if (cursor.isOperator("(")) return cursor.takeParenthesized();
    const first = cursor.at;
    if (!cursor.takeOperator("+")) cursor.takeOperator("-");
    cursor.skip();
    return cursor.textFrom(first);
  }

  #readPrimaryKey(name: string | undefined): void {
    const cursor = this.#cursor;
    cursor.expectWord("KEY");
    const descending = readDescending(cursor);
    const conflict = readConflict(cursor);
    if (cursor.takeWord("AUTOINCREMENT")) this.#table.autoincrement = true;
    this.#table.primaryKey = {
      kind: "primary-key",
      name,
      columns: [{ name: this.#column, collation: undefined, descending }],
      conflict,
      // `INTEGER PRIMARY KEY DESC` on a column is not the rowid: SQLite keeps an old mistake.
      rowid: !descending,
    };
  }

  #readGenerated(): void {
    const cursor = this.#cursor;
    const expression = cursor.takeParenthesized();
    const stored = cursor.takeWord("STORED");
    if (!stored) cursor.takeWord("VIRTUAL");
    this.generated = { expression, stored };
  }
}
