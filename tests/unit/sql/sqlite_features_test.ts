import assert from "node:assert/strict";
import { openScratch } from "../../../src/db/open_scratch.ts";
import { newerFeatures } from "../../../src/sql/sqlite_features.ts";
import { CLAUSES, FUNCTIONS, MODIFIERS, releaseOf } from "../../../src/sql/sqlite_releases.ts";

const SETUP =
  `CREATE TABLE t (a INTEGER PRIMARY KEY, b TEXT NOT NULL, c CONSTRAINT k CHECK (c > 0));
  CREATE TABLE u (a, b);`;

function found(sql: string, release = "3.8"): string[] {
  return newerFeatures(sql, { start: 0, end: sql.length }, releaseOf(release))
    .map(({ name, since }) => `${name} ${since.join(".")}`);
}

/** SQL that SQLite takes, and what in it is newer than 3.8. */
const EXAMPLES: readonly [sql: string, ...features: string[]][] = [
  [
    "INSERT INTO t (b) VALUES ('x') ON CONFLICT (a) DO UPDATE SET b = 1 ON CONFLICT DO UPDATE SET b = 2",
    "ON CONFLICT … DO 3.24",
    "several ON CONFLICT … DO 3.35",
    "ON CONFLICT DO UPDATE without columns 3.35",
  ],
  ["ALTER TABLE t RENAME b TO x", "RENAME COLUMN 3.25"],
  ["ALTER TABLE main.t RENAME COLUMN b TO x", "RENAME COLUMN 3.25"],
  ["ALTER TABLE t RENAME TO x"],
  [
    "SELECT sum(a) OVER (ORDER BY b GROUPS UNBOUNDED PRECEDING EXCLUDE TIES) FROM t",
    "window functions 3.25",
    "GROUPS in a window 3.28",
    "EXCLUDE in a window 3.28",
  ],
  ["SELECT rank() OVER w FROM t WINDOW w AS ()", "rank() 3.25", "window functions 3.25"],
  ["SELECT count(*) FILTER (WHERE a) FROM t", "FILTER of an aggregate 3.30"],
  ["SELECT count(*) FILTER (WHERE a) OVER () FROM t", "window functions 3.25"],
  ["SELECT a FROM t ORDER BY b NULLS LAST", "NULLS FIRST and NULLS LAST 3.30"],
  ["CREATE TABLE x (a, b AS (a + 1))", "generated columns 3.31"],
  ["CREATE TABLE x (a, b INT GENERATED ALWAYS AS (a) STORED)", "generated columns 3.31"],
  ["ALTER TABLE t ADD d AS (a)", "generated columns 3.31"],
  ["CREATE TABLE x AS SELECT (1) AS a FROM t"],
  ["UPDATE t SET b = u.b FROM u WHERE u.a = t.a", "UPDATE … FROM 3.33"],
  ["UPDATE t SET b = (SELECT b FROM u)"],
  ["SELECT name FROM sqlite_schema", "sqlite_schema 3.33"],
  [
    "CREATE VIRTUAL TABLE f USING fts5(a, content='', contentless_delete=1, tokenize='trigram')",
    "contentless_delete 3.43",
    "the tokenizer trigram 3.34",
  ],
  [
    'CREATE VIRTUAL TABLE f USING fts5(a, locale=1, tokenize="unicode61 remove_diacritics 2")',
    "locale 3.47",
    "remove_diacritics 2 3.27",
  ],
  ["CREATE VIRTUAL TABLE f USING fts5(a, tokendata=1)", "tokendata 3.45"],
  ["CREATE INDEX x ON t (a, lower(b))", "indexes on expressions 3.9"],
  ["CREATE UNIQUE INDEX IF NOT EXISTS x ON t (a || b)", "indexes on expressions 3.9"],
  ["CREATE INDEX x ON t (b COLLATE NOCASE DESC) WHERE (a + 1) > 2"],
  ["CREATE TABLE x (a INT DEFAULT TRUE, b CHECK (b IS NOT FALSE))", "TRUE and FALSE 3.23"],
  ["SELECT a AS true, b AS false FROM u"],
  [
    "SELECT sum(a) OVER (ORDER BY a RANGE BETWEEN 5 PRECEDING AND CURRENT ROW) FROM t",
    "window functions 3.25",
    "RANGE with an offset 3.28",
  ],
  [
    "SELECT sum(a) OVER (ORDER BY a ROWS 5 PRECEDING), min(a) OVER (RANGE UNBOUNDED PRECEDING) FROM t",
    "window functions 3.25",
  ],
  [
    "SELECT sum(a) OVER (w ORDER BY a) FROM t WINDOW w AS (PARTITION BY b)",
    "window functions 3.25",
    "a window based on another 3.28",
  ],
  ["SELECT max(a) FROM t HAVING count(*) > 1", "HAVING without GROUP BY 3.39"],
  ["SELECT max(a) FROM t GROUP BY (SELECT max(b) FROM u GROUP BY a) HAVING count(*) > 1"],
  ["SELECT iif(a, 1) FROM t", "iif() 3.32", "iif() with two arguments 3.48"],
  ["SELECT iif(a, 1, b, 2) FROM t", "iif() 3.32", "iif() with more than three arguments 3.49"],
  ["SELECT if(a, max(1, 2), 3) FROM t", "if() 3.48"],
  ["SELECT json_valid(b), json_valid(b, 6) FROM t", "json_valid() with flags 3.45"],
  ["SELECT strftime('%Y-%m-%d %H', 'now')"],
  ["SELECT strftime('%F %G', 'now')", "strftime() with %F 3.44", "strftime() with %G 3.46"],
  ["SELECT date('now', '+0001-02-03')", "a span of dates as a modifier 3.43"],
  ["SELECT name FROM pragma_function_list()", "pragma_function_list() 3.30"],
  ["PRAGMA function_list", "PRAGMA function_list 3.30"],
  [
    "CREATE VIRTUAL TABLE f USING fts5(a, b UNINDEXED, content='', contentless_unindexed=1)",
    "contentless_unindexed 3.47",
  ],
  ["ALTER TABLE t DROP COLUMN c", "DROP COLUMN 3.35"],
  ["DELETE FROM t WHERE a RETURNING b", "RETURNING 3.35"],
  ["WITH x AS NOT MATERIALIZED (SELECT 1) SELECT * FROM x", "MATERIALIZED 3.35"],
  ["CREATE TABLE x (a INT) STRICT", "STRICT 3.37"],
  ["CREATE TABLE x (a INT PRIMARY KEY) WITHOUT ROWID, STRICT", "STRICT 3.37"],
  ["SELECT b ->> '$.x' FROM t", "the operator -> 3.38"],
  ["SELECT 1 FROM t FULL OUTER JOIN u USING (a)", "RIGHT and FULL JOIN 3.39"],
  ["SELECT 1 FROM t RIGHT JOIN u USING (a)", "RIGHT and FULL JOIN 3.39"],
  ["SELECT a IS NOT DISTINCT FROM b FROM t", "IS DISTINCT FROM 3.39"],
  ["SELECT group_concat(b ORDER BY a) FROM t", "ORDER BY in an aggregate 3.44"],
  ["SELECT group_concat(b) FROM (SELECT b FROM t ORDER BY a)"],
  ["SELECT 1_000", "the separator _ in numbers 3.46"],
  [
    "CREATE TRIGGER x AFTER UPDATE OF b ON t BEGIN SELECT raise(ABORT, 'no ' || new.b); END",
    "an expression in RAISE 3.47",
  ],
  ["CREATE TRIGGER x AFTER INSERT ON t BEGIN SELECT raise(ABORT, 'no'); DELETE FROM u; END"],
  [
    "CREATE TRIGGER x AFTER INSERT ON t BEGIN UPDATE t SET b = u.b FROM u; DELETE FROM u; END",
    "UPDATE … FROM 3.33",
  ],
  ["ALTER TABLE t ALTER COLUMN b DROP NOT NULL", "ALTER COLUMN 3.53"],
  ["ALTER TABLE t ADD CHECK (a > 0)", "ADD CONSTRAINT 3.53"],
  ["ALTER TABLE t DROP CONSTRAINT k", "DROP CONSTRAINT 3.53"],
  ["REINDEX EXPRESSIONS", "REINDEX EXPRESSIONS 3.53"],
  ["PRAGMA main.table_list", "PRAGMA table_list 3.37"],
  ["PRAGMA legacy_alter_table = on"],
  ["SELECT name FROM pragma_table_list", "pragma_table_list() 3.37"],
  ["SELECT datetime('now', 'subsec')", "the modifier 'subsec' 3.42"],
  ["SELECT iif(a, 1, 2), unixepoch() FROM t", "iif() 3.32", "unixepoch() 3.38"],
  // Names that are functions elsewhere.
  ["CREATE TABLE format (a, iif, concat TEXT)"],
  ["CREATE TABLE x (a REFERENCES concat(b))"],
  ["WITH concat(a) AS (SELECT 1) SELECT concat.a FROM concat"],
  ["SELECT a AS materialized, b AS strict FROM t"],
  ["SELECT 'RETURNING 1_000 ->>' /* STRICT */ FROM t -- UPDATE t SET a = 1 FROM u"],
];

Deno.test("newerFeatures() finds what is new, in SQL that SQLite takes", async () => {
  for (const [sql, ...features] of EXAMPLES) {
    await using connection = openScratch();
    for (const statement of SETUP.split(";\n")) await connection.execute(statement);
    await connection.execute(sql);
    assert.deepEqual(found(sql), features, sql);
  }
});

Deno.test("newerFeatures() has an example for every clause", () => {
  const known = new Set(
    EXAMPLES.flatMap(([sql]) => found(sql, "3.0").map((one) => one.replace(/ 3\.\d+$/, ""))),
  );
  // The shell alone can write into a file; the other needs a table that is there.
  for (
    const sql of ["VACUUM INTO 'x'", "INSERT INTO f (f, rank) VALUES ('secure-delete', 1)"]
  ) known.add(found(sql)[0]!.replace(/ 3\.\d+$/, ""));
  assert.deepEqual(Object.keys(CLAUSES).filter((name) => !known.has(name)), []);
});

Deno.test("newerFeatures() tells nothing that the release knows, and each thing once, where it is first", () => {
  assert.deepEqual(found("SELECT iif(a, 1, 2), concat(a), iif(b, 1, 2) FROM t", "3.32"), [
    "concat() 3.44",
  ]);
  assert.deepEqual(found("ALTER TABLE t DROP COLUMN a", "3.35"), []);
  const text = "SELECT 1;\nSELECT iif(1, 2, 3), iif(4, 5, 6)";
  const features = newerFeatures(text, { start: 10, end: text.length }, [3, 31]);
  assert.deepEqual(features.map(({ start }) => text.slice(start, start + 7)), ["iif(1, "]);
});

Deno.test("newerFeatures() takes anything", () => {
  for (
    const sql of [
      "",
      ";",
      "(",
      "))",
      "ALTER",
      "ALTER TABLE",
      "PRAGMA",
      "x OVER",
      "FILTER (",
      "RAISE(",
      "'",
    ]
  ) {
    assert.doesNotThrow(() => found(sql), sql);
  }
});

/** What SQLite had before it had any of those of the table, or has only where the build says so. */
const OLDER =
  "abs avg changes char coalesce count current_date current_time current_timestamp date datetime glob " +
  "group_concat hex ifnull instr json json_array json_array_length json_extract json_group_array json_group_object " +
  "json_insert json_object json_patch json_quote json_remove json_replace json_set json_type json_valid julianday " +
  "last_insert_rowid length like likelihood likely load_extension lower ltrim max min nullif printf quote random " +
  "randomblob replace round rtrim soundex sqlite_compileoption_get sqlite_compileoption_used sqlite_log sqlite_source_id " +
  "sqlite_version strftime substr subtype sum time total total_changes trim typeof unicode unlikely upper zeroblob";

Deno.test("every function that SQLite has built in is in the table, or older", async () => {
  await using connection = openScratch();
  const rows = await connection.query(
    "SELECT DISTINCT name FROM pragma_function_list WHERE builtin",
  );
  const older = new Set(OLDER.split(" "));
  const unknown = rows.map(({ name }) => String(name))
    .filter((name) =>
      /^[a-z]/.test(name) && !older.has(name) && !FUNCTIONS.has(name.toUpperCase())
    );
  assert.deepEqual(unknown, []);
  assert.ok(rows.length > 80 && MODIFIERS.size > 0);
});
