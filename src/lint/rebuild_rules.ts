import {
  type Index,
  mentionedNames,
  type Schema,
  type Table,
  type Trigger,
} from "../schema/model/model.ts";
import { displayName, foldName, ROWID_NAMES, sameName } from "../sql/identifier.ts";
import { isCovered } from "../runner/loss/covered_index.ts";
import type { TableFate } from "../runner/table_fates.ts";
import {
  isEmptied,
  type LintRules,
  type LintSubject,
  type Report,
  type ScriptSubject,
  type WalkedStatement,
} from "./subject.ts";
import { implicitRowid } from "../schema/model/row.ts";
import { externalContent } from "../schema/model/virtual_table.ts";

/** Objects that a rebuild written by hand forgets: SQLite reports none of them. */
export const REBUILD_RULES = {
  "lost-index": {
    level: "error",
    what: "A table is rebuilt, and one of its indexes is not created again.",
    why: "DROP TABLE drops the indexes too. Aludel refuses such a run as a loss.",
    cure:
      "Create the index again after the rename, or drop it with DROP INDEX if you no longer need it.",
  },
  "lost-trigger": {
    level: "error",
    what: "A table or view is created again, and one of its triggers is not.",
    why: "DROP drops the triggers too. Aludel refuses such a run as a loss.",
    cure:
      "Create the trigger again at the end, or drop it with DROP TRIGGER if you no longer need it.",
  },
  "lost-autoincrement": {
    level: "error",
    what: "A table is rebuilt without the AUTOINCREMENT that it had.",
    why: "Ids of deleted rows would be used again. Aludel refuses such a run as a loss.",
    cure: "Write AUTOINCREMENT in the new table too.",
  },
  "lost-sequence": {
    level: "warning",
    what: "An AUTOINCREMENT table is rebuilt, and nothing carries its sequence over.",
    why:
      "The copy raises the sequence to the largest id that is left. If rows above it were deleted, their ids would be used again, and Aludel refuses the run as a loss.",
    cure:
      "Before the old table is dropped, copy its row of sqlite_sequence to the new table's name.",
  },
  "lost-rowids": {
    level: "warning",
    what: "A table without an INTEGER PRIMARY KEY is rebuilt, and the copy leaves the rowid out.",
    why:
      "The rows get new rowids. Anything that holds rowids, such as an external-content FTS5 table, then points at other rows. Aludel refuses the run if a rowid changes.",
    cure: "Copy it: INSERT INTO new (rowid, …) SELECT rowid, … FROM old.",
  },
} as const satisfies LintRules;

type RebuildReport = Report<keyof typeof REBUILD_RULES>;

/** Judges the up, by the schemas around it. */
export async function judgeRebuilds({ up }: LintSubject, report: RebuildReport): Promise<void> {
  const drops = up.walk.filter(({ mention }) =>
    mention?.kind === "drop-table" || mention?.kind === "drop-view"
  );
  if (drops.length === 0) return;
  const before = await up.before();
  const after = await up.after();
  if (before === undefined || after === undefined) return;
  judgeObjects(up, drops, before, after, report);
  for (const fate of up.fates.touched.values()) {
    const drop = drops.find(({ mention }) => fate.aliases.has(foldName(mention!.name)));
    const old = before.tables.get(fate.before);
    const now = fate.after === null ? undefined : after.tables.get(fate.after);
    if (drop === undefined || old === undefined || now === undefined) continue;
    if (isAllowed(up, now.name) || isEmptied(up, fate)) continue;
    judgeSequence(up, drop, old, now, report);
    judgeRowids(up, drop, fate, old, now, before, report);
  }
}

/** Whether the file allows a loss for a name. */
function isAllowed({ script }: ScriptSubject, name: string): boolean {
  return script.header.allowLoss.some((one) => sameName(one.name, name));
}

function judgeObjects(
  up: ScriptSubject,
  drops: readonly WalkedStatement[],
  before: Schema,
  after: Schema,
  report: RebuildReport,
): void {
  const dropped = new Set(
    up.walk.flatMap(({ mention }) => mention ? [`${mention.kind} ${foldName(mention.name)}`] : []),
  );
  const judge = (code: "lost-index" | "lost-trigger", object: Index | Trigger) => {
    if (dropped.has(`drop-${object.kind} ${foldName(object.name)}`)) return;
    if (isAllowed(up, object.name)) return;
    const owner = foldName(object.table);
    const fate = up.fates.touched.get(owner);
    if (fate !== undefined && isEmptied(up, fate)) return;
    const remaining = fate?.after ?? owner;
    const drop = drops.find(({ mention }) =>
      foldName(mention!.name) === owner || fate?.aliases.has(foldName(mention!.name))
    );
    if (drop === undefined || !(after.tables.has(remaining) || after.views.has(remaining))) return;
    report(
      code,
      { script: "up", at: drop.statement.start },
      `${object.kind} ${displayName(object.name)} is dropped with ${
        displayName(object.table)
      } and not created again`,
    );
  };
  for (const [key, index] of before.indexes) {
    if (!after.indexes.has(key) && !isReplaced(up, index, before, after)) {
      judge("lost-index", index);
    }
  }
  for (const [key, trigger] of before.triggers) {
    if (!after.triggers.has(key)) judge("lost-trigger", trigger);
  }
}

/** Whether a run would accept the loss of the index, because others replace it. */
function isReplaced({ fates }: ScriptSubject, index: Index, before: Schema, after: Schema) {
  const owner = foldName(index.table);
  const from = before.tables.get(owner);
  const to = after.tables.get(fates.touched.get(owner)?.after ?? owner);
  if (from === undefined || to === undefined) return false;
  const columns = from.columns.map(({ name }): [string, string] => [
    foldName(name),
    fates.columnAfter(owner, name),
  ]);
  return isCovered(index, { from, to, columns: new Map(columns) }, after);
}

function judgeSequence(
  up: ScriptSubject,
  drop: WalkedStatement,
  old: Table,
  now: Table,
  report: RebuildReport,
): void {
  if (!old.autoincrement) return;
  const place = { script: "up", at: drop.statement.start } as const;
  const table = displayName(old.name);
  if (!now.autoincrement) {
    report("lost-autoincrement", place, `${table} is no longer AUTOINCREMENT`);
  } else if (!/sqlite_sequence/i.test(up.script.text)) {
    report("lost-sequence", place, `The AUTOINCREMENT sequence of ${table} is not carried over`);
  }
}

function judgeRowids(
  up: ScriptSubject,
  drop: WalkedStatement,
  fate: TableFate,
  old: Table,
  now: Table,
  before: Schema,
  report: RebuildReport,
): void {
  if (implicitRowid(old) === undefined || implicitRowid(now) === undefined) return;
  const copies = up.walk.filter(({ mention }) =>
    mention !== undefined && (mention.kind === "insert" || mention.kind === "replace") &&
    fate.aliases.has(foldName(mention.name))
  );
  const isCopied = copies.some(({ text }) => {
    const names = mentionedNames(text);
    return ROWID_NAMES.some((name) => names.has(name));
  });
  if (copies.length === 0 || isCopied) return;
  const searched = [...before.virtualTables.values()].filter((table) => {
    const content = externalContent(table);
    return content !== undefined && sameName(content, old.name);
  });
  report(
    "lost-rowids",
    { script: "up", at: drop.statement.start },
    `The rows of ${displayName(old.name)} get other rowids`,
    {
      notes: searched.map(({ name }) => `${displayName(name)} refers to rows by rowid`),
    },
  );
}
