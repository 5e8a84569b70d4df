import { foldName } from "../sql/identifier.ts";

/**
 * The endings of shadow tables by module. SQLite knows a shadow table only while its module is
 * loaded: https://sqlite.org/vtab.html#xshadowname.
 */
const ENDINGS: Readonly<Record<string, readonly string[]>> = {
  fts3: ["content", "segdir", "segments", "docsize", "stat"],
  fts4: ["content", "segdir", "segments", "docsize", "stat"],
  fts5: ["config", "content", "data", "docsize", "idx"],
  rtree: ["node", "parent", "rowid"],
  rtree_i32: ["node", "parent", "rowid"],
  geopoly: ["node", "parent", "rowid"],
};

/**
 * Whether a table can be a shadow table of a virtual table whose module is not loaded. Of a module
 * that nobody knows here every table with the virtual table's name and `_` in front is taken for one:
 * a table that is left alone by mistake loses nothing.
 *
 * @param name The table's name, folded.
 * @param owner The virtual table's name, folded.
 * @param module The module's name as written.
 */
export function isShadowName(name: string, owner: string, module: string): boolean {
  if (!name.startsWith(`${owner}_`)) return false;
  const endings = ENDINGS[foldName(module)];
  return endings === undefined || endings.includes(name.slice(owner.length + 1));
}
