import { foldName } from "../sql/identifier.ts";
import type { AlterTable, Change } from "../schema/model/change.ts";
import type { Column, ForeignKey, Schema, Table } from "../schema/model/model.ts";

/** The result of a comparison for a part of a diagram. */
export type Fate = "same" | "new" | "changed" | "gone";

/** The fate in a line of `describeChange()`, such as `add column users.email TEXT`. */
export function fateOfLine(line: string): Exclude<Fate, "same"> {
  if (/^(?:create|add) /.test(line)) return "new";
  return /^drop /.test(line) ? "gone" : "changed";
}

/** An entity of which only the name is known. */
export function bareEntity(id: string, note?: string): Entity {
  return { id, name: id, note, attributes: [], fate: "same" };
}

/** A column of a diagram. */
export interface Attribute {
  readonly name: string;
  /** The declared type; empty if there is none. */
  readonly type: string;
  /** Some of `PK`, `FK` and `UK`. */
  readonly keys: readonly string[];
  readonly notNull: boolean;
  readonly fate: Fate;
}

/** A table of a diagram. */
export interface Entity {
  /** The folded name. */
  readonly id: string;
  readonly name: string;
  /** The module of a virtual table, or that the schema does not have the table. */
  readonly note: string | undefined;
  readonly attributes: readonly Attribute[];
  readonly fate: Fate;
}

/** A foreign key of a diagram. */
export interface Relation {
  /** Ids of the two entities. */
  readonly child: string;
  readonly parent: string;
  /** The child's columns. */
  readonly columns: readonly string[];
  /** Whether a child may have no parent. */
  readonly optional: boolean;
  /** Whether a parent has one child at most. */
  readonly single: boolean;
  readonly fate: Fate;
}

/** The tables and foreign keys of a diagram. */
export interface EntityDiagram {
  readonly entities: readonly Entity[];
  readonly relations: readonly Relation[];
}

/**
 * The diagram of a schema, or of the difference between two.
 *
 * @param schema The wanted schema of a difference.
 * @param changes The changes that lead to it. Dropped tables and columns are part of the diagram.
 */
export function entityDiagram(schema: Schema, changes: readonly Change[] = []): EntityDiagram {
  const entities = new Map<string, Entity>();
  const relations: Relation[] = [];
  const created = new Set<Table>();
  const altered = new Map<Table, AlterTable>();
  const gone: Table[] = [];
  for (const change of changes) {
    if (change.kind === "create-table") created.add(change.table);
    else if (change.kind === "drop-table") gone.push(change.table);
    else if (change.kind === "alter-table") altered.set(change.to, change);
  }
  const add = (table: Table, fate: Fate, change?: AlterTable) => {
    const id = foldName(table.name);
    // A dropped table can have the same name as a new one.
    const key = entities.has(id) ? `${id}\n` : id;
    entities.set(key, {
      id: key,
      name: table.name,
      note: undefined,
      attributes: attributesOf(table, fate, change),
      fate,
    });
    for (const [foreign, itsFate] of keysOf(table, fate, change)) {
      relations.push(relationOf(key, table, foreign, itsFate));
    }
  };
  for (const table of schema.tables.values()) {
    const change = altered.get(table);
    add(table, created.has(table) ? "new" : change === undefined ? "same" : "changed", change);
  }
  for (const table of gone) add(table, "gone");
  for (const { name, module } of schema.virtualTables.values()) {
    const id = foldName(name);
    entities.set(id, { id, name, note: module, attributes: [], fate: "same" });
  }
  for (const { parent } of relations) {
    if (entities.has(parent)) continue;
    entities.set(parent, bareEntity(parent, "missing"));
  }
  return { entities: [...entities.values()], relations };
}

/**
 * The part of a diagram with some entities and those that foreign keys join to them.
 * @param names Folded names of entities in the diagram.
 */
export function neighbourhood(
  { entities, relations }: EntityDiagram,
  names: ReadonlySet<string>,
): EntityDiagram {
  const kept = new Set(names);
  for (const { child, parent } of relations) {
    if (names.has(child)) kept.add(parent);
    if (names.has(parent)) kept.add(child);
  }
  return {
    entities: entities.filter(({ id }) => kept.has(id)),
    relations: relations.filter(({ child, parent }) => names.has(child) || names.has(parent)),
  };
}

/** The entities that a difference changes, in their columns or foreign keys. */
export function touchedEntities({ entities, relations }: EntityDiagram): Set<string> {
  return new Set([
    ...entities.filter(({ fate }) => fate !== "same").map(({ id }) => id),
    ...relations.filter(({ fate }) => fate !== "same").map(({ child }) => child),
  ]);
}

function attributesOf(table: Table, fate: Fate, change?: AlterTable): Attribute[] {
  const fates = new Map<string, Fate>();
  const dropped: Column[] = [];
  for (const one of change?.changes ?? []) {
    if (one.kind === "add-column") fates.set(foldName(one.column.name), "new");
    else if (one.kind === "drop-column") dropped.push(one.column);
    else if (one.kind === "alter-column") fates.set(foldName(one.to.name), "changed");
    else if (one.kind === "rename-column") fates.set(foldName(one.to), "changed");
  }
  const primary = new Set(table.primaryKey?.columns.map(({ name }) => foldName(name)));
  const foreign = new Set(table.foreignKeys.flatMap(({ columns }) => columns.map(foldName)));
  const unique = new Set(
    table.uniques.flatMap(({ columns }) =>
      columns.length === 1 ? [foldName(columns[0]!.name)] : []
    ),
  );
  const attribute = (column: Column, itsFate: Fate): Attribute => {
    const id = foldName(column.name);
    const keys = [
      ...(primary.has(id) ? ["PK"] : []),
      ...(foreign.has(id) ? ["FK"] : []),
      ...(unique.has(id) ? ["UK"] : []),
    ];
    const notNull = column.notNull !== undefined;
    return { name: column.name, type: column.type, keys, notNull, fate: itsFate };
  };
  const usual = fate === "changed" ? "same" : fate;
  return [
    ...table.columns.map((column) => attribute(column, fates.get(foldName(column.name)) ?? usual)),
    ...dropped.map((column) => attribute(column, "gone")),
  ];
}

function keysOf(
  table: Table,
  fate: Fate,
  change?: AlterTable,
): readonly (readonly [ForeignKey, Fate])[] {
  const usual = fate === "changed" ? "same" : fate;
  const added = new Set<unknown>();
  const dropped: ForeignKey[] = [];
  for (const one of change?.changes ?? []) {
    if (one.kind === "add-constraint") added.add(one.constraint);
    else if (one.kind === "drop-constraint" && one.constraint.kind === "foreign-key") {
      dropped.push(one.constraint);
    }
  }
  return [
    ...table.foreignKeys.map((key) => [key, added.has(key) ? "new" : usual] as const),
    ...dropped.map((key) => [key, "gone"] as const),
  ];
}

function relationOf(child: string, table: Table, key: ForeignKey, fate: Fate): Relation {
  const columns = key.columns.map(foldName);
  const isKey = (names: readonly { readonly name: string }[]) =>
    names.length === columns.length && names.every(({ name }) => columns.includes(foldName(name)));
  const required = columns.every((name) =>
    table.columns.some((column) => foldName(column.name) === name && column.notNull !== undefined)
  );
  return {
    child,
    parent: foldName(key.parent),
    columns: key.columns,
    optional: !required,
    single: table.uniques.some((unique) => isKey(unique.columns)) ||
      isKey(table.primaryKey?.columns ?? []),
    fate,
  };
}
