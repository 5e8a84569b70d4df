import type { Schema } from "../schema/model.ts";
import { foldName } from "../sql/identifier.ts";
import type { TableFate, TableFates } from "../runner/table_fates.ts";
import type { Script } from "../sql/script.ts";
import type { WalkedStatement } from "./script_walk.ts";

/** A script under judgement. */
export interface ScriptSubject {
  readonly direction: "up" | "down";
  readonly script: Script;
  readonly walk: readonly WalkedStatement[];
  readonly fates: TableFates;
  /** The schema before it runs; undefined where that is not known. Made when first asked for. */
  readonly before: () => Promise<Schema | undefined>;
  /** The schema after it has run; undefined where that is not known. */
  readonly after: () => Promise<Schema | undefined>;
}

/** A revision under judgement. */
export interface LintSubject {
  readonly up: ScriptSubject;
  /** null where there is no down.sql. */
  readonly down: ScriptSubject | null;
  /** Runs statements on an empty database. @returns SQLite's words where it refuses one; undefined otherwise. */
  readonly attempt: (statements: readonly string[]) => Promise<string | undefined>;
  /** The number of rows in a table of a database that was named; undefined where nobody knows. */
  readonly rows: (table: string) => Promise<number | undefined>;
}

/** The scripts of a revision that exist. */
export function scriptsOf({ up, down }: LintSubject): readonly ScriptSubject[] {
  return down === null ? [up] : [up, down];
}

/** The fate of a table by any name that it or its replacement has on the way. */
export function findFate({ fates }: ScriptSubject, name: string): TableFate | undefined {
  const key = foldName(name);
  return fates.touched.get(key) ??
    [...fates.touched.values()].find(({ aliases }) => aliases.has(key));
}
