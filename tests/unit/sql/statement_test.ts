import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { splitStatements, StatementSplitter } from "../../../src/sql/script.ts";
import { Tokenizer } from "../../../src/sql/tokenizer.ts";
import { TRICKY_SCRIPTS } from "./tricky_scripts.ts";

function textsOf(sql: string): string[] {
  return splitStatements(sql).map(({ start, end }) => sql.slice(start, end));
}

/** Everything that a database holds: its schema and the rows of all tables, in order. */
function contentOf(database: DatabaseSync): unknown {
  const objects = database.prepare("SELECT * FROM sqlite_schema ORDER BY rowid").all();
  const tables = database.prepare(
    "SELECT name FROM pragma_table_list WHERE schema = 'main' AND type <> 'view' ORDER BY name",
  ).all();
  const rows = tables.map(({ name }) => {
    const quoted = `"${String(name).replaceAll('"', '""')}"`;
    return [name, database.prepare(`SELECT * FROM ${quoted}`).all()];
  });
  const settings = ["user_version", "application_id"].map((pragma) =>
    database.prepare(`PRAGMA ${pragma}`).get()
  );
  return { objects, rows, settings };
}

for (const { name, sql, statements } of TRICKY_SCRIPTS) {
  Deno.test(`splitStatements() agrees with SQLite on: ${name}`, () => {
    const texts = textsOf(sql);
    assert.equal(texts.length, statements);
    using whole = new DatabaseSync(":memory:");
    whole.exec(sql);
    using stepwise = new DatabaseSync(":memory:");
    for (const text of texts) stepwise.exec(text);
    assert.deepEqual(contentOf(stepwise), contentOf(whole));
  });

  Deno.test(`splitStatements() gives one statement at a time to SQLite: ${name}`, () => {
    using database = new DatabaseSync(":memory:");
    for (const text of textsOf(sql)) {
      // prepare() compiles the first statement of its text and keeps exactly that statement's text.
      const prepared = database.prepare(text);
      assert.equal(prepared.sourceSQL, text);
      database.exec(text);
    }
  });
}

Deno.test("splitStatements() leaves out comments and spaces around a statement", () => {
  assert.deepEqual(
    textsOf(" /* a */ SELECT 1 /* b */ ; -- c\n;; /* d */ SELECT /* e */ 2 -- f\n"),
    [
      "SELECT 1 /* b */ ;",
      "SELECT /* e */ 2",
    ],
  );
});

Deno.test("splitStatements() gives the first keyword in upper case", () => {
  const verbs = splitStatements('select 1; Explain select 2; (3); .read x\n; "with"; with a').map(
    ({ verb }) => verb,
  );
  assert.deepEqual(verbs, ["SELECT", "EXPLAIN", "", "", "", "WITH"]);
});

Deno.test("splitStatements() keeps a trigger open until `; END ;`", () => {
  const body = "CREATE TRIGGER t AFTER INSERT ON a BEGIN SELECT 1; END x; SELECT 2; END;";
  assert.deepEqual(textsOf(`${body} SELECT 3;`), [body, "SELECT 3;"]);
});

/** What sqlite3_complete() says, from the splitter: the text ends after a statement's semicolon. */
function isComplete(sql: string): boolean {
  const splitter = new StatementSplitter();
  const tokenizer = new Tokenizer(sql);
  let sawSemicolon = false;
  let last = "";
  while (tokenizer.next()) {
    splitter.take(tokenizer);
    sawSemicolon ||= tokenizer.kind === "semicolon";
    last = tokenizer.current;
  }
  const isOpenComment = last.startsWith("/*") && (last.length < 4 || !last.endsWith("*/"));
  return sawSemicolon && !splitter.inStatement && !isOpenComment;
}

Deno.test("StatementSplitter agrees with sqlite3_complete() on the generated fixture", () => {
  const fixture: { readonly complete: string[]; readonly incomplete: string[] } = JSON.parse(
    readFileSync(new URL("../../fixtures/complete_statement.json", import.meta.url), "utf8"),
  );
  assert.ok(fixture.complete.length > 500 && fixture.incomplete.length > 500);
  for (const sql of fixture.complete) assert.ok(isComplete(sql), JSON.stringify(sql));
  for (const sql of fixture.incomplete) assert.ok(!isComplete(sql), JSON.stringify(sql));
});
