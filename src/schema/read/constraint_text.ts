import { foldName } from "../../sql/identifier.ts";
import type { Conflict, ForeignKey, ForeignKeyAction, KeyColumn } from "../model/model.ts";
import type { TokenCursor } from "./token_cursor.ts";

/**
 * The name in a CONSTRAINT clause, for the constraints that follow.
 *
 * SQLite's parser keeps the name until the next column or the next comma between constraints. In
 * `CONSTRAINT n NOT NULL CHECK (a > 0)` a violated CHECK is also reported as n (measured;
 * `constraintName` in parse.y). Other constraints have the name only if the clause is right before them.
 */
export class ConstraintName {
  #name: string | undefined;
  #fresh = false;

  /** Called after a CONSTRAINT clause. */
  set(name: string): void {
    this.#name = name;
    this.#fresh = true;
  }

  /** Called at a new column, and after a comma between constraints. */
  forget(): void {
    this.#name = undefined;
    this.#fresh = false;
  }

  /** The names for the next constraint: its own, and the one that a CHECK inherits. */
  take(): { readonly own: string | undefined; readonly inherited: string | undefined } {
    const own = this.#fresh ? this.#name : undefined;
    this.#fresh = false;
    return { own, inherited: this.#name };
  }
}

/** Reads `ON CONFLICT action`, if it follows. ABORT is SQLite's default and is read as no clause. */
export function readConflict(cursor: TokenCursor): Conflict | undefined {
  if (!cursor.takeWord("ON")) return undefined;
  cursor.expectWord("CONFLICT");
  const action = cursor.peekWord();
  cursor.skip();
  switch (action) {
    case "ABORT":
      return undefined;
    case "ROLLBACK":
    case "FAIL":
    case "IGNORE":
    case "REPLACE":
      return action;
    default:
      return cursor.fail();
  }
}

/** Reads ASC or DESC, if it follows. */
export function readDescending(cursor: TokenCursor): boolean {
  if (cursor.takeWord("DESC")) return true;
  cursor.takeWord("ASC");
  return false;
}

/** Reads the `(a, b COLLATE NOCASE DESC)` of a PRIMARY KEY or UNIQUE, including AUTOINCREMENT. */
export function readKeyColumns(
  cursor: TokenCursor,
): { readonly columns: KeyColumn[]; readonly autoincrement: boolean } {
  const columns: KeyColumn[] = [];
  let autoincrement = false;
  cursor.expectOperator("(");
  do {
    columns.push(readKeyColumn(cursor));
    if (cursor.takeWord("AUTOINCREMENT")) autoincrement = true;
  } while (cursor.takeOperator(","));
  cursor.expectOperator(")");
  return { columns, autoincrement };
}

function readKeyColumn(cursor: TokenCursor): KeyColumn {
  const { name, collation } = readKeyTerm(cursor);
  return { name, collation, descending: readDescending(cursor) };
}

/** Reads a column, which SQLite also accepts as `((a) COLLATE x)`: the outermost COLLATE counts. */
function readKeyTerm(
  cursor: TokenCursor,
): { readonly name: string; readonly collation: string | undefined } {
  let parentheses = 0;
  while (cursor.takeOperator("(")) parentheses++;
  const name = cursor.takeName();
  let collation: string | undefined;
  for (;;) {
    if (cursor.takeWord("COLLATE")) collation = cursor.takeName();
    else if (parentheses > 0 && cursor.takeOperator(")")) parentheses--;
    else return { name, collation };
  }
}

/** Reads a list of plain names in parentheses, if it follows. */
export function readNames(cursor: TokenCursor): string[] {
  const names: string[] = [];
  if (!cursor.takeOperator("(")) return names;
  do {
    names.push(cursor.takeName());
    // SQLite's grammar allows COLLATE and a direction here, without effect.
    if (cursor.takeWord("COLLATE")) cursor.takeName();
    readDescending(cursor);
  } while (cursor.takeOperator(","));
  cursor.expectOperator(")");
  return names;
}

/** Reads what follows REFERENCES, except a DEFERRABLE clause: see {@linkcode readDeferred}. */
export function readReferences(
  cursor: TokenCursor,
  name: string | undefined,
  columns: readonly string[],
): ForeignKey {
  const parent = cursor.takeName();
  const parentColumns = readNames(cursor);
  let onDelete: ForeignKeyAction = "NO ACTION";
  let onUpdate: ForeignKeyAction = "NO ACTION";
  let match: string | undefined;
  for (;;) {
    if (cursor.takeWord("MATCH")) {
      const written = cursor.takeName().toUpperCase();
      match = written === "SIMPLE" ? undefined : written;
    } else if (cursor.takeWord("ON")) {
      const event = cursor.peekWord();
      cursor.skip();
      const action = readAction(cursor);
      if (event === "DELETE") onDelete = action;
      else if (event === "UPDATE") onUpdate = action;
      // SQLite's grammar allows ON INSERT, without effect.
      else if (event !== "INSERT") cursor.fail();
    } else {
      break;
    }
  }
  return {
    kind: "foreign-key",
    name,
    columns,
    parent,
    parentColumns,
    onDelete,
    onUpdate,
    match,
    deferred: false,
  };
}

function readAction(cursor: TokenCursor): ForeignKeyAction {
  if (cursor.takeWord("CASCADE")) return "CASCADE";
  if (cursor.takeWord("RESTRICT")) return "RESTRICT";
  if (cursor.takeWord("NO")) {
    cursor.expectWord("ACTION");
    return "NO ACTION";
  }
  cursor.expectWord("SET");
  if (cursor.takeWord("NULL")) return "SET NULL";
  cursor.expectWord("DEFAULT");
  return "SET DEFAULT";
}

/**
 * Reads a DEFERRABLE clause, if it follows: https://sqlite.org/foreignkeys.html section 4.2.
 *
 * @returns Whether the foreign key waits for COMMIT; undefined if there is no clause.
 */
export function readDeferred(cursor: TokenCursor): boolean | undefined {
  const start = cursor.at;
  const negated = cursor.takeWord("NOT");
  if (!cursor.takeWord("DEFERRABLE")) {
    cursor.moveTo(start); // a NOT NULL
    return undefined;
  }
  if (!cursor.takeWord("INITIALLY")) return false;
  if (cursor.takeWord("IMMEDIATE")) return false;
  cursor.expectWord("DEFERRED");
  return !negated;
}

/** The collation; undefined for BINARY, which is the default. */
export function effectiveCollation(collation: string | undefined): string | undefined {
  return collation === undefined || foldName(collation) === "binary" ? undefined : collation;
}
