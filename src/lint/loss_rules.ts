import { type Index, mentionedNames, type Trigger } from "../schema/model/model.ts";
import { displayName, foldName } from "../sql/identifier.ts";
import { indexedContent, TokenReader } from "../sql/token_reader.ts";
import { readSaidLosses, type SaidLoss } from "../runner/said_losses.ts";
import type { TableFate } from "../runner/table_fates.ts";
import {
  isOwn,
  type LintRules,
  type LintSubject,
  readAlteration,
  type Report,
  type ScriptSubject,
  type WalkedStatement,
} from "./subject.ts";

/** Statements that remove rows or values. */
export const LOSS_RULES = {
  "drop-table": {
    level: "warning",
    what: "An existing table is dropped, or created again without its rows.",
    why: "Its rows are gone. A downgrade creates the table again, but empty.",
    cure: "Copy the rows first, or say why they are no longer needed.",
  },
  "drop-column": {
    level: "warning",
    what: "An existing column is dropped.",
    why: "Its values are gone. A downgrade creates the column again, but without them.",
    cure: "Copy the values first, or say why they are no longer needed.",
  },
  "rebuild-drops-column": {
    level: "warning",
    what: "A table is rebuilt without one of its columns, and no statement reads that column.",
    why:
      "The values are lost, and unlike DROP COLUMN the file does not say so: a forgotten column looks the same.",
    cure: "Copy the column too, or say why it is dropped.",
  },
  "delete-all": {
    level: "warning",
    what: "A DELETE without WHERE, or with one that is always true, empties a table.",
    why: "All of its rows are gone, and no downgrade brings them back.",
    cure: "Add a WHERE, or say why the table must be emptied.",
  },
  "update-all": {
    level: "warning",
    what: "An UPDATE without WHERE overwrites existing columns.",
    why: "The old values are gone, and no downgrade brings them back.",
    cure: "Add a WHERE, or say why all rows are meant.",
  },
} as const satisfies LintRules;

type LossReport = Report<keyof typeof LOSS_RULES>;

/** Checks the up only: a down may remove whatever the up added. */
export async function judgeLoss({ up }: LintSubject, report: LossReport): Promise<void> {
  const { losses } = readSaidLosses(up.script);
  const walked = new Map(up.walk.map((one) => [one.mention?.start, one]));
  for (const loss of losses) {
    const { kind, mention, isWhole, fate } = loss;
    const own = walked.get(mention.start);
    if (own === undefined || isOwn(own)) continue;
    const place = { script: "up", at: mention.start } as const;
    const name = displayName(mention.name);
    switch (kind) {
      case "drop-table":
      case "empty-table":
        if (await hadRows(up, fate!)) {
          const notes = await belongings(up, fate!);
          report("drop-table", place, `The rows of ${name} are lost`, { notes });
        }
        break;
      case "rebuild":
        await judgeRebuild(up, loss, report);
        break;
      case "drop-column":
        report(
          "drop-column",
          place,
          `The values of ${name}.${displayName(mention.column!)} are lost`,
        );
        break;
      case "delete":
        if (isWhole) report("delete-all", place, `Every row of ${name} is deleted`);
        break;
      case "overwrite":
        if (isWhole && !fillsNewColumns(up, own)) {
          report("update-all", place, `Every row of ${name} is overwritten`);
        }
        break;
    }
  }
}

/** Whether the table existed and stored rows. An FTS5 index of another table's rows stores none. */
async function hadRows(up: ScriptSubject, { before }: TableFate): Promise<boolean> {
  const schema = await up.before();
  if (schema === undefined || schema.tables.has(before)) return true;
  const virtual = schema.virtualTables.get(before);
  return virtual !== undefined && indexedContent(virtual.sql) === undefined;
}

/** Indexes and triggers that are dropped with a table and not created again. */
async function belongings(up: ScriptSubject, fate: TableFate): Promise<string[]> {
  const before = await up.before();
  const after = await up.after();
  if (fate.after === null || !before || !after) return [];
  const isGone = ({ table }: Index | Trigger) => foldName(table) === fate.before;
  const gone = [
    ...[...before.indexes].filter(([key, index]) => isGone(index) && !after.indexes.has(key)),
    ...[...before.triggers].filter(([key, each]) => isGone(each) && !after.triggers.has(key)),
  ];
  return gone.map(([, { kind, name }]) => `${kind} ${displayName(name)} is dropped too`);
}

/** Whether an UPDATE sets only columns that the script has added, which have no values yet. */
function fillsNewColumns({ walk }: ScriptSubject, { text, mention }: WalkedStatement): boolean {
  const table = foldName(mention!.name);
  const added = new Set(walk.flatMap((one) => {
    const isOfTable = one.mention?.kind === "alter-table" && foldName(one.mention.name) === table;
    const alteration = isOfTable ? readAlteration(one.text) : undefined;
    return alteration?.kind === "add-column" ? foldName(alteration.column) : [];
  }));
  const set = assignedColumns(text);
  return set.length > 0 && set.every((column) => added.has(column));
}

const SET = new Set(["SET"]);
const FROM = new Set(["FROM", "WHERE", "RETURNING"]);

function assignedColumns(text: string): string[] {
  const reader = new TokenReader(text, { start: 0, end: text.length });
  const columns: string[] = [];
  if (!reader.seek(SET)) return columns;
  reader.advance();
  while (!reader.isAtEnd && !reader.isSemicolon && !FROM.has(reader.word)) {
    const name = reader.name();
    if (name === undefined || !reader.acceptOperator("=")) return [];
    columns.push(foldName(name));
    while (!reader.isAtEnd && !reader.isSemicolon && !reader.isOperator(",")) {
      if (FROM.has(reader.word)) return columns;
      if (!reader.skipParentheses()) reader.advance();
    }
    reader.acceptOperator(",");
  }
  return columns;
}

async function judgeRebuild(
  up: ScriptSubject,
  { fate, mention }: SaidLoss,
  report: LossReport,
): Promise<void> {
  const old = (await up.before())?.tables.get(fate!.before);
  const replacement = (await up.after())?.tables.get(fate!.after!);
  if (old === undefined || replacement === undefined) return;
  const kept = new Set(replacement.columns.map(({ name }) => foldName(name)));
  const read = new Set(
    up.walk.filter(({ mention }) => mention !== undefined && COPIES.has(mention.kind))
      .flatMap(({ text }) => [...mentionedNames(text)]),
  );
  for (const { name, generated } of old.columns) {
    const now = up.fates.columnAfter(fate!.before, name);
    if (generated !== undefined || kept.has(now) || read.has(now)) continue;
    report(
      "rebuild-drops-column",
      { script: "up", at: mention.start },
      `The rebuild of ${displayName(old.name)} leaves out column ${displayName(name)}`,
    );
  }
}

const COPIES: ReadonlySet<string> = new Set(["insert", "replace", "update"]);
