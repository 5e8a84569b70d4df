import { AludelError } from "../../errors.ts";
import { foldName } from "../../sql/identifier.ts";
import { splitStatements, type Statement } from "../../sql/script.ts";
import { TokenReader } from "../../sql/token_reader.ts";
import { placeOf } from "../../text/position.ts";
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
  /** Folded; for an index or trigger its table or view, otherwise the object itself. */
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
  message: "does not belong into a schema file, which says what tables there are and no rows",
  next: [
    'Rows that every database needs: aludel revision -m "add rows", and write it into up.sql',
    "Rows to try a revision with: a seed.sql beside its up.sql",
  ],
};

const SETTINGS = {
  verbs: ["PRAGMA", "ATTACH", "DETACH", "VACUUM", "REINDEX"],
  message: "does not belong into a schema file: it is no part of a schema",
  next: ["Delete the line; what a database shall keep (user_version) belongs into a revision"],
};

const STEPS = {
  verbs: ["ALTER", "DROP", "SAVEPOINT", "RELEASE", "ROLLBACK", "EXPLAIN"],
  message: "does not belong into a schema file, which says what there is and not how to get there",
  next: ["Write the CREATE statement as it shall be, then: aludel revision --autogenerate -m MSG"],
};

/** What dumps have around their statements, and what changes nothing. */
const HARMLESS = new Set(["BEGIN", "COMMIT", "END", "ANALYZE"]);

/**
 * What is wrong with a statement of a schema file that is no definition.
 *
 * @returns An error `schema-statement`; undefined where SQLite shall say what is wrong, as it will
 * with anything that is no SQL; `harmless` where the statement can be left out.
 */
export function refuseStatement(
  { file, statement }: OtherStatement,
): AludelError | "harmless" | undefined {
  const { verb } = statement;
  if (HARMLESS.has(verb)) return "harmless";
  const refusal = [DATA, SETTINGS, STEPS].find(({ verbs }) => verbs.includes(verb));
  if (refusal === undefined) return undefined;
  return new AludelError("schema-statement", `${verb} ${refusal.message}`, {
    place: placeOf(file.file, file.text, statement.start),
    next: refusal.next,
  });
}
