import { foldName } from "../../sql/identifier.ts";
import {
  mentionedNames,
  type Schema,
  type Table,
  type Trigger,
  type View,
  type VirtualTable,
} from "../model/model.ts";

/** An object that indexes and triggers can belong to. */
type Root = Table | View | VirtualTable;

/**
 * The tables, views and virtual tables that some SQL can reach in the schemas before and after it, as folded names. Their
 * indexes and triggers belong to them. Everything else is the same before and after, and has no influence on the SQL:
 *
 * - A statement changes what it names; an index or trigger stands for its table.
 * - ALTER TABLE also rewrites or compiles views that name its table, views of those, triggers, and tables with a foreign
 *   key to it (https://sqlite.org/lang_altertable.html).
 * - A trigger that fires reaches what it names, and so does a view that is compiled. A row needs its parents.
 *
 * Virtual tables always count as reached: only their module knows what their arguments name.
 *
 * @param texts The SQL. Names in it that mean something else only make the result larger.
 */
export function reachedNames(
  schemas: readonly Schema[],
  texts: readonly string[],
): ReadonlySet<string> {
  const roots = new Roots(schemas);
  const reached = new Set<string>();
  const reach = (names: Iterable<string>) => {
    for (const name of names) if (roots.has(name)) reached.add(name);
  };
  const named = new Set<string>();
  for (const text of texts) {
    for (const name of mentionedNames(text)) {
      for (const root of roots.namedBy(name)) named.add(root);
    }
  }
  reach(named);
  for (const name of named) reach(roots.childrenOf(name));
  // Iterating over a Set also visits what is added meanwhile.
  const compiled = new Set(named);
  for (const name of compiled) {
    for (const object of roots.mentioning(name)) {
      const owner = foldName(object.kind === "trigger" ? object.table : object.name);
      reach([owner]);
      if (object.kind === "view") compiled.add(owner);
    }
  }
  for (const { virtualTables } of schemas) reach(virtualTables.keys());
  for (const name of reached) reach(roots.neededBy(name));
  return reached;
}

/** The part of a schema with these names, as {@linkcode reachedNames} gives them, with its indexes and triggers. */
export function partOf(schema: Schema, names: ReadonlySet<string>): Schema {
  const among = <T>(objects: ReadonlyMap<string, T>) =>
    new Map([...objects].filter(([key]) => names.has(key)));
  const ofThem = <T extends { readonly table: string }>(objects: ReadonlyMap<string, T>) =>
    new Map([...objects].filter(([, { table }]) => names.has(foldName(table))));
  return {
    tables: among(schema.tables),
    virtualTables: among(schema.virtualTables),
    views: among(schema.views),
    indexes: ofThem(schema.indexes),
    triggers: ofThem(schema.triggers),
  };
}

/** The tables, views and virtual tables of some schemas, and how they depend on each other. All names folded. */
class Roots {
  readonly #roots: ReadonlyMap<string, readonly Root[]>;
  readonly #triggers: ReadonlyMap<string, readonly Trigger[]>;
  readonly #children: ReadonlyMap<string, readonly string[]>;
  /** Index or trigger → its table or view. */
  readonly #owners: ReadonlyMap<string, readonly string[]>;
  readonly #mentioning: ReadonlyMap<string, readonly (View | Trigger)[]>;
  readonly #names = new Map<string, ReadonlySet<string>>();

  constructor(schemas: readonly Schema[]) {
    const tables = schemas.flatMap((schema) => [...schema.tables.values()]);
    const views = schemas.flatMap((schema) => [...schema.views.values()]);
    const virtual = schemas.flatMap((schema) => [...schema.virtualTables.values()]);
    const triggers = schemas.flatMap((schema) => [...schema.triggers.values()]);
    const indexes = schemas.flatMap((schema) => [...schema.indexes.values()]);
    this.#roots = Map.groupBy([...tables, ...views, ...virtual], ({ name }) => foldName(name));
    this.#triggers = Map.groupBy(triggers, ({ table }) => foldName(table));
    this.#children = grouped(
      tables.flatMap((table) =>
        parentsOf(table).map((parent) => [parent, foldName(table.name)] as const)
      ),
    );
    this.#owners = grouped(
      [...indexes, ...triggers].map(({ name, table }) => [foldName(name), foldName(table)]),
    );
    this.#mentioning = grouped(
      [...views, ...triggers].flatMap((object) =>
        [...this.#namesIn(object.sql)].filter((name) => this.has(name))
          .map((name) => [name, object] as const)
      ),
    );
  }

  has(name: string): boolean {
    return this.#roots.has(name);
  }

  /** What a name stands for: the table or view itself, or that of the index or trigger. */
  namedBy(name: string): readonly string[] {
    const owners = this.#owners.get(name) ?? [];
    return this.has(name) ? [name, ...owners] : owners;
  }

  /** The tables with a foreign key to a table. */
  childrenOf(name: string): readonly string[] {
    return this.#children.get(name) ?? [];
  }

  /** The views and triggers whose text has the name. */
  mentioning(name: string): readonly (View | Trigger)[] {
    return this.#mentioning.get(name) ?? [];
  }

  /** The names that must exist so that an object can be compiled and take rows, and perhaps others. */
  neededBy(name: string): string[] {
    const objects = [...this.#roots.get(name) ?? [], ...this.#triggers.get(name) ?? []];
    return objects.flatMap((object) =>
      object.kind === "table" ? parentsOf(object) : [...this.#namesIn(object.sql)]
    );
  }

  /** Cached: most texts occur in both schemas. */
  #namesIn(sql: string): ReadonlySet<string> {
    let names = this.#names.get(sql);
    if (names === undefined) {
      names = mentionedNames(sql);
      this.#names.set(sql, names);
    }
    return names;
  }
}

function grouped<T>(pairs: readonly (readonly [key: string, value: T])[]): Map<string, T[]> {
  const groups = new Map<string, T[]>();
  for (const [key, value] of pairs) {
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [value]);
    else group.push(value);
  }
  return groups;
}

function parentsOf({ foreignKeys }: Table): string[] {
  return foreignKeys.map(({ parent }) => foldName(parent));
}
