import type { Connection } from "../../db/connection.ts";
import { foldName } from "../../sql/identifier.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import type { TableFates } from "../table_fates.ts";
import type { OldReader } from "./old_state.ts";
import type { UndeclaredLoss } from "./verdict.ts";

/** Finds replaced tables whose AUTOINCREMENT sequence fell, so that ids of deleted rows would be used again. */
export async function findFallenSequences(
  fresh: Connection,
  old: OldReader,
  fates: TableFates,
  emptied: ReadonlySet<string>,
): Promise<UndeclaredLoss[]> {
  const losses: UndeclaredLoss[] = [];
  for (const { before, after, dropped } of fates.touched.values()) {
    if (!dropped || after === null || emptied.has(before)) continue;
    const was = await readSequence(await old(), before);
    if (was === undefined) continue;
    const is = await readSequence(fresh, after);
    const name = is?.name ?? after;
    if (is === undefined) {
      losses.push({ name, fact: `table "${name}": it is no longer AUTOINCREMENT` });
    } else if (was.sequence !== null && (is.sequence ?? -1n) < was.sequence) {
      losses.push({
        name,
        fact: `table "${name}": its AUTOINCREMENT sequence fell from ${was.sequence} to ${
          is.sequence ?? "nothing"
        }, so ids of deleted rows would be used again`,
      });
    }
  }
  return losses;
}

/** Describes the sequences that a statement lowered by writing to sqlite_sequence. */
export async function findLoweredSequences(
  fresh: Connection,
  old: Connection,
  fates: TableFates,
): Promise<string[]> {
  const before = await old.query(
    "SELECT name, max(seq) AS seq FROM main.sqlite_sequence GROUP BY name",
  );
  const facts: string[] = [];
  for (const row of before) {
    const name = String(row["name"]);
    // findFallenSequences reports replaced tables, as undeclared.
    if (fates.touched.get(foldName(name))?.dropped) continue;
    const now = fates.tableAfter(name);
    const was = row["seq"] ?? null;
    const [present] = await fresh.query(
      `SELECT (SELECT max(seq) FROM main.sqlite_sequence WHERE name = ? COLLATE NOCASE) AS seq
       FROM main.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE`,
      [now, now],
    );
    if (present === undefined || was === null) continue;
    const is = present["seq"] ?? null;
    if (is !== null && BigInt(is as bigint) >= BigInt(was as bigint)) continue;
    facts.push(
      `table "${name}": its AUTOINCREMENT sequence fell from ${was} to ${is ?? "nothing"}`,
    );
  }
  return facts;
}

/** Reads the sequence of a table; undefined if the table is not AUTOINCREMENT. @param table Its folded name. */
async function readSequence(
  connection: Connection,
  table: string,
): Promise<{ readonly name: string; readonly sequence: bigint | null } | undefined> {
  const [row] = await connection.query(
    `SELECT name, sql FROM main.sqlite_schema
     WHERE type = 'table' AND name = ? COLLATE NOCASE AND instr(upper(sql), 'AUTOINCREMENT') > 0`,
    [table],
  );
  if (row === undefined || !isAutoincrement(String(row["sql"]))) return undefined;
  const name = String(row["name"]);
  const [found] = await connection.query(
    "SELECT max(seq) AS seq FROM main.sqlite_sequence WHERE name = ?",
    [name],
  );
  const sequence = found?.["seq"] ?? null;
  return { name, sequence: sequence === null ? null : BigInt(sequence as bigint) };
}

function isAutoincrement(sql: string): boolean {
  // The word may also be in a comment or a default.
  const tokens = new Tokenizer(sql);
  while (tokens.nextSignificant()) {
    if (tokens.kind === "word" && tokens.current.toUpperCase() === "AUTOINCREMENT") return true;
  }
  return false;
}
