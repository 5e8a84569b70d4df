import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { readCreateTable } from "../../../src/schema/read/definition_text.ts";
import { readRenameHints } from "../../../src/schema/source/rename_hints.ts";
import { canonicalText } from "../../../src/sql/canonical_text.ts";
import { readScript, sameTokens } from "../../../src/sql/read_script.ts";
import { readMentions } from "../../../src/sql/mentions.ts";
import { findRefusal } from "../../../src/sql/refused_text.ts";
import { splitStatements } from "../../../src/sql/script.ts";
import { TRICKY_SCRIPTS } from "../../unit/sql/tricky_scripts.ts";
import { type FuzzTarget, readOrRefuse, repeated } from "./fuzz_target.ts";
import { mutatedText } from "./mutated_text.ts";

const PIECES = [
  ..."'\"`[]();,.-/*+=<>|!?:@#${}x0 \t\n\r\0\\",
  ...["--", "/*", "*/", "''", "x'", "0x", "1e", "->>", "\ufeff", "\ud800"],
  ...["BEGIN", "END", "CREATE TRIGGER t AFTER INSERT ON a BEGIN ", "CASE ", "TEMP "],
  ...["-- aludel: transaction=off\n", "-- aludel: foreign-keys=on\n", "-- aludel: sqlite>=3.53\n"],
  ...["-- aludel: allow-loss=a why\n", "-- aludel: renamed from=a\n", "ATTACH 'x' AS y;"],
  ...["PRAGMA user_version = 1;", "VACUUM;", "COMMIT;", "DROP TABLE a;", "REPLACE INTO a "],
];

const HARD = (size: number) => [
  repeated("(", size),
  repeated("[", size),
  repeated("'", size),
  repeated("''", size) + "x",
  repeated("/*", size),
  repeated("*/", size),
  repeated("--", size),
  repeated("-- aludel: ", size),
  repeated("-- aludel: allow-loss=a \n", size),
  repeated(";", size),
  repeated("CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1;", size),
  repeated("CASE ", size),
  "SELECT " + repeated("1e", size),
  "SELECT " + repeated(" ", size) + "'",
  "CREATE TABLE t (" + repeated("a,", size) + "b)",
  "CREATE TABLE t (a DEFAULT " + repeated("(", size) + repeated(")", size) + ")",
  "UPDATE a SET " + repeated("a = (SELECT b FROM c WHERE d = ", size),
  "WITH " + repeated("a AS (SELECT 1), ", size) + "b AS (SELECT 2) DELETE FROM t",
];

/** Tokenizer, splitter, directives, refusals and mentions, on the text of a revision's file. */
const SCRIPT: FuzzTarget = {
  name: "script",
  input: mutatedText(TRICKY_SCRIPTS.map(({ sql }) => sql), PIECES).map(canonicalText),
  check(text) {
    const script = readOrRefuse(() => readScript("up.sql", text));
    let end = 0;
    for (const statement of splitStatements(text)) {
      assert.ok(statement.start >= end && statement.end > statement.start, "statements overlap");
      end = statement.end;
      for (const mention of readMentions(text, statement)) {
        assert.ok(mention.start >= statement.start && mention.start < statement.end);
      }
    }
    assert.ok(end <= text.length);
    if (script !== undefined) readOrRefuse(() => void findRefusal(script));
    readOrRefuse(() => readRenameHints({ file: "schema.sql", text }));
    assert.ok(sameTokens(text, `${text}`));
  },
  hard: HARD,
};

const TABLES = [
  "CREATE TABLE t (id INTEGER PRIMARY KEY AUTOINCREMENT, a TEXT NOT NULL DEFAULT 'x' COLLATE NOCASE)",
  "CREATE TABLE t (a INT, b GENERATED ALWAYS AS (a * 2) STORED, c AS (a || ')') VIRTUAL)",
  'CREATE TABLE "a b" ("c ""d" REFERENCES p (x) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED)',
  "CREATE TABLE [t] (a, b, CONSTRAINT u UNIQUE (a, b) ON CONFLICT REPLACE, CHECK (a <> ','))",
  "CREATE TABLE t (a ANY, b BLOB, PRIMARY KEY (a DESC, b), FOREIGN KEY (b) REFERENCES t) WITHOUT ROWID, STRICT",
  "CREATE TABLE `t` (a decimal(10, 2) DEFAULT (1 + (2)), b DEFAULT -1.5e3, c DEFAULT CURRENT_TIMESTAMP)",
  "CREATE TABLE t (a CONSTRAINT n NOT NULL ON CONFLICT IGNORE CONSTRAINT k CHECK (a IN (1, 'b')), b long varchar)",
];

/** The reader of stored CREATE TABLE texts. SQLite says which are valid, and which columns they have. */
const CREATE_TABLE: FuzzTarget = {
  name: "create-table",
  input: mutatedText(TABLES, [
    ..."'\"`[](),.-+*/ \n01a",
    ...["NOT NULL ", "UNIQUE ", "PRIMARY KEY ", "DEFAULT ", "CHECK (", "CONSTRAINT ", "AS ("],
    ...[
      "COLLATE NOCASE ",
      "REFERENCES t ",
      "GENERATED ALWAYS ",
      "STRICT",
      "WITHOUT ROWID",
      "NULL ",
    ],
    ...["/* , */", "-- ) \n", "ON CONFLICT ABORT ", "DEFERRABLE ", "MATCH FULL ", "FOREIGN KEY "],
  ]),
  check(text) {
    readOrRefuse(() => readCreateTable(text));
    using database = new DatabaseSync(":memory:");
    try {
      database.exec(text);
    } catch {
      return;
    }
    const tables = database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'table'")
      .all();
    for (const { name, sql } of tables) {
      if (typeof sql !== "string" || String(name).startsWith("sqlite_")) continue;
      const columns = database.prepare("SELECT name FROM pragma_table_xinfo(?)").all(name!)
        .map((row) => row["name"]);
      const read = readCreateTable(sql).columns.map((column) => column.name);
      assert.deepEqual(read, columns, sql);
    }
  },
  hard: HARD,
};

export const SQL_TARGETS: readonly FuzzTarget[] = [SCRIPT, CREATE_TABLE];
