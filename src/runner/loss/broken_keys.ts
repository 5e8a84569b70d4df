import { foldName } from "../../sql/identifier.ts";
import type { Mention } from "../../sql/mentions.ts";
import { describeMismatch, type ForeignKey, type KeyMismatch } from "../foreign_key_mismatch.ts";
import type { ForeignKeyState } from "../foreign_keys.ts";
import type { TableFates } from "../table_fates.ts";
import type { LossVerdict } from "./verdict.ts";

/**
 * Finds the foreign keys that SQLite could look up before a segment but no longer can, because the parent's columns are
 * no longer unique, so that the next INSERT into the child would fail. New keys, and keys that were broken before, are
 * not a loss but a warning.
 *
 * The loss is undeclared if the parent or an index was created again. A DROP INDEX without a new index declares it, and
 * so does a view in the parent's place.
 */
export function findBrokenKeys(
  before: ForeignKeyState,
  after: ForeignKeyState,
  fates: TableFates,
  mentions: readonly Mention[],
): LossVerdict {
  const worked = new Set(
    before.keys.filter((key) =>
      !before.mismatches.some((mismatch) => mismatch.key === key) && !before.dangling.has(key)
    ).map((key) => keyText(key, fates)),
  );
  const broken = after.mismatches.filter(({ key }) => worked.has(keyText(key)));
  const losses = broken.map((mismatch) => ({
    name: mismatch.key.child,
    fact: `foreign key (${
      mismatch.key.columns.join(", ")
    }) of table "${mismatch.key.child}" can no longer be enforced: ${describeMismatch(mismatch)}`,
    isSaid: isSaid(mismatch, fates, mentions),
  }));
  return {
    lost: { tables: [], objects: losses.filter(({ isSaid }) => isSaid).map(({ fact }) => fact) },
    undeclared: losses.filter(({ isSaid }) => !isSaid),
  };
}

function isSaid(
  { key, reason }: KeyMismatch,
  fates: TableFates,
  mentions: readonly Mention[],
): boolean {
  if (reason === "view") return true;
  const parent = foldName(key.parent);
  const isReplaced = [...fates.touched.values()].some(({ after, dropped }) =>
    dropped && after === parent
  );
  return !isReplaced &&
    !mentions.some(({ kind, on, inTrigger }) =>
      kind === "create-index" && !inTrigger && on !== undefined &&
      fates.tableAfter(foldName(on)) === parent
    );
}

/**
 * A text that identifies a key by its names after the segment.
 * @param fates Maps names of before; left out for present names.
 */
function keyText(
  { child, columns, parent, parentColumns }: ForeignKey,
  fates?: TableFates,
): string {
  const table = (name: string) => fates?.tableAfter(foldName(name)) ?? foldName(name);
  const column = (of: string, name: string) =>
    fates?.columnAfter(foldName(of), foldName(name)) ?? foldName(name);
  return JSON.stringify([
    table(child),
    columns.map((name) => column(child, name)),
    table(parent),
    parentColumns.map((name) => column(parent, name)),
  ]);
}
