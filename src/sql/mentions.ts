import type { Statement } from "./script.ts";
import { TokenReader } from "./token_reader.ts";

/** The effect of a statement on an object. */
export type MentionKind =
  | "create-table"
  | "create-virtual-table"
  | "create-index"
  | "create-view"
  | "create-trigger"
  | "drop-table"
  | "drop-index"
  | "drop-view"
  | "drop-trigger"
  | "rename-table"
  | "rename-column"
  | "drop-column"
  | "alter-table" // every other ALTER TABLE
  | "insert"
  | "replace" // REPLACE INTO, INSERT OR REPLACE, UPDATE OR REPLACE: may delete the rows in its way
  | "update"
  | "delete";

/** A table, index, view or trigger that a statement changes. */
export interface Mention {
  readonly kind: MentionKind;
  /** The name without quotes, as it is written. Compare it with `foldName`. */
  readonly name: string;
  /** The schema as written, such as `main`; `temp` for CREATE TEMP; undefined if there is none. */
  readonly schema: string | undefined;
  /** The start of the changing statement, in UTF-16 code units of the text. */
  readonly start: number;
  /** Whether it is in a trigger's body, so that the change happens later, if at all. */
  readonly inTrigger: boolean;
  /** `rename-table` and `rename-column`: the new name. */
  readonly to?: string;
  /** `drop-column` and `rename-column`: the column. */
  readonly column?: string;
  /** `create-index` and `create-trigger`: the table or view of the new object. */
  readonly on?: string;
  /**
   * `update` and `delete`: whether a WHERE limits it, other than one that is always true. Also of `replace` by UPDATE
   * OR REPLACE.
   */
  readonly limited?: boolean;
}

/**
 * Finds the objects that a statement changes, in the order of the text: at most one mention, and for CREATE TRIGGER one
 * for the trigger and one for each statement in its body. Tables that are only read are not mentioned, and EXPLAIN
 * changes nothing.
 *
 * It reads tokens, so an invalid statement is judged by its beginning.
 *
 * @param text The text to which the statement's offsets refer.
 * @param statement A statement of the text.
 */
export function readMentions(text: string, statement: Statement): readonly Mention[] {
  const reader = new TokenReader(text, statement);
  const mentions: Mention[] = [];
  switch (statement.verb) {
    case "CREATE":
      readCreate(reader, mentions);
      break;
    case "DROP":
      readDrop(reader, mentions);
      break;
    case "ALTER":
      readAlter(reader, mentions);
      break;
    case "WITH":
    case "INSERT":
    case "REPLACE":
    case "UPDATE":
    case "DELETE":
      readChange(reader, mentions, false);
      break;
  }
  return mentions;
}

const CREATED: Readonly<Record<string, MentionKind>> = {
  TABLE: "create-table",
  INDEX: "create-index",
  VIEW: "create-view",
  TRIGGER: "create-trigger",
};

const DROPPED: Readonly<Record<string, MentionKind>> = {
  TABLE: "drop-table",
  INDEX: "drop-index",
  VIEW: "drop-view",
  TRIGGER: "drop-trigger",
};

const ON = new Set(["ON"]);
const BEGIN = new Set(["BEGIN"]);
const WHERE = new Set(["WHERE"]);
const NOTHING = new Set<string>();

function readCreate(reader: TokenReader, mentions: Mention[]): void {
  const { start } = reader;
  reader.advance();
  const isTemporary = reader.accept("TEMP") || reader.accept("TEMPORARY");
  const isVirtual = reader.accept("VIRTUAL");
  reader.accept("UNIQUE");
  const kind = isVirtual && reader.word === "TABLE" ? "create-virtual-table" : CREATED[reader.word];
  if (kind === undefined) return;
  reader.advance();
  reader.accept("IF", "NOT", "EXISTS");
  const created = reader.qualifiedName();
  if (created === undefined) return;
  const schema = created.schema ?? (isTemporary ? "temp" : undefined);
  const mention = { kind, name: created.name, schema, start, inTrigger: false };
  const hasTable = kind === "create-index" || kind === "create-trigger";
  const on = hasTable && reader.seek(ON) ? nameAfterWord(reader) : undefined;
  mentions.push(on === undefined ? mention : { ...mention, on });
  if (kind === "create-trigger" && reader.seek(BEGIN)) readBody(reader, mentions);
}

function nameAfterWord(reader: TokenReader): string | undefined {
  reader.advance();
  return reader.name();
}

function readBody(reader: TokenReader, mentions: Mention[]): void {
  reader.advance();
  while (!reader.isAtEnd && reader.word !== "END") {
    readChange(reader, mentions, true);
    reader.seek(NOTHING);
    reader.advance();
  }
}

function readDrop(reader: TokenReader, mentions: Mention[]): void {
  const { start } = reader;
  reader.advance();
  const kind = DROPPED[reader.word];
  if (kind === undefined) return;
  reader.advance();
  reader.accept("IF", "EXISTS");
  const dropped = reader.qualifiedName();
  if (dropped !== undefined) mentions.push({ kind, ...dropped, start, inTrigger: false });
}

function readAlter(reader: TokenReader, mentions: Mention[]): void {
  const { start } = reader;
  reader.advance();
  if (!reader.accept("TABLE")) return;
  const table = reader.qualifiedName();
  if (table === undefined) return;
  const mention = { ...table, start, inTrigger: false };
  mentions.push({ ...mention, ...readAlteration(reader) });
}

/** Reads the part of an ALTER TABLE after the table's name. */
function readAlteration(reader: TokenReader): Pick<Mention, "kind" | "to" | "column"> {
  if (reader.accept("RENAME")) {
    if (reader.accept("TO")) {
      const to = reader.name();
      if (to !== undefined) return { kind: "rename-table", to };
    } else {
      const column = columnName(reader);
      const to = reader.accept("TO") ? reader.name() : undefined;
      if (column !== undefined && to !== undefined) return { kind: "rename-column", column, to };
    }
  } else if (reader.accept("DROP") && reader.word !== "CONSTRAINT") {
    const column = columnName(reader);
    if (column !== undefined) return { kind: "drop-column", column };
  }
  return { kind: "alter-table" };
}

/** Reads `COLUMN c`, `c`, or a column with the name "column". */
function columnName(reader: TokenReader): string | undefined {
  if (!reader.accept("COLUMN")) return reader.name();
  return reader.isAtEnd || reader.isSemicolon || reader.word === "TO" ? "column" : reader.name();
}

/** Reads an INSERT, REPLACE, UPDATE or DELETE, with or without WITH. */
function readChange(reader: TokenReader, mentions: Mention[], inTrigger: boolean): void {
  const { start } = reader;
  reader.skipWith();
  const verb = reader.word;
  if (verb !== "INSERT" && verb !== "REPLACE" && verb !== "UPDATE" && verb !== "DELETE") return;
  reader.advance();
  const conflict = verb !== "DELETE" && reader.accept("OR") ? reader.word : undefined;
  if (conflict !== undefined) reader.advance();
  const preposition = verb === "DELETE" ? "FROM" : "INTO";
  if (verb !== "UPDATE" && !reader.accept(preposition)) return;
  const table = reader.qualifiedName();
  if (table === undefined) return;

  const replaces = verb === "REPLACE" || conflict === "REPLACE";
  const kind: MentionKind = replaces ? "replace" : KINDS[verb];
  const mention = { kind, ...table, start, inTrigger };
  const canBeLimited = verb === "UPDATE" || verb === "DELETE";
  mentions.push(canBeLimited ? { ...mention, limited: readLimit(reader) } : mention);
}

/** Whether there is a WHERE other than `WHERE true` or `WHERE 1`. */
function readLimit(reader: TokenReader): boolean {
  if (!reader.seek(WHERE)) return false;
  reader.advance();
  if (!/^(?:true|[1-9]\d*)$/i.test(reader.text)) return true;
  reader.advance();
  return !(reader.isAtEnd || reader.isSemicolon || reader.word === "RETURNING");
}

const KINDS = { INSERT: "insert", REPLACE: "replace", UPDATE: "update", DELETE: "delete" } as const;

/** Statements that change neither the schema nor the rows. */
const TIDYING: ReadonlySet<string> = new Set(["ANALYZE", "EXPLAIN", "REINDEX", "SELECT", "VACUUM"]);

/** Whether no statement of a script has an effect that a down could undo. */
export function leavesNothingToUndo(statements: readonly Statement[]): boolean {
  return statements.every(({ verb }) => TIDYING.has(verb));
}
