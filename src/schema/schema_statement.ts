import type { Statement } from "../sql/script.ts";
import { foldName } from "../sql/identifier.ts";
import { splitStatements } from "../sql/statement.ts";
import { TokenReader } from "../sql/token_reader.ts";
import type { SchemaObject } from "./model.ts";
import type { SchemaFile } from "./schema_file.ts";

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
