import type { Comparison } from "../project/compare_with.ts";
import { describeChange } from "../schema/describe.ts";
import type { Style } from "./style.ts";
import type { Ui } from "./ui.ts";

/** A difference as the JSON of every command that shows one. */
export function comparisonJson({ changes, suggestions }: Comparison) {
  return { same: changes.length === 0, ...changesJson(changes), suggestions };
}

/** Changes as JSON: what kind, what is changed, and the lines for people. */
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

/** Prints a difference, a line each: see {@linkcode changeLine}. */
export function reportChanges(ui: Ui, { changes }: Pick<Comparison, "changes">): void {
  const { style } = ui;
  for (const change of changes) {
    for (const line of describeChange(change)) ui.data(changeLine(line, style));
  }
}

/** A line of `describeChange` with its sign: `+` what comes, `-` what goes, `~` what changes. */
export function changeLine(line: string, style: Style): string {
  if (/^(create|add) /.test(line)) return style.green(`+ ${line}`);
  return /^drop /.test(line) ? style.red(`- ${line}`) : style.yellow(`~ ${line}`);
}

/** Says what may be a rename, with the line that makes it one, and which of these lines do nothing. */
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
