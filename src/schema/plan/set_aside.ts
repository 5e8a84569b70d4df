import { foldName } from "../../sql/identifier.ts";
import { mentionedNames, type Schema, type Trigger, type View } from "../model/model.ts";
import { objectKey } from "./statement.ts";

/** Columns that a table loses. All names folded. */
interface DroppedColumns {
  readonly table: string;
  readonly columns: readonly string[];
}

/** Why objects are set aside. All names folded. */
export interface AsideReasons {
  /** Views and triggers that are dropped or get another text. */
  readonly leaving: ReadonlySet<View | Trigger>;
  /** Tables that are rebuilt or dropped, and their triggers with them. */
  readonly rebuilt: ReadonlySet<string>;
  /** Whether a statement compiles every view and trigger of the schema. */
  readonly compiles: boolean;
  /** Objects that SQLite cannot compile as they are, as {@linkcode objectKey} writes them. */
  readonly broken: ReadonlySet<string>;
  /** Columns that statements drop. A view or trigger that names one is broken until the plan creates it again. */
  readonly drops: readonly DroppedColumns[];
  /** Tables that do not exist while a statement compiles the objects that name them. */
  readonly missing: ReadonlySet<string>;
  readonly all: boolean;
}

/** Views and triggers that stay, but are dropped first and created again at the end. Keys folded. */
export interface Aside {
  readonly views: ReadonlySet<string>;
  readonly triggers: ReadonlySet<string>;
  /** The triggers that are dropped with their table or view. */
  readonly vanishing: ReadonlySet<string>;
}

/**
 * The views and triggers that stay but must be set aside: those at which a statement would fail, those
 * that name such a view, and triggers whose table or view is dropped and created again.
 */
export function setAside(present: Schema, reasons: AsideReasons): Aside {
  const views = new Set<string>();
  const triggers = new Set<string>();
  const vanishing = new Set<string>();
  const queue: string[] = [];
  const dropped = new Set<string>();
  for (const object of reasons.leaving) {
    if (object.kind !== "view") continue;
    dropped.add(foldName(object.name));
    queue.push(foldName(object.name));
  }
  if (reasons.compiles) queue.push(...reasons.missing);
  const byMention = reasons.compiles || reasons.all || reasons.drops.length > 0
    ? mentions(present)
    : new Map<string, (View | Trigger)[]>();
  const take = (object: View | Trigger) => {
    if (reasons.leaving.has(object)) return;
    const key = foldName(object.name);
    const set = object.kind === "view" ? views : triggers;
    if (set.has(key)) return;
    set.add(key);
    if (object.kind === "view") queue.push(key);
  };
  for (const object of [...present.views.values(), ...present.triggers.values()]) {
    const key = objectKey(object.kind, foldName(object.name));
    const isBroken = isBrokenBy(reasons.drops, object) ||
      (reasons.compiles && reasons.broken.has(key));
    if (reasons.all || isBroken) take(object);
  }
  for (let name = queue.pop(); name !== undefined; name = queue.pop()) {
    for (const object of byMention.get(name) ?? []) take(object);
  }
  for (const [key, trigger] of present.triggers) {
    const owner = foldName(trigger.table);
    if (reasons.leaving.has(trigger)) continue;
    if (reasons.rebuilt.has(owner) || views.has(owner) || dropped.has(owner)) {
      if (!triggers.has(key)) vanishing.add(key);
      triggers.add(key);
    }
  }
  return { views, triggers, vanishing };
}

function isBrokenBy(drops: readonly DroppedColumns[], { sql }: View | Trigger): boolean {
  if (drops.length === 0) return false;
  const names = mentionedNames(sql);
  return drops.some(({ table, columns }) =>
    names.has(table) && columns.some((column) => names.has(column))
  );
}

/** Views and triggers by the names that they mention, except their own. */
function mentions(schema: Schema): Map<string, (View | Trigger)[]> {
  const known = new Set([...schema.views.keys(), ...schema.tables.keys()]);
  const byMention = new Map<string, (View | Trigger)[]>();
  for (const object of [...schema.views.values(), ...schema.triggers.values()]) {
    for (const name of mentionedNames(object.sql)) {
      if (!known.has(name) || name === foldName(object.name)) continue;
      const objects = byMention.get(name);
      if (objects === undefined) byMention.set(name, [object]);
      else objects.push(object);
    }
  }
  return byMention;
}
