import type { LoadedSchema } from "../schema/load_schema.ts";
import type { Scratch } from "../replay/scratch.ts";
import { mismatchNotice, readMismatches } from "../runner/foreign_key_mismatch.ts";
import type { Notice } from "../runner/run_event.ts";
import type { Schema } from "../schema/model.ts";
import { foldName } from "../sql/identifier.ts";
import { nextLine } from "./here.ts";
import type { Ui } from "./ui.ts";

/** Says a warning with its facts and what to do about it. */
export function reportWarning(ui: Ui, { message, notes = [], next = [] }: Notice): void {
  const steps = next.map((step) => nextLine(step, ui.talkStyle, ui.here));
  ui.warning([message, ...notes, ...steps].join("\n  "));
}

/** Warns of foreign keys of a schema that SQLite cannot enforce. */
export async function reportKeyMismatches(ui: Ui, schema: Schema, scratch: Scratch): Promise<void> {
  if (!mayMismatch(schema)) return;
  await using connection = await scratch.with(schema);
  const notice = mismatchNotice(await readMismatches(connection));
  if (notice !== undefined) reportWarning(ui, notice);
}

/** Whether there is a key that refers to something else than a primary key: most schemas have none. */
function mayMismatch({ tables }: Schema): boolean {
  return [...tables.values()].some((child) =>
    child.foreignKeys.some(({ parent, columns, parentColumns }) => {
      const key = tables.get(foldName(parent))?.primaryKey?.columns.map(({ name }) => name) ?? [];
      const wanted = parentColumns.length === 0 ? key : parentColumns;
      return key.length !== columns.length ||
        key.some((name, index) => foldName(name) !== foldName(wanted[index] ?? ""));
    })
  );
}

/** Says what of schema files was left out. */
export function reportSchemaNotices(ui: Ui, { notices }: LoadedSchema): void {
  for (const { message, place } of notices) {
    ui.notice(`${place.file}:${place.line ?? 1}: ${message}`);
  }
}
