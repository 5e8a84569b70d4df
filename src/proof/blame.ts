import type { SqlValue } from "../db/connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { AlterTable, Change, TableChange } from "../schema/model/change.ts";
import { compareSchemas } from "../schema/diff/compare.ts";
import { describeColumn, describeConstraint, describeObject } from "../schema/diff/describe.ts";
import {
  type Constraint,
  EMPTY_SCHEMA,
  type Schema,
  type SchemaObject,
  type Table,
} from "../schema/model/model.ts";
import { foldName, sameName } from "../sql/identifier.ts";
import { renamesOf } from "../runner/table_fates.ts";
import type { ReplayTree } from "../replay/tree.ts";

/** A part of a table or view, with the revision that last changed it. */
export interface BlameLine {
  readonly revision: RevisionId;
  /** The folded name of a column; undefined for a part of the whole table. */
  readonly column: string | undefined;
  /** The part for people: `email TEXT NOT NULL`, `index by_email on users`. */
  readonly line: string;
}

/** The parts of a table or view, by a key that identifies each. */
type Parts = Map<string, BlameLine>;

/** The origins of the parts of some tables and views. */
export interface Blame {
  /** By folded name; a table's columns first, in its own order, then all else. */
  readonly lines: ReadonlyMap<string, readonly BlameLine[]>;
  /** The names of all tables, views and virtual tables at the end, by folded name. */
  readonly owners: ReadonlyMap<string, string>;
  /** The owners of all indexes and triggers, by the folded names of these. */
  readonly belongings: ReadonlyMap<string, string>;
}

/**
 * Finds which revision last changed each part of some tables, views or virtual tables, by replaying the revisions and
 * comparing the schemas around those that changed them. Renames are followed if the statements make them.
 *
 * @param ids In topological order, with everything they need.
 * @param names Folded names. Those that do not exist get no lines.
 * @throws {AludelError} The errors of replaying.
 */
export async function blame(
  ids: readonly RevisionId[],
  tree: ReplayTree,
  names: readonly string[],
): Promise<Blame> {
  const watched = JSON.stringify([...formerNames(ids, tree, names)]);
  const owners = new Map<string, Parts>();
  let before: Schema = EMPTY_SCHEMA;
  let definitions: SqlValue | undefined;
  await tree.walk(ids, async (id, connection) => {
    const [row] = await connection.query(DEFINITIONS, [watched, watched]);
    const isLast = id === ids.at(-1);
    if (row!["definitions"] === definitions && !isLast) return;
    definitions = row!["definitions"];
    // Earlier changes of other tables are attributed to this revision too, but those are not in the result.
    const after = await tree.schemaOf(connection);
    const renames = renamesOf(tree.scriptOf(id));
    for (const change of compareSchemas(before, after, { renames })) note(owners, id, change);
    before = after;
  });
  const all = [before.tables, before.views, before.virtualTables].flatMap((some) => [
    ...some.values(),
  ]);
  const sides = [before.indexes, before.triggers].flatMap((some) => [...some.values()]);
  return {
    lines: new Map(
      names.flatMap((name) => {
        const parts = owners.get(name);
        return parts === undefined ? [] : [[name, inOrder(parts, name, before)]];
      }),
    ),
    owners: new Map(all.map(({ name }) => [foldName(name), name])),
    belongings: new Map(
      sides.map(({ name, table }) => [
        foldName(name),
        all.find((one) => sameName(one.name, table))?.name ?? table,
      ]),
    ),
  };
}

/** The names, and the former names of tables that revisions renamed to them. */
function formerNames(
  ids: readonly RevisionId[],
  tree: ReplayTree,
  names: readonly string[],
): ReadonlySet<string> {
  const former = new Map<string, string[]>();
  for (const id of ids) {
    for (const { from, to } of renamesOf(tree.scriptOf(id)).tables) {
      former.set(foldName(to), [...former.get(foldName(to)) ?? [], foldName(from)]);
    }
  }
  const found = new Set(names);
  for (const name of found) for (const one of former.get(name) ?? []) found.add(one);
  return found;
}

/** All definitions of tables and views with some names. While they are the same, no part has changed. */
const DEFINITIONS =
  "SELECT json_group_array(json_array(type, name, tbl_name, sql)) AS definitions " +
  "FROM main.sqlite_schema WHERE lower(name) IN (SELECT value FROM json_each(?)) " +
  "OR lower(tbl_name) IN (SELECT value FROM json_each(?))";

function note(owners: Map<string, Parts>, revision: RevisionId, change: Change): void {
  switch (change.kind) {
    case "create-table":
      owners.set(foldName(change.table.name), partsOf(change.table, revision));
      break;
    case "drop-table":
      owners.delete(foldName(change.table.name));
      break;
    case "alter-table": {
      const old = foldName(change.from.name);
      const parts = owners.get(old) ?? new Map();
      owners.delete(old);
      owners.set(foldName(change.to.name), parts);
      carryConstraints(parts, change);
      for (const one of change.changes) noteInTable(parts, revision, change.to, one);
      break;
    }
    case "drop-object":
      forget(owners, change.object);
      break;
    case "create-object":
      remember(owners, revision, change.object);
      break;
    case "replace-object":
      forget(owners, change.from);
      remember(owners, revision, change.to);
      break;
  }
}

function partsOf(table: Table, revision: RevisionId): Parts {
  const parts: Parts = new Map();
  parts.set("itself", { revision, column: undefined, line: describeObject(table) });
  for (const column of table.columns) setColumn(parts, revision, table, column.name);
  for (const constraint of constraintsOf(table)) setConstraint(parts, revision, constraint);
  return parts;
}

function constraintsOf({ primaryKey, uniques, foreignKeys, checks }: Table): Constraint[] {
  return [...(primaryKey ? [primaryKey] : []), ...uniques, ...foreignKeys, ...checks];
}

/** Keeps the revisions of constraints whose text a rename changed: their number and order is the same on both sides. */
function carryConstraints(parts: Parts, { from, to, changes }: AlterTable): void {
  const dropped = new Set(
    changes.flatMap((one) =>
      one.kind === "drop-constraint" ? describeConstraint(one.constraint) : []
    ),
  );
  const come = new Set(
    changes.flatMap((one) =>
      one.kind === "add-constraint" ? describeConstraint(one.constraint) : []
    ),
  );
  const before = constraintsOf(from).map(describeConstraint).filter((line) => !dropped.has(line));
  const after = constraintsOf(to).filter((one) => !come.has(describeConstraint(one)));
  if (before.length !== after.length) return;
  const revisions = before.map((line) => parts.get(`constraint ${line}`)?.revision);
  for (const line of before) parts.delete(`constraint ${line}`);
  after.forEach((constraint, at) => {
    const revision = revisions[at];
    if (revision !== undefined) setConstraint(parts, revision, constraint);
  });
}

function setColumn(parts: Parts, revision: RevisionId, table: Table, name: string): void {
  const key = foldName(name);
  const column = table.columns.find((one) => foldName(one.name) === key);
  if (column === undefined) return;
  parts.set(`column ${key}`, { revision, column: key, line: describeColumn(column) });
}

function setConstraint(parts: Parts, revision: RevisionId, constraint: Constraint): void {
  const line = describeConstraint(constraint);
  const columns = "columns" in constraint ? constraint.columns : [];
  const [only, ...more] = columns.map((one) => foldName(typeof one === "string" ? one : one.name));
  const column = more.length === 0 ? only : undefined;
  parts.set(`constraint ${line}`, { revision, column, line });
}

function noteInTable(parts: Parts, revision: RevisionId, table: Table, change: TableChange): void {
  switch (change.kind) {
    case "rename-table":
      parts.set("itself", { revision, column: undefined, line: describeObject(table) });
      break;
    case "add-column":
      setColumn(parts, revision, table, change.column.name);
      break;
    case "drop-column":
      parts.delete(`column ${foldName(change.column.name)}`);
      break;
    case "rename-column":
      parts.delete(`column ${foldName(change.from)}`);
      setColumn(parts, revision, table, change.to);
      break;
    case "alter-column":
      setColumn(parts, revision, table, change.to.name);
      break;
    case "add-constraint":
      setConstraint(parts, revision, change.constraint);
      break;
    case "drop-constraint":
      parts.delete(`constraint ${describeConstraint(change.constraint)}`);
      break;
    case "set-option":
      parts.set(`option ${change.option}`, {
        revision,
        column: undefined,
        line: `${change.value ? "" : "not "}${change.option}`,
      });
      break;
    case "reorder-columns":
      break;
  }
}

/** The owner of an object: the table of an index or trigger, or a view or virtual table itself. */
function ownerOf(object: SchemaObject): string {
  return foldName("table" in object ? object.table : object.name);
}

function remember(owners: Map<string, Parts>, revision: RevisionId, object: SchemaObject): void {
  const owner = ownerOf(object);
  const parts = owners.get(owner) ?? new Map();
  owners.set(owner, parts);
  parts.set(`${object.kind} ${foldName(object.name)}`, partOf(object, revision));
}

function partOf(object: SchemaObject, revision: RevisionId): BlameLine {
  const [only, ...more] = object.kind === "index" ? object.terms : [];
  const column = more.length === 0 && only?.column !== undefined
    ? foldName(only.column)
    : undefined;
  return { revision, column, line: describeObject(object) };
}

function forget(owners: Map<string, Parts>, object: SchemaObject): void {
  const owner = ownerOf(object);
  const parts = owners.get(owner);
  parts?.delete(`${object.kind} ${foldName(object.name)}`);
  if (parts?.size === 0) owners.delete(owner);
}

/**
 * Sorts the parts. Columns, indexes and triggers are described as they are at the end, because the rename of another
 * column changes their text, but is not a change of theirs.
 */
function inOrder(parts: Parts, owner: string, schema: Schema): BlameLine[] {
  for (const object of [...schema.indexes.values(), ...schema.triggers.values()]) {
    const key = `${object.kind} ${foldName(object.name)}`;
    const part = foldName(object.table) === owner ? parts.get(key) : undefined;
    if (part !== undefined) parts.set(key, partOf(object, part.revision));
  }
  const first = new Set(["itself"]);
  for (const column of schema.tables.get(owner)?.columns ?? []) {
    const key = `column ${foldName(column.name)}`;
    first.add(key);
    const part = parts.get(key);
    if (part !== undefined) parts.set(key, { ...part, line: describeColumn(column) });
  }
  const rest = [...parts.keys()].filter((key) => !first.has(key))
    .sort((a, b) => RANK.indexOf(kindOf(a)) - RANK.indexOf(kindOf(b)));
  return [...first, ...rest].flatMap((key) => parts.get(key) ?? []);
}

/** The order of the parts after the columns. */
const RANK = ["constraint", "option", "index", "trigger"];

function kindOf(key: string): string {
  return key.split(" ", 1)[0]!;
}
