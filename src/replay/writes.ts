import type { AuthorizedAction } from "../db/connection.ts";
import { traceTables } from "../runner/table_fates.ts";
import type { Schema } from "../schema/model/model.ts";
import { displayName, foldName, unquote } from "../sql/identifier.ts";
import { type Mention, readMentions } from "../sql/mentions.ts";
import type { Script, Statement } from "../sql/script.ts";
import { Tokenizer } from "../sql/tokenizer.ts";
import { externalContent } from "../schema/model/virtual_table.ts";

// Numbers of SQLite's authorizer: https://sqlite.org/c3ref/c_alter_table.html
const DELETE = 9;
const INSERT = 18;
const UPDATE = 23;

/**
 * What a script writes, as SQLite's authorizer says while the statements are compiled: triggers, cascades and upserts
 * count, whether or not a row is there; definitions do not. Names are folded, and as they are at that moment.
 */
export class ScriptWrites {
  readonly deleted = new Set<string>();
  readonly updated = new Map<string, Set<string>>();
  /** Tables into which triggers insert. */
  readonly insertedByTriggers = new Set<string>();

  readonly note = ({ action, arg1, arg2, database, source }: AuthorizedAction): void => {
    if (database !== "main" || arg1 === null) return;
    const table = foldName(arg1);
    if (action === DELETE) this.deleted.add(table);
    else if (action === INSERT && source !== null) this.insertedByTriggers.add(table);
    else if (action === UPDATE && arg2 !== null) {
      const columns = this.updated.get(table) ?? new Set();
      this.updated.set(table, columns.add(foldName(arg2)));
    }
  };
}

/** A script with what it wrote. */
interface Run {
  readonly script: Script;
  readonly writes: ScriptWrites;
}

/**
 * What the up takes from rows that were there and the down writes nothing into again, a phrase each. Rows cannot tell:
 * those that are tried may not be the ones that a WHERE picks.
 *
 * A DELETE or REPLACE is answered by an INSERT that is more than the copy of a rebuild, an UPDATE also by an UPDATE of
 * the same column. Whether the answer is right is for rows to tell.
 *
 * @param before The schema before the up.
 */
export function unansweredWrites(up: Run, down: Run, before: Schema): readonly UnansweredWrite[] {
  const there = traced(up.script);
  const back = traced(down.script);
  const found: UnansweredWrite[] = [];
  const names = [
    ...before.tables.values(),
    ...[...before.virtualTables.values()].filter((table) => !externalContent(table)),
  ];
  for (const table of names) {
    const key = foldName(table.name);
    const after = there.fates.touched.get(key)?.after;
    if (after === null) continue; // All its rows go, and are counted.
    const names = namesOf(there, key);
    const later = namesOf(back, after ?? key);
    const isVirtual = table.kind === "virtual-table";
    if (hasAnswer(down, back, later)) continue;
    const shown = displayName(table.name);
    const direct = (kind: Mention["kind"]) =>
      there.mentions.some((mention) => mention.kind === kind && names.has(foldName(mention.name)));
    if (isVirtual ? direct("delete") : intersects(names, up.writes.deleted)) {
      found.push({ table: shown, loss: `rows of ${shown} that up.sql deletes` });
    }
    if (direct("replace")) {
      found.push({ table: shown, loss: `rows of ${shown} that up.sql replaces` });
    }
    if (isVirtual) continue;
    const updated = columnsOf(up.writes, names);
    const answered = columnsOf(down.writes, later);
    for (const column of table.columns) {
      const own = foldName(column.name);
      const now = there.fates.columnAfter(key, own);
      const last = back.fates.columnAfter(after ?? key, now);
      if (!updated.has(own) && !updated.has(now)) continue;
      if ([own, now, last].some((name) => answered.has(name))) continue;
      const columnName = `${shown}.${displayName(column.name)}`;
      found.push({
        table: shown,
        column: columnName,
        loss: `values of ${columnName} that up.sql changes`,
      });
    }
  }
  return found;
}

/** What an up takes and a down does not give back. */
export interface UnansweredWrite {
  /** As shown. */
  readonly table: string;
  readonly column?: string;
  readonly loss: string;
}

interface Traced {
  readonly script: Script;
  readonly mentions: readonly Mention[];
  readonly fates: ReturnType<typeof traceTables>;
}

function traced(script: Script): Traced {
  const mentions = script.statements.flatMap((statement) => readMentions(script.text, statement))
    .filter(({ inTrigger }) => !inTrigger);
  return { script, mentions, fates: traceTables(mentions) };
}

/** Every name that a table has while a script runs, its replacement's included. */
function namesOf({ fates }: Traced, key: string): ReadonlySet<string> {
  return new Set([key, ...fates.touched.get(key)?.aliases ?? []]);
}

function columnsOf({ updated }: ScriptWrites, names: ReadonlySet<string>): ReadonlySet<string> {
  return new Set([...names].flatMap((name) => [...updated.get(name) ?? []]));
}

function intersects(a: ReadonlySet<string>, b: ReadonlySet<string>): boolean {
  return !a.isDisjointFrom(b);
}

/** Whether a script puts rows into a table that are not its own, be it by a trigger. */
function hasAnswer(
  { script, writes }: Run,
  { mentions }: Traced,
  names: ReadonlySet<string>,
): boolean {
  if (intersects(names, writes.insertedByTriggers)) return true;
  const starts = new Set(
    mentions.filter(({ kind, name }) =>
      (kind === "insert" || kind === "replace") && names.has(foldName(name))
    ).map(({ start }) => start),
  );
  return script.statements.some((statement) =>
    starts.has(statement.start) && !isPlainCopy(script.text, statement, names)
  );
}

/** Whether a statement is `INSERT INTO … SELECT a, b FROM t`, with no more than names, of one of the tables. */
function isPlainCopy(text: string, { start, end }: Statement, names: ReadonlySet<string>): boolean {
  const tokenizer = new Tokenizer(text.slice(start, end));
  let isInList = false;
  let isFrom = false;
  while (tokenizer.nextSignificant()) {
    const { kind, current } = tokenizer;
    const word = kind === "word" ? current.toUpperCase() : "";
    if (word === "VALUES" || word === "DEFAULT") return false;
    if (word === "SELECT") isInList = true;
    else if (!isInList) continue;
    else if (word === "FROM") isFrom = true;
    else if (isFrom) return names.has(foldName(unquote(current)));
    else if (kind !== "word" && kind !== "quoted" && !/^[,.*]$/.test(current)) return false;
  }
  return false;
}
