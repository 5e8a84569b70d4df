import { foldName } from "../sql/identifier.ts";

/** Whether the name is SQLite's own (`sqlite_sequence`, `sqlite_stat1`) or Aludel's (`aludel_log`). */
export function isReservedName(name: string): boolean {
  const folded = foldName(name.slice(0, 7));
  return folded === "sqlite_" || folded === "aludel_";
}
