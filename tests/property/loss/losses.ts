import {
  type ColumnContents,
  type Contents,
  type ForeignKey,
  type IndexContents,
  type Row,
  ROWID,
  type TableContents,
} from "./contents.ts";

/** Where each table and column of the first database is in the second, as far as the script renames them. */
export interface Renames {
  /** The name that a table has now; the same where nothing renames it. Names are in lower case. */
  table(before: string): string;
  column(table: string, before: string): string;
}

export const NO_RENAMES: Renames = { table: (name) => name, column: (_, name) => name };

/** What else the judge knows. */
export interface Knowledge {
  /**
   * What the last revision's ancestors made, one after the other: what the live database has beyond that, no revision can
   * drop by leaving it out.
   */
  readonly known: readonly Contents[] | null;
  /** Objects that a statement of the script drops by their name: `index by_name`. */
  readonly dropped: ReadonlySet<string>;
}

/**
 * What was there before and is not there now.
 * @returns By a name for each thing that was there, such as `row t 1` or `value t 1 email`, a sentence about it.
 */
export function findLosses(
  before: Contents,
  after: Contents,
  renames: Renames,
  { known, dropped }: Knowledge,
): Map<string, string> {
  const losses = new Map<string, string>();
  for (const [name, old] of before.tables) {
    const now = after.tables.get(renames.table(name));
    if (now === undefined) {
      for (const key of old.rows.keys()) losses.set(`row ${name} ${key}`, "its table is gone");
      if (!old.isOfOther) compareFound(name, old, undefined, losses);
      if (old.rows.size === 0 && !dropped.has(`table ${name}`)) {
        losses.set(`table ${name}`, "gone, and no DROP names it");
      }
      continue;
    }
    const column = (each: string) => renames.column(name, each);
    compareRows(name, old, now, column, losses);
    compareTables(name, old, now, renames, dropped, losses);
    // DROP TABLE with nothing copied says that all of it goes.
    if (known !== null && !dropped.has(`belongings ${name}`)) {
      const [first, ...later] = known.map((each) => {
        const lost = new Map<string, string>();
        compareDrift(name, old, now, each.tables.get(name), column, dropped, lost);
        return { lost, isThere: each.tables.has(name) };
      });
      for (const [thing, fact] of first?.lost ?? []) {
        if (later.every(({ lost, isThere }) => !isThere || lost.has(thing))) {
          losses.set(thing, fact);
        }
      }
    }
  }
  compareObjects(before, after, renames, dropped, losses);
  return losses;
}

/**
 * What a restore point has that holds lost rows alone: the names of rows and values, as in {@linkcode findLosses}.
 * @param point The tables have the names of `renames`, and hold whole rows with `aludel_rowid` for a rowid that is no column.
 */
export function heldRows(before: Contents, point: Contents, renames: Renames): Set<string> {
  const held = new Set<string>();
  // The text of every object is in a table of its own.
  if (point.tables.has("aludel_schema")) {
    for (const kind of ["indexes", "triggers", "views"] as const) {
      const word = kind === "indexes" ? "index" : kind.slice(0, -1);
      for (const name of before[kind].keys()) {
        held.add(`${word} ${name}`).add(`compiles ${word} ${name}`);
      }
    }
  }
  for (const [name, old] of before.tables) {
    const kept = point.tables.get(renames.table(name));
    if (kept === undefined) continue;
    const nameIn = (column: string) =>
      column === ROWID ? "aludel_rowid" : renames.column(name, column);
    const rows = new Map(
      [...kept.rows.values()].map((
        row,
      ) => [old.key.map((each) => row.get(nameIn(each))).join(" "), row]),
    );
    for (const [id, row] of old.rows) {
      const found = rows.get(id);
      if (found === undefined) continue;
      const stored = old.columns.filter((each) => !each.isGenerated);
      // An earlier revision may have converted the column; the file's own columns have no types.
      const same = stored.filter((each) => {
        const is = found.get(nameIn(each.name));
        // An earlier revision may have dropped the column: an empty one holds nothing.
        if (is === undefined) return row.get(each.name) === "n";
        return isKept(row.get(each.name)!, is, each, { ...each, type: "" }) &&
          (is !== "n" || row.get(each.name) === "n");
      });
      if (same.length === stored.length) held.add(`row ${name} ${id}`);
      for (const each of same) held.add(`value ${name} ${id} ${each.name}`);
    }
  }
  return held;
}

function compareRows(
  name: string,
  old: TableContents,
  now: TableContents,
  column: (name: string) => string,
  losses: Map<string, string>,
): void {
  const types = new Map(now.columns.map((each) => [each.name, each]));
  const key = old.key.map((each) => each === ROWID ? ROWID : column(each));
  const rows = new Map<string, Row>();
  for (const row of now.rows.values()) {
    rows.set(key.map((each) => row.get(each) ?? "").join(" "), row);
  }
  const compared = old.columns.filter((each) => !each.isGenerated);
  for (const [id, row] of old.rows) {
    // Rows of a table without any name for the rowid are told by their position, and only compared as a whole.
    const match = old.key.length === 0
      ? [...now.rows.values()].find((each) => equal(row, each, compared, types, column))
      : rows.get(keyNow(id, old, row, key, types, rows));
    if (match === undefined) {
      // Only for the sentence, and too slow in a large table.
      const moved = old.rows.size < 100 &&
        [...now.rows.values()].some((each) => equal(row, each, compared, types, column));
      losses.set(`row ${name} ${id}`, moved ? "it has another rowid or key" : "it is gone");
      continue;
    }
    for (const each of compared) {
      const [was, is] = [row.get(each.name)!, match.get(column(each.name))];
      if (is !== undefined && isKept(was, is, each, types.get(column(each.name))!)) continue;
      if (is === undefined && was === "n") continue;
      losses.set(`value ${name} ${id} ${each.name}`, `${was} became ${is ?? "nothing"}`);
    }
  }
}

/** The key under which the row is found: one of another type where the column was converted without loss. */
function keyNow(
  id: string,
  old: TableContents,
  row: Row,
  key: readonly string[],
  types: ReadonlyMap<string, ColumnContents>,
  rows: ReadonlyMap<string, Row>,
): string {
  const isSameType = key.every((column, at) =>
    column === ROWID ||
    types.get(column)?.type === old.columns.find((each) => each.name === old.key[at])?.type
  );
  if (isSameType || rows.has(id)) return id;
  for (const [found, each] of rows) {
    const same = key.every((column, at) => {
      const [was, is] = [row.get(old.key[at]!)!, each.get(column)];
      const from = old.columns.find(({ name }) => name === old.key[at]);
      const to = types.get(column);
      return is !== undefined && (was === is || (from && to && isKept(was, is, from, to)));
    });
    if (same) return found;
  }
  return id;
}

function equal(
  old: Row,
  now: Row,
  compared: readonly ColumnContents[],
  types: ReadonlyMap<string, ColumnContents>,
  column: (name: string) => string,
): boolean {
  return compared.every((each) => {
    const [was, is] = [old.get(each.name)!, now.get(column(each.name))];
    return is !== undefined && isKept(was, is, each, types.get(column(each.name))!);
  });
}

/** Whether a value is still there: the same, one in place of a NULL, or an equal one in a column of another type. */
function isKept(was: string, is: string, from: ColumnContents, to: ColumnContents): boolean {
  if (was === is || was === "n") return true;
  if (from.type === to.type) return false;
  const [old, now] = [plain(was), plain(is)];
  if (old === undefined || now === undefined || was[0] === is[0]) return false;
  if (is[0] === "t") return now === old || was[0] === "r" && Number(now) === Number(old);
  if (was[0] === "t") {
    // Whatever else the text was, such as 007 or 1.50, is not there any more.
    return old === now ||
      /^(?:0|-?[1-9]\d{0,14})(?:\.(?:0|\d{0,13}[1-9]))?$/.test(old) && Number(old) === Number(now);
  }
  const [integer, real] = was[0] === "i" ? [old, now] : [now, old];
  return Number.isFinite(Number(real)) && Number.isInteger(Number(real)) &&
    BigInt(Number(real)) === BigInt(integer);
}

function plain(value: string): string | undefined {
  if (value[0] === "i" || value[0] === "r") return value.slice(2);
  if (value[0] !== "t") return undefined;
  const bytes = value.slice(2).match(/../g)?.map((byte) => parseInt(byte, 16)) ?? [];
  // Digits of UTF-16 are those of UTF-8 with zeros between them.
  return new TextDecoder().decode(new Uint8Array(bytes.filter((byte) => byte !== 0)));
}

function compareFound(
  name: string,
  old: TableContents,
  now: TableContents | undefined,
  losses: Map<string, string>,
): void {
  for (const [word, rowids] of old.found) {
    const found = now?.found.get(word) ?? [];
    for (const rowid of rowids) {
      if (!found.includes(rowid)) {
        losses.set(`match ${name} ${word} ${rowid}`, "not found any more");
      }
    }
  }
}

function compareTables(
  name: string,
  old: TableContents,
  now: TableContents,
  renames: Renames,
  dropped: ReadonlySet<string>,
  losses: Map<string, string>,
): void {
  const keyNow = old.key.map((each) => renames.column(name, each));
  const hasKey = keyNow.every((key) => now.columns.some((each) => each.name === key));
  const isSaid = dropped.has(`belongings ${name}`);
  if (old.isAutoincrement && hasKey && !isSaid && (old.sequence ?? 0n) > 0n) {
    if (!now.isAutoincrement) losses.set(`sequence ${name}`, "no longer AUTOINCREMENT");
    else if ((now.sequence ?? 0n) < old.sequence!) {
      losses.set(`sequence ${name}`, `fell from ${old.sequence} to ${now.sequence}`);
    }
  }
  if (old.isReadable && !now.isReadable) losses.set(`reads ${name}`, "can no longer be read");
  // An index of another table's rows can be made again from them: a DROP that names it says that it is not there.
  if (!old.isOfOther || !dropped.has(`table ${name}`)) compareFound(name, old, now, losses);
  for (const setting of old.settings) {
    if (setting.startsWith("version=") || now.settings.includes(setting)) continue;
    losses.set(`setting ${name} ${setting}`, "gone");
  }
  // A key that leads to a name that no table has, though its parent is there under another one, was led astray.
  for (const key of now.parents) {
    const were = old.parents.filter((each) =>
      sameColumns(each, key, (column) => renames.column(name, column))
    );
    if (were.length > 0 && were.every(({ parent }) => renames.table(parent) !== key.parent)) {
      const { columns, parent } = were[0]!;
      losses.set(
        `parent ${name} (${columns}) ${parent}`,
        `now refers to ${key.parent}, and ${parent} is ${renames.table(parent)}`,
      );
    }
  }
}

function sameColumns(a: ForeignKey, b: ForeignKey, column: (name: string) => string): boolean {
  return a.columns.map(column).join() === b.columns.join();
}

/** What the live table has and its ancestors' replay has not: a rebuild that leaves it out does not say so. */
function compareDrift(
  name: string,
  old: TableContents,
  now: TableContents,
  ancestor: TableContents | undefined,
  column: (name: string) => string,
  dropped: ReadonlySet<string>,
  losses: Map<string, string>,
): void {
  if (ancestor === undefined) return;
  const lose = (what: string, fact: string) => losses.set(`drift ${name} ${what}`, fact);
  for (const each of old.columns) {
    if (dropped.has(`column ${name}.${each.name}`)) continue;
    const known = ancestor.columns.find((other) => other.name === each.name);
    const is = now.columns.find((other) => other.name === column(each.name));
    if (known === undefined && is === undefined) {
      lose(`column ${each.name}`, "gone, and no revision made it");
    }
    if (is === undefined || is.isGenerated) continue;
    if (each.notNull && !is.notNull && known?.notNull !== true) {
      lose(`not null ${each.name}`, "gone, and no revision made it");
    }
    if (each.default !== null && is.default !== each.default && known?.default !== each.default) {
      lose(`default ${each.name}`, `now ${is.default}, and no revision made ${each.default}`);
    }
  }
  const columnsNow = (unique: string) => unique.split(",").map(column).join(",");
  for (const unique of old.uniques) {
    if (!ancestor.uniques.includes(unique) && !now.uniques.includes(columnsNow(unique))) {
      lose(`unique ${unique}`, "gone, and no revision made it");
    }
  }
  for (const check of old.sql.match(/\bhand_check_\w+/g) ?? []) {
    const column = check.replace("hand_check_", "hand");
    if (!now.sql.includes(check) && !dropped.has(`column ${name}.${column}`)) {
      lose(`check ${check}`, "gone, and no revision made it");
    }
  }
  if (old.isStrict && !now.isStrict && !ancestor.isStrict) lose("strict", "gone");
  for (const key of old.parents) {
    if (ancestor.parents.some((each) => each.columns.join() === key.columns.join())) continue;
    if (!now.parents.some((each) => sameColumns(key, each, column))) {
      lose(`key (${key.columns})`, "gone, and no revision made it");
    }
  }
}

function compareObjects(
  before: Contents,
  after: Contents,
  renames: Renames,
  dropped: ReadonlySet<string>,
  losses: Map<string, string>,
): void {
  for (const [name, index] of before.indexes) {
    if (name.startsWith("sqlite_") || dropped.has(`index ${name}`)) continue;
    if (dropped.has(`belongings ${index.table}`)) continue;
    const owner = after.tables.get(renames.table(index.table));
    if (owner === undefined || isCovered(index, owner, after, renames)) continue;
    if (readsGone(index, before.tables.get(index.table), owner, renames)) continue;
    losses.set(`index ${name}`, `gone from "${owner.name}"`);
  }
  for (const kind of ["triggers", "views"] as const) {
    const word = kind.slice(0, -1);
    for (const [name, object] of before[kind]) {
      if (dropped.has(`${word} ${name}`) || dropped.has(`belongings ${object.table}`)) continue;
      const owner = renames.table(object.table);
      const isOwned = kind === "views" || before.views.has(object.table);
      if (!isOwned && !after.tables.has(owner)) continue;
      if (kind === "triggers" && dropped.has(`view ${object.table}`)) continue;
      const now = after[kind].get(name);
      if (now === undefined) losses.set(`${word} ${name}`, "gone");
      else if (kind === "triggers" && !isOwned && now.table !== owner) {
        losses.set(`${word} ${name}`, `now on "${now.table}" and not on "${owner}"`);
      } else if (object.compiles && !now.compiles) {
        losses.set(`compiles ${word} ${name}`, "no longer compiles");
      }
    }
  }
}

/** Whether an expression or condition of an index names a column that went. */
function readsGone(
  { table, expressions, condition }: IndexContents,
  old: TableContents | undefined,
  owner: TableContents,
  renames: Renames,
): boolean {
  const present = new Set(owner.columns.map(({ name }) => name));
  const words = new Set(`${expressions} ${condition}`.toLowerCase().match(/[\p{L}\p{N}_]+/gu));
  return (old?.columns ?? []).some(({ name }) =>
    words.has(name) && !present.has(renames.column(table, name))
  );
}

/** Whether an index of the table, by whatever name, or a key serves what the old one did, or its columns went. */
function isCovered(
  old: IndexContents,
  owner: TableContents,
  after: Contents,
  renames: Renames,
): boolean {
  const columns = old.columns.map((each) => each === null ? null : renames.column(old.table, each));
  const present = new Set(owner.columns.map((each) => each.name));
  if (columns.some((each) => each !== null && !present.has(each))) return true;
  for (const now of after.indexes.values()) {
    if (now.table !== owner.name.toLowerCase()) continue;
    // A script that makes an index of this name on this table says what it shall be.
    if (now.name.toLowerCase() === old.name.toLowerCase()) return true;
    const isEqual = now.columns.join() === columns.join() && now.order === old.order &&
      now.expressions === old.expressions && now.condition === old.condition;
    if (isEqual && (now.isUnique || !old.isUnique)) return true;
  }
  return !columns.includes(null) && owner.key.join() === columns.join() && owner.key.length > 0;
}
