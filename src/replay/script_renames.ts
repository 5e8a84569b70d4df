import { traceTables } from "../runner/table_fates.ts";
import type { RenameHints } from "../schema/diff/renames.ts";
import { readMentions } from "../sql/mentions.ts";
import type { Script } from "../sql/script.ts";

/** The renames that a script's statements say, for a comparison of the schemas around it. */
export function renamesOf({ text, statements }: Script): RenameHints {
  const mentions = statements.flatMap((statement) => readMentions(text, statement))
    .filter(({ inTrigger }) => !inTrigger);
  const fates = traceTables(mentions);
  return {
    tables: [...fates.touched.values()].flatMap(({ before, after }) =>
      after === null || after === before ? [] : [{ from: before, to: after }]
    ),
    columns: mentions.flatMap(({ kind, name, column, to }) =>
      kind === "rename-column" && column !== undefined && to !== undefined
        ? [{ table: fates.tableAfter(name), from: column, to }]
        : []
    ),
  };
}
