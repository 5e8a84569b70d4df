import { TokenReader } from "../sql/token_reader.ts";

/** What an ALTER TABLE does inside the table, as far as rules tell it apart. */
export type Alteration =
  | { readonly kind: "add-column"; readonly column: string; readonly definition: string }
  | { readonly kind: "add-check" | "set-not-null" | "other" };

const OTHER: Alteration = { kind: "other" };

/** Reads the text of an ALTER TABLE statement. Any other statement is `other`. */
export function readAlteration(text: string): Alteration {
  const reader = new TokenReader(text, { start: 0, end: text.length });
  if (!reader.accept("ALTER", "TABLE")) return OTHER;
  reader.qualifiedName();
  if (reader.accept("ALTER")) {
    reader.accept("COLUMN");
    reader.name();
    return reader.accept("SET", "NOT", "NULL") ? { kind: "set-not-null" } : OTHER;
  }
  if (!reader.accept("ADD")) return OTHER;
  if (reader.word === "CONSTRAINT" || reader.word === "CHECK") return { kind: "add-check" };
  reader.accept("COLUMN");
  const definition = text.slice(reader.start).replace(/;$/, "");
  const column = reader.name();
  return column === undefined ? OTHER : { kind: "add-column", column, definition };
}
