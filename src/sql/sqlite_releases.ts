/** A release of SQLite: `[3, 53]`. */
export type Release = readonly [major: number, minor: number];

/** Whether a release is the same as another one or newer. */
export function isAtLeast(release: Release, other: Release): boolean {
  return release[0] > other[0] || (release[0] === other[0] && release[1] >= other[1]);
}

/** The release of a version, such as `3.53.2` or `3.53`. */
export function releaseOf(version: string): Release {
  const [major = 3, minor = 0] = version.split(".").map(Number);
  return [major, minor];
}

// All are from https://sqlite.org/changes.html, except changes that only affect speed or are options of the build.

/** Statements and clauses with the first minor release of SQLite 3 that has them. */
export const CLAUSES = {
  "indexes on expressions": 9,
  "TRUE and FALSE": 23,
  "ON CONFLICT … DO": 24,
  "RENAME COLUMN": 25,
  "window functions": 25,
  "VACUUM INTO": 27,
  "remove_diacritics 2": 27,
  "EXCLUDE in a window": 28,
  "GROUPS in a window": 28,
  "RANGE with an offset": 28,
  "a window based on another": 28,
  "FILTER of an aggregate": 30,
  "NULLS FIRST and NULLS LAST": 30,
  "generated columns": 31,
  "UPDATE … FROM": 33,
  "sqlite_schema": 33,
  "the tokenizer trigram": 34,
  "DROP COLUMN": 35,
  "RETURNING": 35,
  "MATERIALIZED": 35,
  "several ON CONFLICT … DO": 35,
  "ON CONFLICT DO UPDATE without columns": 35,
  "STRICT": 37,
  "the operator ->": 38,
  "RIGHT and FULL JOIN": 39,
  "IS DISTINCT FROM": 39,
  "HAVING without GROUP BY": 39,
  "secure-delete": 42,
  "contentless_delete": 43,
  "ORDER BY in an aggregate": 44,
  "json_valid() with flags": 45,
  "tokendata": 45,
  "the separator _ in numbers": 46,
  "an expression in RAISE": 47,
  "contentless_unindexed": 47,
  "locale": 47,
  "iif() with two arguments": 48,
  "iif() with more than three arguments": 49,
  "ALTER COLUMN": 53,
  "ADD CONSTRAINT": 53,
  "DROP CONSTRAINT": 53,
  "REINDEX EXPRESSIONS": 53,
} as const;

/** Functions by the first minor release of SQLite 3 that has them. */
const FUNCTIONS_SINCE: Readonly<Record<number, string>> = {
  25:
    "row_number rank dense_rank percent_rank cume_dist ntile lag lead first_value last_value nth_value",
  26: "pragma_table_xinfo",
  30: "pragma_function_list pragma_module_list pragma_pragma_list",
  32: "iif",
  34: "substring",
  35:
    "acos acosh asin asinh atan atan2 atanh ceil ceiling cos cosh degrees exp floor ln log log10 log2 mod pi pow " +
    "power radians sign sin sinh sqrt tan tanh trunc",
  37: "pragma_table_list",
  38: "format unixepoch",
  41: "unhex",
  42: "json_error_position",
  43: "octet_length timediff",
  44: "concat concat_ws string_agg",
  45:
    "jsonb jsonb_array jsonb_extract jsonb_group_array jsonb_group_object jsonb_insert jsonb_object jsonb_patch " +
    "jsonb_remove jsonb_replace jsonb_set",
  46: "json_pretty",
  48: "if",
  50: "unistr unistr_quote",
  51: "jsonb_each jsonb_tree",
  53: "json_array_insert jsonb_array_insert",
};

/** Pragmas likewise. An older SQLite ignores unknown pragmas, which is only harmless for legacy_alter_table. */
const PRAGMAS_SINCE: Readonly<Record<number, string>> = {
  26: "table_xinfo",
  30: "function_list module_list pragma_list",
  31: "hard_heap_limit trusted_schema",
  32: "analysis_limit",
  37: "table_list",
};

/** Modifiers of date and time functions likewise. */
const MODIFIERS_SINCE: Readonly<Record<number, string>> = {
  38: "auto julianday",
  42: "subsec subsecond",
  46: "ceiling floor",
};

/** The letters after `%` in strftime() likewise. */
export const CONVERSIONS: ReadonlyMap<string, number> = new Map([
  ...[..."eFIklpPRTu"].map((letter) => [letter, 44] as const),
  ...[..."GgUV"].map((letter) => [letter, 46] as const),
]);

/** The first minor release in which a modifier of a date can be a span such as `+0001-02-03`. */
export const DATE_SPANS = 43;

/** As {@linkcode CLAUSES}, for functions by their names in upper case. */
export const FUNCTIONS = byName(FUNCTIONS_SINCE);
/** As {@linkcode CLAUSES}, for pragmas by their names in upper case. */
export const PRAGMAS = byName(PRAGMAS_SINCE);
/** As {@linkcode CLAUSES}, for modifiers of dates. */
export const MODIFIERS = byName(MODIFIERS_SINCE);
function byName(since: Readonly<Record<number, string>>): ReadonlyMap<string, number> {
  return new Map(
    Object.entries(since).flatMap(([minor, names]) =>
      names.split(" ").map((name) => [name.toUpperCase(), Number(minor)] as const)
    ),
  );
}
