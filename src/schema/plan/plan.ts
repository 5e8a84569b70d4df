import { foldName, quoteName, sameName } from "../../sql/identifier.ts";
import { newerFeatures } from "../../sql/sqlite_features.ts";
import { sameVirtualTable } from "../diff/compare.ts";
import { describeObject } from "../diff/describe.ts";
import type { AlterTable, Change, SideObject } from "../model/change.ts";
import {
  type Index,
  type Schema,
  type SchemaObject,
  type Table,
  type Trigger,
  type View,
  type VirtualTable,
} from "../model/model.ts";
import { schemaObjects, withoutDirectives } from "../source/write_schema.ts";
import { type Alteration, alterTable } from "./alter_table.ts";
import { type Rebuild, rebuildTable } from "./rebuild.ts";
import { planRenames, rebuiltForRenames, renamesRowid } from "./renames.ts";
import { type Aside, setAside } from "./set_aside.ts";
import {
  type CostClass,
  dropTable,
  isAtLeast,
  type Plan,
  type PlannedStatement,
  type PlanOptions,
  type Release,
  type Rename,
  RENAMES,
  statement,
} from "./statement.ts";
import {
  convertTable,
  createVirtualTable,
  dropVirtualTable,
  replaceVirtualTable,
} from "./virtual_table.ts";
import { rowidExpression } from "../model/row.ts";
import { sayBrokenKeys } from "./broken_keys.ts";

/**
 * The cheapest statements that lead from a present schema to a wanted one on tables with rows, for the
 * SQLite that will run them. They must run with PRAGMA foreign_keys=OFF.
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
  return sayBrokenKeys(new Planner(from, to, changes, options).plan(), from, to);
}

/** How a table gets from the present one to the wanted one, after renames. */
type TableWork =
  | { readonly kind: "alter"; readonly change: AlterTable; readonly alteration: Alteration }
  | { readonly kind: "rebuild"; readonly change: AlterTable; readonly rebuild: Rebuild };

/** What is done to the tables that both schemas have. */
interface TablesWork {
  readonly renames: readonly PlannedStatement[];
  /** The names that tables get by the renames, folded. */
  readonly renamedTo: ReadonlySet<string>;
  /** Whether views and triggers follow the renames by their own text alone. */
  readonly leavesTexts: boolean;
  readonly tables: readonly TableWork[];
}

class Planner {
  readonly #from: Schema;
  readonly #to: Schema;
  readonly #changes: readonly Change[];
  readonly #options: PlanOptions;
  readonly #statements: PlannedStatement[] = [];
  /** All names that are taken, folded. */
  readonly #names: Set<string>;
  readonly #dropped: readonly Table[];
  /** Objects that only the wanted schema has. */
  readonly #made = new Set<SchemaObject>();
  /** New object → the one that it replaces. */
  readonly #replaced = new Map<SchemaObject, SideObject>();
  /** New table → the dropped virtual table of the same name, and the other way round. */
  readonly #converted: ReadonlyMap<SchemaObject, Table | VirtualTable>;
  /** The dropped tables that no virtual table of the same name replaces. */
  readonly #lost: readonly Table[];
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
    this.#converted = this.#findConverted();
    const converted = new Set(this.#converted.values());
    this.#lost = this.#dropped.filter((table) => !converted.has(table));
    this.#wantedIndexes = Map.groupBy(to.indexes.values(), ({ table }) => foldName(table));
  }

  plan(): Plan {
    const altered = this.#changes.filter((change) => change.kind === "alter-table");
    const lacksRenames = !isAtLeast(this.#options.sqlite, RENAMES);
    const work = this.#planTables(altered, lacksRenames || renamesRowid(altered));
    const aside = this.#setAside(work);
    this.#dropSideObjects(aside);
    this.#changeTables(work);
    this.#create(aside);
    const statements = this.#statements.map((statement) =>
      statement.choice === undefined
        ? { ...statement, sql: withoutDirectives(statement.sql) }
        : statement
    );
    // A table that names itself can only be rebuilt by a rename that changes texts.
    const needsRenames = lacksRenames && compiling(work).length > 0;
    const least = needsRenames ? RENAMES : this.#sqlite;
    const sqlite = newestNeeded(statements, this.#options.sqlite, least);
    return { changes: this.#changes, statements, sqlite };
  }

  /** @param isLegacy As for {@linkcode planRenames}. */
  #planTables(altered: readonly AlterTable[], isLegacy: boolean): TablesWork {
    const { changes, rebuilt } = isLegacy
      ? rebuiltForRenames(this.#from, this.#to, altered)
      : { changes: altered, rebuilt: new Set<string>() };
    const virtualTables = this.#renamedVirtualTables();
    const renames = planRenames(changes, virtualTables, isLegacy);
    const renamed = changes.filter(({ from, to }) => !sameName(from.name, to.name));
    const tables = changes.flatMap((change): TableWork[] => {
      const isRebuilt = rebuilt.has(keyOf(change.from));
      if (!isRebuilt && change.changes.every(({ kind }) => kind.startsWith("rename-"))) return [];
      const names = renames.columns.get(keyOf(change.from));
      const own = new Map(change.from.columns.map(({ name }) => [foldName(name), name]));
      const presentName = (folded: string) => names?.get(folded) ?? own.get(folded) ?? folded;
      const alteration = isRebuilt || this.#needsFill(change)
        ? undefined
        : alterTable(change, this.#options.sqlite, presentName);
      return [
        alteration === undefined
          ? { kind: "rebuild", change, rebuild: this.#rebuild(change, presentName) }
          : { kind: "alter", change, alteration },
      ];
    });
    return {
      renames: renames.statements,
      renamedTo: new Set([
        ...renamed.map(({ to }) => keyOf(to)),
        ...virtualTables.map(({ to }) => foldName(to)),
      ]),
      leavesTexts: isLegacy && (rebuilt.size > 0 || renames.statements.length > 0),
      tables,
    };
  }

  #rebuild(change: AlterTable, presentName: (folded: string) => string): Rebuild {
    return rebuildTable({
      change,
      presentName,
      missingValues: this.#options.missingValues ?? "choose",
      fill: this.#options.fill,
      indexes: this.#keptIndexes(change.to),
      freeName: (name) => this.#freeName(name),
    });
  }

  #findConverted(): ReadonlyMap<SchemaObject, Table | VirtualTable> {
    const dropped = new Map<string, Table | VirtualTable>(
      this.#dropped.map((table) => [keyOf(table), table]),
    );
    for (const change of this.#changes) {
      if (change.kind !== "drop-object" || change.object.kind !== "virtual-table") continue;
      dropped.set(foldName(change.object.name), change.object);
    }
    const converted = new Map<SchemaObject, Table | VirtualTable>();
    for (const object of this.#made) {
      const old = dropped.get(foldName(object.name));
      if (old === undefined || old.kind === object.kind) continue;
      if (object.kind === "table" || object.kind === "virtual-table") converted.set(object, old);
    }
    return converted;
  }

  #renamedVirtualTables(): Rename[] {
    return [...this.#replaced].filter(([to, from]) => !sameName(from.name, to.name))
      .map(([to, from]) => ({ from: from.name, to: to.name }));
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

  #setAside(work: TablesWork): Aside {
    const compiled = compiling(work);
    const drops = work.tables.flatMap((one) => {
      const columns = one.kind === "alter" ? one.alteration.drops : droppedColumns(one.change);
      return columns.length === 0 ? [] : [{ table: keyOf(one.change.from), columns }];
    });
    const dropsColumns = work.tables.some((one) =>
      one.kind === "alter" && one.alteration.drops.length > 0
    );
    const rebuilt = work.tables.filter(({ kind }) => kind === "rebuild")
      .map(({ change }) => change.from);
    return setAside(this.#from, {
      leaving: new Set(this.#leaving()),
      rebuilt: new Set([...rebuilt, ...this.#dropped].map(keyOf)),
      compiles: work.renames.length > 0 || dropsColumns || compiled.length > 0,
      broken: this.#options.broken ?? new Set(),
      drops,
      missing: new Set(compiled),
      all: work.leavesTexts || this.#options.aside === "all",
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

  /** Drops triggers, views and indexes, those set aside included, then virtual tables. */
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
    const lost = new Set(this.#lost.map(keyOf));
    // DROP TABLE drops indexes and triggers too.
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
      this.#statements.push(
        statement(`DROP TRIGGER ${quoteName(trigger.name)}`, "metadata", comment(trigger)),
      );
    }
    for (const view of [...ofKind("view"), ...asideViews]) {
      this.#statements.push(
        statement(`DROP VIEW ${quoteName(view.name)}`, "metadata", comment(view)),
      );
    }
    for (const index of ofKind("index")) {
      if (!isKept(index)) continue;
      this.#statements.push(
        statement(`DROP INDEX ${quoteName(index.name)}`, "scan", comment(index)),
      );
    }
    for (const object of ofKind("virtual-table")) {
      if (object.kind !== "virtual-table" || converted.has(object)) continue;
      this.#statements.push(dropVirtualTable(object));
    }
  }

  #changeTables({ renames, renamedTo, tables }: TablesWork): void {
    // A table whose name another one gets by a rename must be gone by then.
    const isFirst = (table: Table) => renamedTo.has(keyOf(table));
    this.#statements.push(...this.#lost.filter(isFirst).map(dropTable), ...renames);
    for (const work of tables) {
      if (work.kind === "alter") this.#sqlite ??= work.alteration.sqlite;
      const { statements } = work.kind === "alter" ? work.alteration : work.rebuild;
      this.#statements.push(...statements);
    }
    this.#statements.push(...this.#lost.filter((table) => !isFirst(table)).map(dropTable));
  }

  #create(aside: Aside): void {
    const dropped = new Set(this.#dropped.map(keyOf));
    const isBack = (object: SchemaObject) => {
      const key = foldName(object.name);
      if (object.kind === "view") return aside.views.has(key);
      if (object.kind === "trigger") return aside.triggers.has(key);
      // An index of a dropped table, on another table that has its name by now.
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
        this.#statements.push(statement(object.sql, costOf(object), `create ${description}`));
      } else if (isBack(object)) {
        this.#statements.push(statement(object.sql, costOf(object), `create ${description} again`));
      }
    }
  }

  /** The indexes of a table that are in both schemas: a rebuild creates them again. */
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
}

/**
 * The newest release that the statements need, which include texts of the schemas; undefined if the release that will
 * run them is new enough.
 * @param least A release that they are known to need.
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

/** The tables whose rebuild compiles every view and trigger of the schema, folded. */
function compiling({ tables }: TablesWork): string[] {
  return tables.flatMap((work) =>
    work.kind === "rebuild" && work.rebuild.compiles ? [keyOf(work.change.from)] : []
  );
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
