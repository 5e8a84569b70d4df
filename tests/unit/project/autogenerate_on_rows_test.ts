import assert from "node:assert/strict";
import type { ScratchConnection } from "../../../src/db/open_scratch.ts";
import { autogenerate, type GeneratedRevision } from "../../../src/project/author/autogenerate.ts";
import { compareWith } from "../../../src/project/author/schema_reader.ts";
import { Scratch } from "../../../src/replay/scratch.ts";
import { tryScript } from "../../../src/runner/try_script.ts";
import { readScript } from "../../../src/sql/read_script.ts";
import { databaseOf, load } from "../schema/schema_of.ts";

/** A change of a schema, and rows that it meets afterwards in a real run. */
interface Case {
  readonly name: string;
  readonly before: string;
  readonly after: string;
  /** Statements that make rows. */
  readonly rows: string;
  /** A query that gives the same before, after the up, and after the down. */
  readonly kept?: string;
  /** A hazard of the up. */
  readonly hazard?: string;
  /** How the down gets its values: by default it has run on rows. */
  readonly down?: "rows" | "choose" | "empty";
}

const KEYS: readonly Case[] = [
  {
    name: "INT PRIMARY KEY",
    before: "CREATE TABLE z (id INT PRIMARY KEY, n TEXT);",
    after: "CREATE TABLE z (id INTEGER PRIMARY KEY, n TEXT);",
    rows: "INSERT INTO z VALUES (7, 'x'), (9, 'y');",
    kept: "SELECT id, n FROM z ORDER BY id",
    hazard: "rowid-key",
  },
  {
    name: "BIGINT PRIMARY KEY NOT NULL",
    before: "CREATE TABLE z (id BIGINT PRIMARY KEY NOT NULL, n TEXT);",
    after: "CREATE TABLE z (id INTEGER PRIMARY KEY, n TEXT);",
    rows: "INSERT INTO z VALUES (9007199254740993, 'x'), (-9, 'y');",
    kept: "SELECT id, n FROM z ORDER BY id",
    hazard: "rowid-key",
  },
  {
    name: "a column that was no key",
    before: "CREATE TABLE d (id INTEGER, name TEXT);",
    after: "CREATE TABLE d (id INTEGER PRIMARY KEY, name TEXT);",
    rows: "INSERT INTO d VALUES (7, 'x'), (9, 'y');",
    kept: "SELECT id AS id, name FROM d ORDER BY id",
    hazard: "rowid-key",
  },
  {
    name: "a column that was no key and counts on from now on",
    before: "CREATE TABLE d (id INTEGER, name TEXT);",
    after: "CREATE TABLE d (id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT);",
    rows: "INSERT INTO d VALUES (7, 'x'), (9, 'y');",
    kept: "SELECT id AS id, name FROM d ORDER BY id",
    hazard: "rowid-key",
  },
  {
    name: "a column in other letters",
    before: "CREATE TABLE d (ID INT, name TEXT);",
    after: "CREATE TABLE d (id integer primary key, name TEXT);",
    rows: "INSERT INTO d VALUES (7, 'x'), (9, 'y');",
    kept: "SELECT id AS id, name FROM d ORDER BY id",
    hazard: "rowid-key",
  },
  {
    name: "a key of two columns made one of one",
    before: "CREATE TABLE d (id INTEGER, part INTEGER, name TEXT, PRIMARY KEY (id, part));",
    after: "CREATE TABLE d (id INTEGER PRIMARY KEY, part INTEGER, name TEXT);",
    rows: "INSERT INTO d VALUES (7, 1, 'x'), (9, 1, 'y');",
    kept: "SELECT id, part, name FROM d ORDER BY id",
    hazard: "rowid-key",
  },
  {
    name: "a table WITHOUT ROWID",
    before: "CREATE TABLE d (id INT PRIMARY KEY, name TEXT) WITHOUT ROWID;",
    after: "CREATE TABLE d (id INTEGER PRIMARY KEY, name TEXT);",
    rows: "INSERT INTO d VALUES (7, 'x'), (9, 'y');",
    kept: "SELECT id AS id, name FROM d ORDER BY id",
    hazard: "rowid-key",
  },
  {
    name: "the old mistake DESC",
    before: "CREATE TABLE d (id INTEGER PRIMARY KEY DESC, name TEXT);",
    after: "CREATE TABLE d (id INTEGER PRIMARY KEY, name TEXT);",
    rows: "INSERT INTO d VALUES (7, 'x'), (9, 'y');",
    kept: "SELECT id AS id, name FROM d ORDER BY id",
    hazard: "rowid-key",
  },
  {
    name: "text with numbers in it",
    before: "CREATE TABLE d (id TEXT PRIMARY KEY, name TEXT);",
    after: "CREATE TABLE d (id INTEGER PRIMARY KEY, name TEXT);",
    rows: "INSERT INTO d VALUES ('7', 'x'), ('9', 'y');",
    kept: "SELECT CAST(id AS INTEGER) AS id, name FROM d ORDER BY 1",
    hazard: "rowid-key",
  },
  {
    name: "a parent with children",
    before: `CREATE TABLE p (id INT PRIMARY KEY NOT NULL, name TEXT);
      CREATE TABLE c (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES p (id) ON DELETE CASCADE);`,
    after: `CREATE TABLE p (id INTEGER PRIMARY KEY, name TEXT);
      CREATE TABLE c (id INTEGER PRIMARY KEY, p INT NOT NULL REFERENCES p (id) ON DELETE CASCADE);`,
    rows: "INSERT INTO p VALUES (7, 'x'), (9, 'y'); INSERT INTO c VALUES (1, 9), (2, 7);",
    kept: "SELECT c.id, p.name FROM c JOIN p ON p.id = c.p ORDER BY 1",
    hazard: "rowid-key",
  },
];

const EXPRESSIONS: readonly Case[] = [
  ...[
    ["an index", "CREATE INDEX by_k ON s (json_extract(doc, '$.k'));"],
    ["a unique index", "CREATE UNIQUE INDEX by_k ON s (doc ->> '$.k');"],
    ["a partial index", "CREATE INDEX by_k ON s (id) WHERE json_extract(doc, '$.on') = 1;"],
    ["an index on a day", "CREATE INDEX by_day ON s (date(doc ->> '$.at'));"],
  ].map(([name, index]): Case => ({
    name: `JSON in ${name}`,
    before: "CREATE TABLE s (id INTEGER PRIMARY KEY, doc TEXT NOT NULL);",
    after: `CREATE TABLE s (id INTEGER PRIMARY KEY, doc TEXT NOT NULL); ${index}`,
    rows: `INSERT INTO s VALUES (1, '{"k":1}'), (2, '{"k":2}');`,
    kept: "SELECT id, doc FROM s ORDER BY id",
  })),
  ...[
    ["a CHECK", "doc TEXT NOT NULL CHECK (json_valid(doc))"],
    ["a CHECK of a key", "doc TEXT NOT NULL CHECK (json_extract(doc, '$.k') IS NOT NULL)"],
    ["a generated column", "doc TEXT NOT NULL, k AS (json_extract(doc, '$.k'))"],
    ["a stored column", "doc TEXT NOT NULL, k INT AS (doc ->> '$.k') STORED"],
  ].map(([name, columns]): Case => ({
    name: `JSON in ${name}`,
    before: "CREATE TABLE s (id INTEGER PRIMARY KEY, doc TEXT NOT NULL);",
    after: `CREATE TABLE s (id INTEGER PRIMARY KEY, ${columns});`,
    rows: `INSERT INTO s VALUES (1, '{"k":1}'), (2, '{"k":2}');`,
    kept: "SELECT id, doc FROM s ORDER BY id",
  })),
  {
    name: "a CHECK of a pattern",
    before: "CREATE TABLE s (id INTEGER PRIMARY KEY, code TEXT);",
    after: `CREATE TABLE s (id INTEGER PRIMARY KEY,
      code TEXT CHECK (code GLOB '[A-Z][A-Z]-*' AND length(code) > 3));`,
    rows: "INSERT INTO s VALUES (1, 'AB-12'), (2, NULL);",
    kept: "SELECT id, code FROM s ORDER BY id",
  },
  {
    name: "a CHECK of a day",
    before: "CREATE TABLE s (id INTEGER PRIMARY KEY, day TEXT NOT NULL);",
    after: "CREATE TABLE s (id INTEGER PRIMARY KEY, day TEXT NOT NULL CHECK (day IS date(day)));",
    rows: "INSERT INTO s VALUES (1, '2024-02-29');",
    kept: "SELECT id, day FROM s ORDER BY id",
  },
  {
    name: "a number that overflows",
    before: "CREATE TABLE s (id INTEGER PRIMARY KEY, n INT);",
    after: "CREATE TABLE s (id INTEGER PRIMARY KEY, n INT); CREATE INDEX i ON s (abs(n));",
    rows: "INSERT INTO s VALUES (1, -5);",
    kept: "SELECT id, n FROM s ORDER BY id",
  },
];

/** A column that the up drops and the down makes again, on two rows. */
function dropped(name: string, column: string, down: Case["down"] = "rows", more = ""): Case {
  return {
    name,
    before: `CREATE TABLE p (id INTEGER PRIMARY KEY);
      CREATE TABLE u (id INTEGER PRIMARY KEY, kept INT, ${column}); ${more}`,
    after:
      "CREATE TABLE p (id INTEGER PRIMARY KEY); CREATE TABLE u (id INTEGER PRIMARY KEY, kept INT);",
    rows: "INSERT INTO p VALUES (1); INSERT INTO u (id, kept, gone) VALUES (1, 1, $1), (2, 1, $2);",
    kept: "SELECT id, kept FROM u ORDER BY id",
    hazard: "drop-column",
    down,
  };
}

function withValues(one: Case, first: string, second: string): Case {
  return { ...one, rows: one.rows.replace("$1", first).replace("$2", second) };
}

const DOWNS: readonly Case[] = [
  withValues(dropped("UNIQUE text", "gone TEXT NOT NULL UNIQUE"), "'a'", "'b'"),
  withValues(
    dropped("UNIQUE text with a default", "gone TEXT NOT NULL DEFAULT '' UNIQUE"),
    "'a'",
    "'b'",
  ),
  withValues(dropped("UNIQUE number", "gone INT NOT NULL UNIQUE"), "1", "2"),
  withValues(dropped("UNIQUE bytes", "gone BLOB NOT NULL UNIQUE"), "x'01'", "x'02'"),
  withValues(
    dropped("UNIQUE with another column", "gone TEXT NOT NULL, UNIQUE (kept, gone)"),
    "'a'",
    "'b'",
  ),
  withValues(
    dropped("a unique index", "gone TEXT NOT NULL", "rows", "CREATE UNIQUE INDEX i ON u (gone);"),
    "'a'",
    "'b'",
  ),
  withValues(
    dropped(
      "a unique index on an expression",
      "gone TEXT NOT NULL",
      "rows",
      "CREATE UNIQUE INDEX i ON u (lower(gone));",
    ),
    "'a'",
    "'b'",
  ),
  withValues(
    dropped("one of some words", "gone TEXT NOT NULL CHECK (gone IN ('red', 'blue'))"),
    "'red'",
    "'blue'",
  ),
  withValues(dropped("JSON", "gone TEXT NOT NULL CHECK (json_valid(gone))"), "'{}'", "'[]'"),
  withValues(
    dropped("UNIQUE JSON", "gone TEXT NOT NULL UNIQUE CHECK (json_valid(gone))"),
    "'{}'",
    "'[]'",
  ),
  withValues(
    dropped("a day", "gone TEXT NOT NULL CHECK (gone IS date(gone))"),
    "'2024-01-01'",
    "'2024-01-02'",
  ),
  withValues(
    dropped("UNIQUE days", "gone TEXT NOT NULL UNIQUE CHECK (gone IS date(gone))"),
    "'2024-01-01'",
    "'2024-01-02'",
  ),
  withValues(dropped("a length", "gone TEXT NOT NULL CHECK (length(gone) = 3)"), "'abc'", "'abd'"),
  withValues(
    dropped("UNIQUE of a length", "gone TEXT NOT NULL UNIQUE CHECK (length(gone) = 3)"),
    "'abc'",
    "'abd'",
  ),
  withValues(dropped("a range", "gone INT NOT NULL CHECK (gone BETWEEN 5 AND 9)"), "5", "6"),
  withValues(
    dropped("a CHECK that NULL does not satisfy", "gone INT CHECK (gone IS NOT NULL)"),
    "5",
    "6",
  ),
  withValues(dropped("NULL", "gone INT REFERENCES p"), "1", "1"),
  withValues(dropped("a parent", "gone INT NOT NULL REFERENCES p", "choose"), "1", "1"),
  withValues(
    dropped("what nothing fits", "gone INT NOT NULL CHECK (kept IS NULL OR gone > kept)", "choose"),
    "2",
    "3",
  ),
];

const CASES: readonly (readonly [kind: string, cases: readonly Case[]])[] = [
  ["makes a rowid of", KEYS],
  ["makes rows for", EXPRESSIONS],
  ["gives back a value for", DOWNS],
];

async function generate(before: string, after: string): Promise<GeneratedRevision> {
  const from = await load(before);
  const to = await load(after);
  const settings = { exclude: [], columnOrder: false, doubleQuotedStrings: false };
  return await autogenerate({
    comparison: compareWith(settings, from.schema, to.schema, to.hints),
    message: "test",
    down: true,
    sqlite: [3, 53],
    columnOrder: false,
    scratch: new Scratch({ doubleQuotedStrings: false }),
  });
}

async function run(connection: ScratchConnection, direction: "up" | "down", text: string) {
  const script = readScript(`${direction}.sql`, text);
  await tryScript(connection, { id: "b1", direction, script });
}

for (const [kind, cases] of CASES) {
  for (const { name, before, after, rows, kept, hazard, down = "rows" } of cases) {
    Deno.test(`autogenerate() ${kind} ${name}, and is right on rows`, async () => {
      const { texts, up, tried } = await generate(before, after);
      if (hazard !== undefined) {
        const codes = up.statements.flatMap(({ hazards }) => hazards.map(({ code }) => code));
        assert.ok(codes.includes(hazard), codes.join(", "));
      }
      assert.equal(tried.up, "rows", texts.up);
      if (down === "rows") assert.equal(tried.down, "rows", texts.down);
      assert.equal(texts.down.includes("-- aludel: choose="), down === "choose", texts.down);
      await using connection = await databaseOf(...`${before} ${rows}`.split(/;\s*/));
      const read = async () => kept === undefined ? [] : await connection.query(kept);
      const old = await read();
      await run(connection, "up", texts.up);
      assert.deepEqual(await read(), old);
      if (down !== "rows") return;
      await run(connection, "down", texts.down);
      assert.deepEqual(await read(), old);
    });
  }
}

Deno.test("autogenerate() leaves a key that refers to another table to a person", async () => {
  const { texts, up } = await generate(
    `CREATE TABLE people (name TEXT PRIMARY KEY);
     CREATE TABLE badges (holder TEXT PRIMARY KEY, colour TEXT);`,
    `CREATE TABLE people (id INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);
     CREATE TABLE badges (person_id INTEGER PRIMARY KEY REFERENCES people (id), colour TEXT);`,
  );
  assert.match(texts.up, /-- aludel: choose=person_id/);
  assert.deepEqual(
    up.statements.flatMap(({ choice }) => choice?.columns ?? []),
    ["person_id"],
  );
});

Deno.test("autogenerate() lets functions of the application stand for NULL, next to views that call them, too", async () => {
  const table = "CREATE TABLE t (id INTEGER PRIMARY KEY, x TEXT CHECK (app_fn(x)));";
  const { notices } = await generate("", table);
  assert.match(
    notices.join("\n"),
    /^This SQLite has no function app_fn\(\), so a run will refuse up\.sql/,
  );
  const views =
    "CREATE VIEW plain AS SELECT x FROM t; CREATE VIEW calls AS SELECT app_fn(id) FROM t;";
  const { texts } = await generate(
    `${table} ${views}`,
    `${table.replace("x TEXT", "x INT")} ${views}`,
  );
  assert.match(texts.up, /CREATE TABLE "t__new"/);
  assert.doesNotMatch(texts.up, /DROP VIEW/);
});

Deno.test("a function of the application takes an integer beyond 2^53", async () => {
  const connection = await new Scratch({ doubleQuotedStrings: false }).open();
  await using _ = connection;
  await connection.execute("CREATE TABLE t (x CHECK (app_fn(x)))");
  await connection.execute("INSERT INTO t VALUES (9223372036854775807)");
  assert.deepEqual([...connection.standIns], ["app_fn"]);
});
