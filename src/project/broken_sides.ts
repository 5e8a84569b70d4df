import type { Connection } from "../db/connection.ts";
import { findBroken } from "../schema/broken_objects.ts";
import type { Change } from "../schema/change.ts";
import type { Schema } from "../schema/model.ts";
import { objectKey } from "../schema/plan_options.ts";
import { partOf, reachedNames } from "../schema/reached_part.ts";
import { foldName, quoteName } from "../sql/identifier.ts";
import type { Comparison } from "./compare_with.ts";
import type { Scratch } from "../replay/scratch.ts";

/** The views and triggers of two schemas that do not compile, by the keys of {@linkcode objectKey}. */
export interface BrokenSides {
  readonly from: ReadonlySet<string>;
  readonly to: ReadonlySet<string>;
}

/** Where everything compiles. */
export const NOTHING_BROKEN: BrokenSides = { from: new Set(), to: new Set() };

/**
 * Finds what does not compile in either schema. Of the wanted one only the part is tried that the changes reach; the
 * rest is as it is in the present one.
 *
 * @param present A database with the present schema; it is as before afterwards.
 */
export async function findBrokenSides(
  { from, to, changes }: Comparison,
  present: Connection,
  scratch: Scratch,
): Promise<BrokenSides> {
  const broken = hasCompiled(from) ? await findBroken(present) : new Set<string>();
  const names = reachedNames([from, to], [changes.flatMap(changedNames).map(quoteName).join(" ")]);
  const kept = new Set(keysOutside(from, names).filter((key) => broken.has(key)));
  const part = partOf(to, names);
  if (!hasCompiled(part)) return { from: broken, to: kept };
  await using wanted = await scratch.with(part);
  return { from: broken, to: new Set([...kept, ...await findBroken(wanted)]) };
}

function hasCompiled({ views, triggers }: Schema): boolean {
  return views.size + triggers.size > 0;
}

function keysOutside({ views, triggers }: Schema, names: ReadonlySet<string>): string[] {
  return [
    ...[...views.values()].filter(({ name }) => !names.has(foldName(name))),
    ...[...triggers.values()].filter(({ table }) => !names.has(foldName(table))),
  ].map(({ kind, name }) => objectKey(kind, foldName(name)));
}

function changedNames(change: Change): string[] {
  switch (change.kind) {
    case "create-table":
    case "drop-table":
      return [change.table.name];
    case "create-object":
    case "drop-object":
      return [change.object.name];
    case "alter-table":
    case "replace-object":
      return [change.from.name, change.to.name];
  }
}
