import { closest } from "../text/closest.ts";
import { foldName, unquote } from "./identifier.ts";
import { type Refusal, refuseOutside, type RunMode } from "./refusal_reason.ts";
import type { AnyStep } from "../text/next_step.ts";

/** Pragmas that ask and change nothing, with or without an argument. */
const ASKING: ReadonlySet<string> = new Set(
  `collation_list compile_options data_version database_list foreign_key_check foreign_key_list
  freelist_count function_list index_info index_list index_xinfo integrity_check module_list
  page_count pragma_list quick_check table_info table_list table_xinfo`.split(/\s+/),
);

/** Pragmas that ask as long as no value is given. */
const ASKING_WITHOUT_VALUE: ReadonlySet<string> = new Set(
  `analysis_limit auto_vacuum automatic_index busy_timeout cache_size cache_spill
  cell_size_check checkpoint_fullfsync encoding foreign_keys fullfsync hard_heap_limit
  ignore_check_constraints journal_mode journal_size_limit locking_mode max_page_count mmap_size
  page_size query_only read_uncommitted recursive_triggers reverse_unordered_selects schema_version
  secure_delete soft_heap_limit synchronous temp_store threads trusted_schema wal_autocheckpoint
  writable_schema`.split(/\s+/),
);

/** Pragmas that a revision may use: they belong to the database, or last as long as the transaction. */
const USABLE: ReadonlySet<string> = new Set([
  "application_id",
  "defer_foreign_keys",
  "optimize",
  "user_version",
]);

/** Pragmas that change the file as a whole, which SQLite does outside of transactions only. */
const USABLE_OUTSIDE: ReadonlySet<string> = new Set([
  "auto_vacuum",
  "incremental_vacuum",
  "journal_mode",
  "page_size",
  "wal_checkpoint",
]);

/** Journals that are not in the file system when they are needed: https://sqlite.org/pragma.html#pragma_journal_mode */
const UNSAFE_JOURNALS: ReadonlySet<string> = new Set(["off", "memory"]);

/** The pragma whose place {@linkcode findRefusal} looks at: only around a rebuild's final rename. */
export const LEGACY_ALTER_TABLE = "legacy_alter_table";

/**
 * Why a pragma may not be used in a revision; undefined when it may.
 *
 * @param name The pragma's name.
 * @param value The value or argument that it is given; undefined where there is none.
 * @param mode How the script runs.
 */
export function refusePragma(
  name: string,
  value: string | undefined,
  mode: RunMode,
): Refusal | undefined {
  const pragma = foldName(name);
  const hasValue = value !== undefined;
  if (ASKING.has(pragma) || pragma === "optimize") return undefined;
  if (USABLE.has(pragma)) {
    return hasValue && mode.transaction === "off" ? refuseOutside(`PRAGMA ${pragma}`) : undefined;
  }
  if (!hasValue && ASKING_WITHOUT_VALUE.has(pragma)) return undefined;
  const refuse = (reason: string, ...next: readonly AnyStep[]): Refusal => ({
    code: "sql-pragma",
    reason,
    next,
  });

  if (pragma === LEGACY_ALTER_TABLE) {
    if (!hasValue || (mode.transaction === "on" && mode.foreignKeys === "off")) return undefined;
    return refuse(
      `"PRAGMA ${pragma}" is for rebuilds, which need a transaction and foreign keys off`,
      "Delete the statement, or the directive at the top of the file",
    );
  }
  if (USABLE_OUTSIDE.has(pragma)) {
    if (mode.transaction === "off") {
      if (pragma !== "journal_mode" || !UNSAFE_JOURNALS.has(foldName(unquote(value ?? "")))) {
        return undefined;
      }
      return refuse(
        `"PRAGMA ${pragma} = ${value}" would leave a crash nothing to roll back with`,
        "Delete the statement: it lasts as long as the connection only, and the revision is safe without it",
      );
    }
    return refuse(
      `"PRAGMA ${pragma}" does not work inside a transaction`,
      "Put it into a revision of its own that begins with -- aludel: transaction=off",
    );
  }
  if (pragma === "foreign_keys") {
    return refuse(
      '"PRAGMA foreign_keys" is not needed: Aludel switches enforcement off before a revision and ' +
        "checks all foreign keys before it commits",
      "Delete the line",
      "For ON DELETE actions to happen, begin a revision of its own with -- aludel: foreign-keys=on",
    );
  }
  if (pragma === "writable_schema") {
    return refuse(
      '"PRAGMA writable_schema" would let the revision write to the schema behind SQLite\'s back',
      "Delete the statement, and change the schema with ALTER TABLE or a rebuild",
    );
  }
  if (ASKING_WITHOUT_VALUE.has(pragma)) {
    return refuse(
      `"PRAGMA ${pragma}" sets up the connection and would leave nothing in the database`,
      "Delete the statement; your application sets it when it opens the database",
    );
  }
  const near = closest(pragma, [...USABLE, ...USABLE_OUTSIDE, ...ASKING, LEGACY_ALTER_TABLE]);
  return refuse(
    `"PRAGMA ${pragma}" is not one that a revision may use`,
    near === undefined ? "Delete the statement" : `Did you mean "${near}"?`,
  );
}
