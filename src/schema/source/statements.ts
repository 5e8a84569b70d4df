import { AludelError } from "../../errors.ts";
import { foldName } from "../../sql/identifier.ts";
import { splitStatements, type Statement } from "../../sql/script.ts";
import { readMentions } from "../../sql/mentions.ts";
import { TokenReader } from "../../sql/token_reader.ts";
import { type NextStep, say, shell } from "../../text/next_step.ts";
import { placeOf } from "../../text/position.ts";
import { isToolTable } from "../model/foreign_objects.ts";
import type { SchemaObject } from "../model/model.ts";

/** A file of the wanted schema. */
export interface SchemaFile {
  /** The name for messages: `schema.sql`. */
  readonly file: string;
  /** Canonical text: LF, no BOM. */
  readonly text: string;
}

/** A CREATE statement of a schema file. */
export interface Definition {
  readonly file: SchemaFile;
  readonly statement: Statement;
  readonly kind: SchemaObject["kind"];
  readonly name: string;
  /** The table or view of an index or trigger, otherwise the object itself; folded. */
  readonly owner: string;
  readonly isTemporary: boolean;
  /** CREATE TABLE … AS SELECT: it reads tables when it runs. */
  readonly isFilled: boolean;
}

/** Any other statement of a schema file. */
export interface OtherStatement {
  readonly file: SchemaFile;
  readonly statement: Statement;
  readonly kind: "other";
}

/** The statements of a schema file, in order. */
export function readSchemaStatements(file: SchemaFile): (Definition | OtherStatement)[] {
  return splitStatements(file.text).map((statement) =>
    readDefinition(file, statement) ?? { file, statement, kind: "other" }
  );
}

function readDefinition(file: SchemaFile, statement: Statement): Definition | undefined {
  if (statement.verb !== "CREATE") return undefined;
  const reader = new TokenReader(file.text, statement);
  reader.accept("CREATE");
  let isTemporary = reader.accept("TEMP") || reader.accept("TEMPORARY");
  const kind = readKind(reader);
  if (kind === undefined) return undefined;
  if (reader.accept("IF")) reader.accept("NOT", "EXISTS");
  const qualified = reader.qualifiedName();
  if (qualified === undefined) return undefined;
  isTemporary ||= foldName(qualified.schema ?? "") === "temp";
  let owner: string | undefined = qualified.name;
  let isFilled = false;
  if (kind === "index" || kind === "trigger") {
    if (!reader.seek(ON)) return undefined;
    reader.accept("ON");
    owner = reader.qualifiedName()?.name;
    if (owner === undefined) return undefined;
  } else if (kind === "table") {
    isFilled = reader.word === "AS";
  }
  const { name } = qualified;
  return { file, statement, kind, name, owner: foldName(owner), isTemporary, isFilled };
}

const ON: ReadonlySet<string> = new Set(["ON"]);

function readKind(reader: TokenReader): SchemaObject["kind"] | undefined {
  if (reader.accept("TABLE")) return "table";
  if (reader.accept("VIEW")) return "view";
  if (reader.accept("TRIGGER")) return "trigger";
  if (reader.accept("UNIQUE")) return reader.accept("INDEX") ? "index" : undefined;
  if (reader.accept("INDEX")) return "index";
  return reader.accept("VIRTUAL") && reader.accept("TABLE") ? "virtual-table" : undefined;
}

const DATA = {
  verbs: ["INSERT", "UPDATE", "DELETE", "REPLACE", "WITH", "SELECT", "VALUES"],
  message: "does not belong in a schema file, which describes tables and not rows",
  next: [
    shell`aludel revision -m "add rows" # for rows that every database needs: write them into its up.sql`,
    say("Write rows to try a revision with into a seed.sql beside its up.sql"),
  ],
};

const SETTINGS = {
  verbs: ["PRAGMA", "ATTACH", "DETACH", "VACUUM", "REINDEX"],
  message: "does not belong in a schema file: it is not part of a schema",
  next: [say("Delete the line; what a database keeps (user_version) belongs in a revision")],
};

const STEPS = {
  verbs: ["ALTER", "DROP", "SAVEPOINT", "RELEASE", "ROLLBACK", "EXPLAIN"],
  message: "does not belong in a schema file, which describes the result and not the steps to it",
  next: [
    say("Change the CREATE statement itself"),
    shell`aludel revision --autogenerate -m MSG # then make the revision`,
  ],
};

/** Statements of dumps that do not change the schema. */
const HARMLESS = new Set(["BEGIN", "COMMIT", "END", "ANALYZE"]);

/** Statements in dumps of other databases. */
const FOREIGN = new Set(["COPY", "DELIMITER", "GO", "LOCK", "SET", "UNLOCK", "USE"]);

/** Why a statement of a schema file is left out; without a message, it is left out silently. */
export interface Omission {
  readonly message: string | undefined;
}

/**
 * Judges a statement of a schema file that is not a definition. Some statements of dumps can be left out: the rows of
 * tables in which SQLite or another migration tool keeps its state, and `PRAGMA foreign_keys=OFF`.
 *
 * @returns An error `schema-statement`; an omission if the statement can be left out; undefined if SQLite should say
 * what is wrong, because the text is not SQL.
 */
export function refuseStatement(
  { file, statement }: OtherStatement,
): AludelError | Omission | undefined {
  const { verb } = statement;
  if (HARMLESS.has(verb)) return { message: undefined };
  const error = (message: string, next: readonly NextStep[]) =>
    new AludelError("schema-statement", message, {
      place: placeOf(file.file, file.text, statement.start),
      next,
    });
  const text = file.text.slice(statement.start, statement.end);
  if (text.startsWith(".")) {
    const command = text.split(/\s/, 1)[0]!;
    return error(`"${command}" is a command of the sqlite3 shell, not SQL`, [
      say("Delete the line"),
    ]);
  }
  if (FOREIGN.has(verb)) {
    return error(`${verb} is a statement of another database, which SQLite does not have`, [
      say("Delete the line"),
    ]);
  }
  if (verb === "PRAGMA" && /^PRAGMA\s+foreign_keys\s*=\s*(?:OFF|0)\s*;?$/i.test(text)) {
    return { message: "PRAGMA foreign_keys is not part of a schema" };
  }
  const refusal = [DATA, SETTINGS, STEPS].find(({ verbs }) => verbs.includes(verb));
  if (refusal === undefined) return undefined;
  const [written] = refusal === DATA ? readMentions(file.text, statement) : [];
  if (written !== undefined) {
    const { name } = written;
    if (/^sqlite_(?:schema|master)$/i.test(name)) {
      return error("A dump writes virtual tables into sqlite_schema, which says nothing of them", [
        shell`sqlite3 FILE .schema # write the schema alone`,
      ]);
    }
    if (/^sqlite_/i.test(name)) return { message: `SQLite keeps the rows of "${name}" itself` };
    if (isToolTable(name)) {
      return { message: `The rows of "${name}" belong to another migration tool` };
    }
  }
  return error(`${verb} ${refusal.message}`, refusal.next);
}
