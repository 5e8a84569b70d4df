import { rowidExpression } from "./copy_rows.ts";
import { foldName, quoteName, sameName } from "../../sql/identifier.ts";
import { newerFeatures } from "../../sql/sqlite_features.ts";
import { sameVirtualTable } from "../diff/compare.ts";
import { describeObject } from "../diff/describe.ts";
import type { AlterTable, Change, SideObject } from "../model/change.ts";
import {
  type Index,
  mentionedNames,
  type Schema,
  type SchemaObject,
  type Table,
  type Trigger,
  type View,
  type VirtualTable,
} from "../model/model.ts";
import { schemaObjects, withoutDirectives } from "../source/write_schema.ts";
import { type Alteration, alterTable } from "./alter_table.ts";
import { convertTable } from "./convert_table.ts";
import { rebuildTable } from "./rebuild.ts";
import { planRenames, rebuiltForRenames, type Rename, renamesRowid } from "./renames.ts";
import { type Aside, setAside } from "./set_aside.ts";
import {
  type CostClass,
  dropTableHazard,
  isAtLeast,
  objectKey,
  type Plan,
  type PlannedStatement,
  type PlanOptions,
  type Release,
  RENAMES,
} from "./statement.ts";
import { createVirtualTable, dropVirtualTable, replaceVirtualTable } from "./virtual_table.ts";

/**
 * The cheapest statements that lead from a present schema to a wanted one on tables with rows, for the
 * SQLite that will run them. Foreign keys must not be enforced meanwhile.
 *
 * @param from The present schema.
 * @param to The wanted schema.
 * @param changes What {@linkcode compareSchemas} finds between the two.
 */
export function planChanges(
  from: Schema,
  to: Schema,
  changes: readonly Change[],
  options: PlanOptions,
): Plan {
  return new Planner(from, to, changes, options).plan();
}

/** How a table gets from the present one to the wanted one, after renames. */
type TableWork =
  | { readonly kind: "alter"; readonly change: AlterTable; readonly alteration: Alteration }
  | { readonly kind: "rebuild"; readonly change: AlterTable };

class Planner {
  readonly #from: Schema;
  readonly #to: Schema;
  readonly #changes: readonly Change[];
  readonly #options: PlanOptions;
  readonly #statements: PlannedStatement[] = [];
  readonly #names: Set<string>;
  readonly #dropped: readonly Table[];
  /** Objects of the wanted schema that are new or come with another text. */
  readonly #made = new Set<SchemaObject>();
  /** New object → the one that it replaces. */
  readonly #replaced = new Map<SchemaObject, SideObject>();
  /** New table → the virtual table whose name it gets, and the other way round. */
  readonly #converted = new Map<SchemaObject, Table | VirtualTable>();
  readonly #wantedIndexes: ReadonlyMap<string, readonly Index[]>;
  #sqlite: Release | undefined;

  constructor(from: Schema, to: Schema, changes: readonly Change[], options: PlanOptions) {
    this.#from = from;
    this.#to = to;
    this.#changes = changes;
    this.#options = options;
    this.#names = new Set([from, to].flatMap((schema) => [
      ...schema.tables.keys(),
      ...schema.virtualTables.keys(),
      ...schema.views.keys(),
      ...schema.indexes.keys(),
    ]));
    for (const change of changes) {
      if (change.kind === "create-table") this.#made.add(change.table);
      if (change.kind === "create-object") this.#made.add(change.object);
      if (change.kind === "replace-object") this.#replaced.set(change.to, change.from);
    }
    this.#dropped = changes.filter((change) => change.kind === "drop-table")
      .map(({ table }) => table);
    this.#findConverted();
    this.#wantedIndexes = Map.groupBy(to.indexes.values(), ({ table }) => foldName(table));
  }

  plan(): Plan {
    const altered = this.#changes.filter((change) => change.kind === "alter-table");
    const isBefore = !isAtLeast(this.#options.sqlite, RENAMES);
    const isOld = isBefore || renamesRowid(altered);
    const { changes: tables, rebuilt } = isOld
      ? rebuiltForRenames(this.#from, this.#to, altered)
      : { changes: altered, rebuilt: new Set<string>() };
    const renames = planRenames(tables, this.#renamedVirtualTables(), isOld);
    const hasOldRenames = isOld && (rebuilt.size > 0 || renames.statements.length > 0);
    const presentName = (change: AlterTable) => {
      const names = renames.columns.get(foldName(change.from.name));
      const own = new Map(change.from.columns.map(({ name }) => [foldName(name), name]));
      return (folded: string) => names?.get(folded) ?? own.get(folded) ?? folded;
    };
    const works = tables.flatMap((change): TableWork[] => {
      if (rebuilt.has(keyOf(change.from))) return [{ kind: "rebuild", change }];
      if (change.changes.every(({ kind }) => kind.startsWith("rename-"))) return [];
      const alteration = this.#needsFill(change)
        ? undefined
        : alterTable(change, this.#options.sqlite, presentName(change));
      return [
        alteration === undefined
          ? { kind: "rebuild", change }
          : { kind: "alter", change, alteration },
      ];
    });
    const rebuilds = new Map(
      works.filter((work) => work.kind === "rebuild").map(({ change }) => [
        keyOf(change.from),
        rebuildTable({
          change,
          presentName: presentName(change),
          missingValues: this.#options.missingValues ?? "choose",
          fill: this.#options.fill,
          indexes: this.#keptIndexes(change.to),
          freeName: (name) => this.#freeName(name),
        }),
      ]),
    );
    const dropped = this.#dropped;
    const aside = this.#setAside({
      works,
      compiling: [...rebuilds].filter(([, { compiles }]) => compiles).map(([key]) => key),
      rebuilt: new Set([...rebuilds.keys(), ...dropped.map(keyOf)]),
      renames: renames.statements.length > 0,
      all: hasOldRenames,
    });

    this.#dropSideObjects(aside);
    // A table whose name another one gets by a rename must be gone by then.
    const names = new Set(this.#renamedTo(tables));
    const converted = new Set(this.#converted.values());
    const first = dropped.filter((table) => names.has(keyOf(table)) || converted.has(table));
    this.#dropTables(first.filter((table) => !converted.has(table)));
    this.#statements.push(...renames.statements);
    for (const work of works) {
      if (work.kind === "alter") {
        this.#statements.push(...work.alteration.statements);
        this.#sqlite ??= work.alteration.sqlite;
      } else {
        this.#statements.push(...rebuilds.get(keyOf(work.change.from))!.statements);
      }
    }
    this.#dropTables(dropped.filter((table) => !first.includes(table)));
    this.#create(aside, new Set(dropped.map(keyOf)));
    const statements = this.#statements.map((statement) =>
      statement.choice === undefined
        ? { ...statement, sql: withoutDirectives(statement.sql) }
        : statement
    );
    // Only a rename that changes texts can rebuild a table that names itself.
    if (isBefore && [...rebuilds.values()].some(({ compiles }) => compiles)) this.#sqlite = RENAMES;
    const sqlite = newestNeeded(statements, this.#options.sqlite, this.#sqlite);
    return { changes: this.#changes, statements, sqlite };
  }

  #findConverted(): void {
    const dropped = new Map<string, Table | VirtualTable>(
      this.#dropped.map((table) => [keyOf(table), table]),
    );
    for (const change of this.#changes) {
      if (change.kind !== "drop-object" || change.object.kind !== "virtual-table") continue;
      dropped.set(foldName(change.object.name), change.object);
    }
    for (const object of this.#made) {
      const old = dropped.get(foldName(object.name));
      if (old === undefined || old.kind === object.kind) continue;
      if (object.kind === "table" || object.kind === "virtual-table") {
        this.#converted.set(object, old);
      }
    }
  }

  #renamedVirtualTables(): Rename[] {
    return [...this.#replaced].filter(([to, from]) => !sameName(from.name, to.name))
      .map(([to, from]) => ({ from: from.name, to: to.name }));
  }

  /** The names that tables get by renames, folded. */
  #renamedTo(tables: readonly AlterTable[]): string[] {
    return [
      ...tables.filter(({ from, to }) => !sameName(from.name, to.name)).map(({ to }) => to),
      ...this.#renamedVirtualTables().map(({ to }) => ({ name: to })),
    ].map(({ name }) => foldName(name));
  }

  /** Whether a new column needs other values than ADD COLUMN gives. */
  #needsFill({ to, changes }: AlterTable): boolean {
    const { fill } = this.#options;
    return fill !== undefined &&
      changes.some((change) =>
        change.kind === "add-column" && change.column.generated === undefined &&
        fill(to, change.column, rowidExpression(to)) !== null
      );
  }

  #setAside(facts: {
    readonly works: readonly TableWork[];
    readonly compiling: readonly string[];
    readonly rebuilt: ReadonlySet<string>;
    readonly renames: boolean;
    /** Whether nothing but their own text makes views and triggers follow the renames. */
    readonly all: boolean;
  }): Aside {
    // A view that names a dropped column is broken by it, and created again by the script that breaks it.
    const drops = facts.works.flatMap((work) => {
      const columns = work.kind === "alter" ? work.alteration.drops : droppedColumns(work.change);
      return columns.length === 0 ? [] : [{ table: foldName(work.change.from.name), columns }];
    });
    const breaking = new Set<string>();
    const objects = drops.length === 0
      ? []
      : [...this.#from.views.values(), ...this.#from.triggers.values()];
    for (const object of objects) {
      const names = mentionedNames(object.sql);
      const isBroken = drops.some(({ table, columns }) =>
        names.has(table) && columns.some((column) => names.has(column))
      );
      if (isBroken) breaking.add(objectKey(object.kind, foldName(object.name)));
    }
    return setAside(this.#from, {
      leaving: new Set(this.#leaving()),
      rebuilt: facts.rebuilt,
      compiles: facts.renames || facts.works.some((work) =>
        work.kind === "alter" && work.alteration.drops.length > 0
      ) || facts.compiling.length > 0,
      broken: this.#options.broken ?? new Set(),
      breaking,
      missing: new Set(facts.compiling),
      all: facts.all || this.#options.aside === "all",
    });
  }

  #leaving(): (View | Trigger)[] {
    return this.#changes.flatMap((change) => {
      const object = change.kind === "drop-object"
        ? change.object
        : change.kind === "replace-object"
        ? change.from
        : undefined;
      return object?.kind === "view" || object?.kind === "trigger" ? [object] : [];
    });
  }

  /** Drops triggers, views and indexes, for good or for a while, then virtual tables. */
  #dropSideObjects(aside: Aside): void {
    const isReplaced = new Set(
      [...this.#replaced.values()].filter(({ kind }) => kind !== "virtual-table"),
    );
    const going = new Set<SideObject>([
      ...this.#changes.filter((change) => change.kind === "drop-object")
        .map(({ object }) => object),
      ...isReplaced,
    ]);
    const asideTriggers = [...aside.triggers].filter((key) => !aside.vanishing.has(key))
      .map((key) => this.#from.triggers.get(key)!);
    const asideViews = [...aside.views].map((key) => this.#from.views.get(key)!);
    const ofKind = (kind: SideObject["kind"]) => [...going].filter((one) => one.kind === kind);
    const converted = new Set<SideObject | Table>(this.#converted.values());
    const lost = new Set(this.#dropped.filter((table) => !converted.has(table)).map(keyOf));
    // Indexes and triggers are dropped with their table.
    const isKept = (object: SideObject) =>
      !("table" in object) || !lost.has(foldName(object.table));
    const comment = (object: SideObject) =>
      isReplaced.has(object)
        ? `drop ${describeObject(object)}, to create it anew`
        : going.has(object)
        ? `drop ${describeObject(object)}`
        : `set ${describeObject(object)} aside`;
    for (const trigger of [...ofKind("trigger"), ...asideTriggers]) {
      if (!isKept(trigger)) continue;
      this.#push(`DROP TRIGGER ${quoteName(trigger.name)}`, "metadata", comment(trigger));
    }
    for (const view of [...ofKind("view"), ...asideViews]) {
      this.#push(`DROP VIEW ${quoteName(view.name)}`, "metadata", comment(view));
    }
    for (const index of ofKind("index")) {
      if (!isKept(index)) continue;
      this.#push(`DROP INDEX ${quoteName(index.name)}`, "scan", comment(index));
    }
    for (const object of ofKind("virtual-table")) {
      if (object.kind !== "virtual-table" || converted.has(object)) continue;
      this.#statements.push(dropVirtualTable(object));
    }
  }

  #dropTables(tables: readonly Table[]): void {
    for (const table of tables) {
      this.#statements.push({
        sql: `DROP TABLE ${quoteName(table.name)}`,
        cost: "scan",
        comment: `drop ${describeObject(table)}`,
        hazards: [dropTableHazard(table)],
      });
    }
  }

  #create(aside: Aside, dropped: ReadonlySet<string>): void {
    const isBack = (object: SchemaObject) => {
      const key = foldName(object.name);
      if (object.kind === "view") return aside.views.has(key);
      if (object.kind === "trigger") return aside.triggers.has(key);
      // An index of a table that went, on another one that has the name by now.
      const present = object.kind === "index" ? this.#from.indexes.get(key) : undefined;
      return present !== undefined && dropped.has(foldName(present.table));
    };
    for (const object of schemaObjects(this.#to)) {
      const old = this.#replaced.get(object);
      const description = describeObject(object);
      const converted = this.#converted.get(object);
      if (converted !== undefined && (object.kind === "table" || object.kind === "virtual-table")) {
        this.#statements.push(
          ...convertTable(converted, object, (name) => this.#freeName(name)),
        );
      } else if (object.kind === "virtual-table") {
        if (this.#made.has(object)) this.#statements.push(...createVirtualTable(object));
        else if (old?.kind === "virtual-table" && !sameVirtualTable(old, object)) {
          const renamed = { ...old, name: object.name };
          this.#statements.push(
            ...replaceVirtualTable(renamed, object, (name) => this.#freeName(name)),
          );
        }
      } else if (this.#made.has(object) || old !== undefined) {
        this.#push(object.sql, costOf(object), `create ${description}`);
      } else if (isBack(object)) {
        this.#push(object.sql, costOf(object), `create ${description} again`);
      }
    }
  }

  /** The indexes of a wanted table that the present one has too: a rebuild makes them again. */
  #keptIndexes(table: Table): Index[] {
    return (this.#wantedIndexes.get(keyOf(table)) ?? []).filter((index) =>
      !this.#made.has(index) && !this.#replaced.has(index)
    );
  }

  #freeName(name: string): string {
    let free = name;
    for (let number = 2; this.#names.has(foldName(free)); number++) free = `${name}${number}`;
    this.#names.add(foldName(free));
    return free;
  }

  #push(sql: string, cost: CostClass, comment: string): void {
    this.#statements.push({ sql, cost, comment, hazards: [] });
  }
}

/**
 * The newest release that the statements need, the schemas' own texts among them; undefined if the one that is to run
 * them is new enough.
 * @param least What they need at least.
 */
function newestNeeded(
  statements: readonly PlannedStatement[],
  release: Release,
  least: Release | undefined,
): Release | undefined {
  return statements
    .flatMap(({ sql }) => newerFeatures(sql, { start: 0, end: sql.length }, release))
    .map(({ since }) => since)
    .reduce<Release | undefined>((a, b) => a !== undefined && isAtLeast(a, b) ? a : b, least);
}

function droppedColumns({ changes }: AlterTable): string[] {
  return changes.flatMap((change) =>
    change.kind === "drop-column" ? [foldName(change.column.name)] : []
  );
}

function keyOf({ name }: Table): string {
  return foldName(name);
}

function costOf(object: SchemaObject): CostClass {
  return object.kind === "index" ? "scan" : "metadata";
}
