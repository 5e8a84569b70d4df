import { AludelError, type Place } from "../../errors.ts";
import { sameName } from "../../sql/identifier.ts";
import { readDirectives } from "../../sql/read_script.ts";
import type { Directive } from "../../sql/script.ts";
import { TokenReader } from "../../sql/token_reader.ts";
import { say } from "../../text/next_step.ts";
import { placeOf } from "../../text/position.ts";
import {
  type ColumnRenameHint,
  NO_HINTS,
  type RenameHint,
  type RenameHints,
} from "../diff/renames.ts";
import { TABLE_CONSTRAINTS } from "../read/definition_text.ts";
import { type Definition, readSchemaStatements, type SchemaFile } from "./statements.ts";

/**
 * Reads the `-- aludel: renamed from=old` comments of a schema file. Each is on a line of its own above a CREATE TABLE or
 * CREATE VIRTUAL TABLE, or above a column of a table.
 *
 * @throws {AludelError} `schema-rename-hint` if a hint is not above a table or column, or two are above the same one;
 * errors of the area `directive`.
 */
export function readRenameHints(file: SchemaFile): RenameHints {
  if (!/aludel/i.test(file.text)) return NO_HINTS;
  const directives = readDirectives(file.file, file.text, "schema")
    .filter(({ name }) => name === "renamed from");
  if (directives.length === 0) return NO_HINTS;
  const statements = readSchemaStatements(file);
  const tables: RenameHint[] = [];
  const columns: ColumnRenameHint[] = [];
  for (const directive of directives) {
    const next = statements.find(({ statement }) => statement.end > directive.start);
    if (next === undefined || next.kind === "other") throw misplaced(file, directive);
    const place = placeOf(file.file, file.text, directive.start);
    if (next.kind !== "table" && next.kind !== "virtual-table") {
      throw hasNoRename(place, next.kind, next.name);
    }
    if (directive.start < next.statement.start) {
      const hint = { from: directive.value, to: next.name, place };
      if (tables.some(({ to }) => sameName(to, hint.to))) {
        throw twice(file, directive, hint.to);
      }
      tables.push(hint);
    } else if (next.kind === "virtual-table") {
      throw hasNoRename(place, "column", next.name);
    } else {
      const to = columnBelow(file, next, directive);
      if (to === undefined || !isAloneOnLine(file.text, directive)) {
        throw misplaced(file, directive);
      }
      const hint = { table: next.name, from: directive.value, to, place };
      const isSecond = columns.some((other) =>
        sameName(other.table, hint.table) && sameName(other.to, to)
      );
      if (isSecond) throw twice(file, directive, to);
      columns.push(hint);
    }
  }
  return { tables, columns };
}

/** The column whose definition begins right after the directive. */
function columnBelow(
  file: SchemaFile,
  { statement }: Definition,
  directive: Directive,
): string | undefined {
  const reader = new TokenReader(file.text, statement);
  let depth = 0;
  let isBeginning = false;
  while (!reader.isAtEnd && reader.start < directive.start) {
    if (reader.isOperator("(")) depth++;
    isBeginning = depth === 1 && (reader.isOperator("(") || reader.isOperator(","));
    if (reader.isOperator(")")) depth--;
    reader.advance();
  }
  return isBeginning && !TABLE_CONSTRAINTS.has(reader.word) ? reader.name() : undefined;
}

/** Whether nothing precedes a hint on its line: beside a column, it could be meant for that one or for the next. */
function isAloneOnLine(text: string, directive: Directive): boolean {
  const line = text.lastIndexOf("\n", directive.start - 1) + 1;
  return text.slice(line, directive.start).trim() === "";
}

function misplaced(file: SchemaFile, directive: Directive): AludelError {
  return new AludelError(
    "schema-rename-hint",
    `The hint "renamed from ${directive.value}" is not directly above a table or column`,
    {
      place: placeOf(file.file, file.text, directive.start),
      next: [say("Put it on a line of its own, right above the CREATE TABLE or the column")],
    },
  );
}

/** The error for a hint above something that cannot, or need not, be renamed. */
function hasNoRename(
  place: Place,
  kind: "view" | "index" | "trigger" | "column",
  name: string,
): AludelError {
  const message = kind === "column"
    ? `SQLite cannot rename a column of the virtual table "${name}"`
    : `The ${kind} "${name}" needs no rename: it holds no rows and is created again`;
  return new AludelError("schema-rename-hint", message, { place, next: [say("Delete the line")] });
}

function twice(file: SchemaFile, directive: Directive, name: string): AludelError {
  return new AludelError("schema-rename-hint", `Two hints say what "${name}" was renamed from`, {
    place: placeOf(file.file, file.text, directive.start),
    next: [say("Delete the older one")],
  });
}
