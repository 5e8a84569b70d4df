import { AludelError } from "../errors.ts";
import { placeOf } from "../text/code_frame.ts";
import type { OtherStatement } from "./schema_statement.ts";

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
