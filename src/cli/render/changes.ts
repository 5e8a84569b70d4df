import type { Comparison } from "../../project/author/schema_reader.ts";
import type { Scratch } from "../../replay/scratch.ts";
import { mismatchNotice, readMismatches } from "../../runner/foreign_key_mismatch.ts";
import type { Notice } from "../../finding.ts";
import { fateOfLine } from "../../report/entities.ts";
import { describeChange } from "../../schema/diff/describe.ts";
import type { Schema } from "../../schema/model/model.ts";
import type { LoadedSchema } from "../../schema/source/load_schema.ts";
import { foldName } from "../../sql/identifier.ts";
import { oneLine } from "../../text/visible.ts";
import { nextLine } from "../terminal/here.ts";
import type { Style } from "../terminal/style.ts";
import type { Ui } from "../terminal/ui.ts";

/** A difference for the JSON of every command that shows one. */
export function comparisonJson({ changes, suggestions }: Comparison) {
  return { clean: changes.length === 0, ...changesJson(changes), suggestions };
}

/** Changes as JSON: their kind, the changed object, and lines for people. */
export function changesJson(changes: Comparison["changes"]) {
  return {
    changes: changes.map((change) => ({
      kind: change.kind,
      name: nameOf(change),
      lines: describeChange(change),
    })),
  };
}

function nameOf(change: Comparison["changes"][number]): string {
  if ("table" in change) return change.table.name;
  return "object" in change ? change.object.name : change.to.name;
}

/** Prints a difference, a line each. */
export function reportChanges(ui: Ui, comparison: Pick<Comparison, "changes">): void {
  for (const line of changeLines(ui, comparison)) ui.data(line);
}

/** The lines of a difference: see {@linkcode changeLine}. */
export function changeLines(ui: Ui, { changes }: Pick<Comparison, "changes">): readonly string[] {
  return changes.flatMap(describeChange).map((line) => changeLine(line, ui.style));
}

/** Formats a line of `describeChange` with a sign: `+` for new, `-` for dropped and `~` for changed objects. */
export function changeLine(line: string, style: Style): string {
  switch (fateOfLine(line)) {
    case "new":
      return style.green(`+ ${line}`);
    case "gone":
      return style.red(`- ${line}`);
    case "changed":
      return style.yellow(`~ ${line}`);
  }
}

/** Suggests renames, with the line that declares each, and reports declarations without effect. */
export function suggestRenamesTo(
  ui: Ui,
  { suggestions, notices }: Comparison,
  file: string,
): void {
  for (const notice of notices) ui.notice(notice);
  for (const { kind, table, from, to, line } of suggestions) {
    const what = kind === "table" ? `table ${from}` : `column ${table}.${from}`;
    ui.notice(`Was ${what} renamed to ${to}? If so, put this above it in ${file}:`);
    ui.notice(`  ${line}`);
  }
}

/** Prints a warning with its notes and next steps. */
export function reportWarning(ui: Ui, { message, notes = [], next = [], quiet }: Notice): void {
  const steps = next.map((step) => nextLine(step, ui.talkStyle, ui.here));
  const text = [...[message, ...notes].map(oneLine), ...steps].join("\n  ");
  if (quiet === true) ui.notice(text);
  else ui.warning(text);
}

/** Warns of foreign keys of a schema that SQLite cannot enforce. */
export async function reportKeyMismatches(ui: Ui, schema: Schema, scratch: Scratch): Promise<void> {
  if (!hasForeignKeys(schema)) return;
  await using connection = await scratch.with(schema);
  const notice = mismatchNotice(await readMismatches(connection));
  if (notice !== undefined) reportWarning(ui, notice);
}

/** Whether a key refers to anything but a primary key. Most schemas have none. */
function hasForeignKeys({ tables }: Schema): boolean {
  return [...tables.values()].some((child) =>
    child.foreignKeys.some(({ parent, columns, parentColumns }) => {
      const key = tables.get(foldName(parent))?.primaryKey?.columns.map(({ name }) => name) ?? [];
      const wanted = parentColumns.length === 0 ? key : parentColumns;
      return key.length !== columns.length ||
        key.some((name, index) => foldName(name) !== foldName(wanted[index] ?? ""));
    })
  );
}

/** Reports statements of schema files that were left out. */
export function reportSchemaNotices(ui: Ui, { notices }: LoadedSchema): void {
  for (const { message, place } of notices) {
    ui.notice(`${place.file}:${place.line ?? 1}: ${message}`);
  }
}
