import assert from "node:assert/strict";
import { type RunProject, runProject } from "./run_project.ts";

// What a run loses is measured: each case says what the database holds, what the script does, and how the run must end.
// SQLite's own shell tells what is there afterwards, and what the restore point has.

interface LossCase {
  readonly name: string;
  /** Run by a revision before. */
  readonly before: string;
  /** Run by the shell after it: what a hand or another program made. */
  readonly byHand?: string;
  readonly ups: readonly string[];
  /** `refused`: the facts of the error. `kept`: what the run says it lost. `clean`: exit 0, and nothing to say. */
  readonly ends: { readonly refused: RegExp } | { readonly kept: RegExp } | "clean";
}

const USERS = `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, n INTEGER);
  INSERT INTO users VALUES (1, 'a', 1), (2, 'b', 2), (3, NULL, 3);`;
const rebuild = (columns: string, copy: string, table = "users", options = "") =>
  `CREATE TABLE new_t (${columns})${options}; INSERT INTO new_t ${copy}; DROP TABLE ${table};
   ALTER TABLE new_t RENAME TO ${table};`;
const COLUMNS = "id INTEGER PRIMARY KEY, email TEXT, n INTEGER";

const CASES: readonly LossCase[] = [
  {
    name: "a DELETE … WHERE true",
    before: USERS,
    ups: ["DELETE FROM users WHERE true;"],
    ends: { kept: /^lost +users: 3 rows/m },
  },
  {
    name: "an UPSERT over a row",
    before: USERS,
    ups: [
      "INSERT INTO users (id, email) VALUES (1, 'z') ON CONFLICT (id) DO UPDATE SET email = 'z';",
    ],
    ends: { kept: /^lost +users: email in 1 row /m },
  },
  {
    name: "a REPLACE of a row",
    before: USERS,
    ups: ["REPLACE INTO users VALUES (2, 'z', 2);"],
    ends: { kept: /^lost +users: email in 1 row /m },
  },
  {
    name: "an UPDATE of a table that replaces on conflict",
    before: `CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE ON CONFLICT REPLACE);
      INSERT INTO t VALUES (1, 'x'), (2, 'y'), (3, 'z');`,
    ups: ["UPDATE t SET a = 'q';"],
    ends: { kept: /^lost +t: 2 rows, a in 1 row/m },
  },
  {
    name: "an INSERT into a table that replaces on conflict",
    before: `CREATE TABLE t (id INTEGER PRIMARY KEY, a UNIQUE ON CONFLICT REPLACE, b);
      INSERT INTO t VALUES (1, 'x', 'old');`,
    ups: ["INSERT INTO t VALUES (2, 'x', 'new');"],
    ends: { refused: /table "t": 1 of 1 rows are gone/ },
  },
  {
    name: "a trigger that was there",
    before: `${USERS} CREATE TABLE log (x);
      CREATE TRIGGER g AFTER INSERT ON log BEGIN DELETE FROM users WHERE id = 1; END;`,
    ups: ["INSERT INTO log VALUES (1);"],
    ends: { refused: /table "users": 1 of 3 rows are gone, and a trigger/ },
  },
  {
    name: "a trigger that the script makes and drops",
    before: `${USERS} CREATE TABLE log (x);`,
    ups: [
      `CREATE TRIGGER g AFTER INSERT ON log BEGIN UPDATE users SET email = 'x'; END;
       INSERT INTO log VALUES (1); DROP TRIGGER g;`,
    ],
    ends: { kept: /^lost +users: email in 2 rows/m },
  },
  {
    name: "a cascade under foreign-keys=on",
    before:
      `${USERS} CREATE TABLE posts (id INTEGER PRIMARY KEY, u REFERENCES users ON DELETE CASCADE);
      INSERT INTO posts VALUES (1, 1), (2, 2);`,
    ups: ["-- aludel: foreign-keys=on\nDELETE FROM users WHERE id = 1;"],
    ends: { kept: /^lost +posts: 1 row/m },
  },
  {
    name: "a column that the copy forgets",
    before: USERS,
    ups: [rebuild(COLUMNS, "(id, n) SELECT id, n FROM users")],
    ends: { refused: /2 of 3 values of column "email" have changed/ },
  },
  {
    name: "a JOIN that drops one row and doubles another",
    before: `${USERS} CREATE TABLE j (u); INSERT INTO j VALUES (1), (1), (2);`,
    ups: [
      rebuild(
        "id INTEGER, email TEXT, n INTEGER",
        "SELECT id, email, n FROM users JOIN j ON j.u = id",
      ),
    ],
    ends: { refused: /1 of 3 rows are gone/ },
  },
  {
    name: "a seed row that hides a lost one",
    before: USERS,
    ups: [
      rebuild(COLUMNS, "SELECT * FROM users WHERE id < 3") +
      "INSERT INTO users VALUES (9, 's', 0);",
    ],
    ends: { refused: /1 of 3 rows are gone/ },
  },
  {
    name: "columns in another order",
    before: `CREATE TABLE t (id INTEGER PRIMARY KEY, name TEXT, number TEXT);
      INSERT INTO t VALUES (1, 'seven', '7');`,
    ups: [rebuild("id INTEGER PRIMARY KEY, number TEXT, name TEXT", "SELECT * FROM t", "t")],
    ends: { refused: /column "name" have changed/ },
  },
  {
    name: "a whole CREATE TABLE AS",
    before: "CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 'x'), (2, 'y');",
    ups: ["CREATE TABLE n AS SELECT * FROM t; DROP TABLE t; ALTER TABLE n RENAME TO t;"],
    ends: "clean",
  },
  {
    name: "rows that one revision moves and the next one drops",
    before: USERS,
    ups: ["CREATE TABLE moved AS SELECT * FROM users; DROP TABLE users;", "DROP TABLE moved;"],
    ends: { kept: /^lost +users: 3 rows/m },
  },
  {
    name: "rowids that ORDER BY swaps",
    before: "CREATE TABLE t (a); INSERT INTO t VALUES ('b'), ('a');",
    ups: [rebuild("a", "SELECT a FROM t ORDER BY a", "t")],
    ends: { refused: /the rowids of its rows have changed/ },
  },
  {
    name: "rowids of an FTS5 table",
    before:
      `CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f (rowid, x) VALUES (10, 'a'), (20, 'b');`,
    ups: [
      `CREATE VIRTUAL TABLE g USING fts5(x, tokenize = 'porter'); INSERT INTO g (x) SELECT x FROM f;
       DROP TABLE f; ALTER TABLE g RENAME TO f;`,
    ],
    ends: { refused: /table "f": the rowids of its rows have changed/ },
  },
  {
    name: "settings of an FTS5 table",
    before: `CREATE VIRTUAL TABLE f USING fts5(x); INSERT INTO f (f, rank) VALUES ('pgsz', 1000);`,
    ups: [
      `CREATE VIRTUAL TABLE g USING fts5(x, tokenize = 'porter'); INSERT INTO g (rowid, x) SELECT rowid, x FROM f;
       DROP TABLE f; ALTER TABLE g RENAME TO f;`,
    ],
    ends: { refused: /table "f": its settings are gone.*pgsz = 1000/ },
  },
  {
    name: "a parent that a hand renamed gets a third name, and the key follows",
    before: `CREATE TABLE users (id INTEGER PRIMARY KEY);
      CREATE TABLE orders (a, user INTEGER REFERENCES users (id) ON DELETE CASCADE);`,
    byHand: "ALTER TABLE users RENAME TO people;",
    ups: [
      `ALTER TABLE people RENAME TO persons;
       CREATE TABLE new_t (a, user INTEGER REFERENCES persons (id) ON DELETE CASCADE);
       INSERT INTO new_t (rowid, a, user) SELECT rowid, a, user FROM orders; DROP TABLE orders;
       ALTER TABLE new_t RENAME TO orders;`,
    ],
    ends: "clean",
  },
  {
    name: "a key of a hand to a renamed column of a renamed table, which the rebuild keeps",
    before: "CREATE TABLE p (a UNIQUE, b UNIQUE); CREATE TABLE c (x, y);",
    byHand: "DROP TABLE c; CREATE TABLE c (x UNIQUE REFERENCES p (a), y REFERENCES c (x));",
    ups: [
      `ALTER TABLE p RENAME TO q; ALTER TABLE q RENAME a TO z;
       CREATE TABLE new_t (x UNIQUE REFERENCES q (z), y REFERENCES d (x));
       INSERT INTO new_t (rowid, x, y) SELECT rowid, x, y FROM c; DROP TABLE c;
       ALTER TABLE new_t RENAME TO d;`,
    ],
    ends: "clean",
  },
  {
    name: "a key of a hand that the rebuild leads to another column",
    before: "CREATE TABLE p (a UNIQUE, b UNIQUE); CREATE TABLE c (x, y);",
    byHand: "DROP TABLE c; CREATE TABLE c (x REFERENCES p (a), y);",
    ups: [
      `ALTER TABLE p RENAME TO q; ALTER TABLE q RENAME a TO z;
       CREATE TABLE new_t (x REFERENCES q (b), y);
       INSERT INTO new_t (rowid, x, y) SELECT rowid, x, y FROM c; DROP TABLE c;
       ALTER TABLE new_t RENAME TO c;`,
    ],
    ends: { refused: /table "c": FOREIGN KEY \(x\) REFERENCES p\(a\) is gone/ },
  },
  {
    name: "a rename away that takes a key and a view along",
    before:
      `${USERS} CREATE TABLE posts (u REFERENCES users); CREATE VIEW v AS SELECT email FROM users;`,
    ups: [
      `ALTER TABLE users RENAME TO old; CREATE TABLE users (${COLUMNS});
       INSERT INTO users SELECT * FROM old; DROP TABLE old;`,
    ],
    ends: {
      refused:
        /view "v" no longer compiles(.*\n)*.*foreign key \(u\) of table "posts" points at table "old"/,
    },
  },
  {
    name: "text that becomes a number",
    before:
      "CREATE TABLE t (id INTEGER PRIMARY KEY, code TEXT); INSERT INTO t VALUES (1, '007'), (2, '7');",
    ups: [rebuild("id INTEGER PRIMARY KEY, code INTEGER", "SELECT * FROM t", "t")],
    ends: { kept: /^lost +t: code in 1 row /m },
  },
  {
    name: "ANY of a STRICT table that becomes plain",
    before:
      "CREATE TABLE t (id INTEGER PRIMARY KEY, x ANY) STRICT; INSERT INTO t VALUES (1, '007');",
    ups: [rebuild("id INTEGER PRIMARY KEY, x ANY", "SELECT * FROM t", "t")],
    ends: { kept: /^lost +t: x in 1 row /m },
  },
  {
    name: "an integer that no real holds",
    before:
      "CREATE TABLE t (id INTEGER PRIMARY KEY, x INTEGER); INSERT INTO t VALUES (1, 9223372036854775807), (2, 7);",
    ups: [rebuild("id INTEGER PRIMARY KEY, x REAL", "SELECT * FROM t", "t")],
    ends: { kept: /^lost +t: x in 1 row /m },
  },
  {
    name: "a stored column that becomes generated",
    before:
      "CREATE TABLE t (id INTEGER PRIMARY KEY, a INTEGER, b INTEGER); INSERT INTO t VALUES (1, 1, 2), (2, 1, 9);",
    ups: [
      rebuild(
        "id INTEGER PRIMARY KEY, a INTEGER, b INTEGER AS (a + 1)",
        "(id, a) SELECT id, a FROM t",
        "t",
      ),
    ],
    ends: { kept: /^lost +t: b in 1 row /m },
  },
  {
    name: "a column and constraints that a hand added",
    before: USERS,
    byHand:
      "DROP TABLE users; CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT UNIQUE, n INTEGER, extra TEXT);",
    ups: [rebuild(COLUMNS, "(id, email, n) SELECT id, email, n FROM users")],
    ends: {
      refused:
        /table "users": unique.* is gone, and no statement names it(.*\n)*.*column "extra" is gone/i,
    },
  },
  {
    name: "an index of the same name on another table",
    before: `${USERS} CREATE INDEX i ON users (n); CREATE TABLE other (n);`,
    ups: [`${rebuild(COLUMNS, "SELECT * FROM users")} CREATE INDEX i ON other (n);`],
    ends: { refused: /index "i" is gone/ },
  },
  {
    name: "DROP TABLE and CREATE TABLE without a copy",
    before:
      "CREATE TABLE cache (k TEXT, v); INSERT INTO cache VALUES ('a', 1); CREATE INDEX i ON cache (k);",
    ups: ["DROP TABLE cache; CREATE TABLE cache (k TEXT, v BLOB, expires INTEGER);"],
    ends: { kept: /^lost +cache: 1 row/m },
  },
  {
    name: "a column that a rebuild renames",
    before: USERS,
    ups: [
      rebuild(
        "id INTEGER PRIMARY KEY, mail TEXT, n INTEGER",
        "(id, mail, n) SELECT id, email, n FROM users",
      ),
    ],
    ends: "clean",
  },
  {
    name: "a NULL that gets a value",
    before: USERS,
    ups: ["UPDATE users SET email = '' WHERE email IS NULL;"],
    ends: "clean",
  },
  {
    name: "values that an UPDATE changes after a rebuild",
    before: USERS,
    ups: [`${rebuild(COLUMNS, "SELECT * FROM users")} UPDATE users SET n = n + 1;`],
    ends: { kept: /^lost +users: n in \d rows /m },
  },
  {
    name: "rows that a DELETE takes from the copy",
    before: USERS,
    ups: [
      `CREATE TABLE n (${COLUMNS}); INSERT INTO n SELECT * FROM users; DELETE FROM n WHERE id = 2;
       DROP TABLE users; ALTER TABLE n RENAME TO users;`,
    ],
    ends: { kept: /^lost +users: 1 row /m },
  },
  {
    name: "a column that the copy forgets beside a DELETE",
    before: USERS,
    ups: [
      `${rebuild(COLUMNS, "(id, n) SELECT id, n FROM users")} DELETE FROM users WHERE id = 3;`,
    ],
    ends: { refused: /values of column "email" have changed/ },
  },
  {
    name: "values that one revision updates after its rebuild, and the next one rebuilds",
    before: USERS,
    ups: [
      `${rebuild(COLUMNS, "SELECT * FROM users")} UPDATE users SET n = n + 1;`,
      rebuild(COLUMNS, "SELECT * FROM users"),
    ],
    ends: { kept: /^lost +users: n in \d rows /m },
  },
  {
    name: "a primary key of reals that becomes one of integers",
    before:
      "CREATE TABLE t (k REAL PRIMARY KEY, a) WITHOUT ROWID; INSERT INTO t VALUES (1, 'a'), (-2.0, 'b');",
    ups: [rebuild("k INTEGER PRIMARY KEY NOT NULL, a", "SELECT * FROM t", "t", " WITHOUT ROWID")],
    ends: "clean",
  },
  {
    name: "an integer that no real holds, in a table that becomes WITHOUT ROWID",
    before:
      "CREATE TABLE t (id TEXT PRIMARY KEY, x INTEGER); INSERT INTO t VALUES ('a', 9223372036854775807), ('b', 7);",
    ups: [rebuild("id TEXT PRIMARY KEY, x REAL", "SELECT * FROM t", "t", " WITHOUT ROWID")],
    ends: { kept: /^lost +t: x in 1 row /m },
  },
  {
    name: "a foreign key to a table that never was, after a rebuild",
    before: "CREATE TABLE t (id INTEGER PRIMARY KEY, u REFERENCES nowhere);",
    ups: [rebuild("id INTEGER PRIMARY KEY, u INTEGER REFERENCES never", "SELECT * FROM t", "t")],
    ends: "clean",
  },
  {
    name: "a view that the script writes anew, so that it does not compile",
    before: `${USERS} CREATE VIEW v AS SELECT email FROM users;`,
    ups: ["DROP VIEW v; CREATE VIEW v AS SELECT missing FROM users;"],
    ends: { kept: /^lost +view "v" no longer compiles/m },
  },
  {
    name: "a trigger and a view on a view that the script writes anew, so that none compiles",
    before: `${USERS} CREATE VIEW v AS SELECT email FROM users;
      CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN SELECT 1; END; CREATE VIEW w AS SELECT * FROM v;`,
    ups: [
      `DROP VIEW v; CREATE VIEW v AS SELECT missing FROM users;
       CREATE TRIGGER g INSTEAD OF INSERT ON v BEGIN SELECT 1; END;`,
    ],
    ends: {
      kept:
        /^lost +trigger "g" no longer compiles(.*\n)*.*view "v" no longer compiles(.*\n)*.*view "w" no longer compiles/m,
    },
  },
  {
    name: "AUTOINCREMENT that a hand added",
    before: USERS,
    byHand:
      `DROP TABLE users; CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT, n INTEGER);`,
    ups: [rebuild(COLUMNS, "SELECT * FROM users")],
    ends: { refused: /^ *table "users": it is no longer AUTOINCREMENT\n *Revision/m },
  },
  {
    name: "an FTS5 index of another table's rows that is made anew with other columns",
    before:
      `CREATE TABLE notes (id INTEGER PRIMARY KEY, body TEXT); INSERT INTO notes VALUES (1, 'red');
      CREATE VIRTUAL TABLE found USING fts5(body, content=notes, content_rowid=id);
      INSERT INTO found (found) VALUES ('rebuild');`,
    ups: [
      `ALTER TABLE notes RENAME COLUMN body TO text;
       CREATE VIRTUAL TABLE n USING fts5(text, content=notes, content_rowid=id);
       INSERT INTO n (n, rank) SELECT k, v FROM found_config WHERE k <> 'version';
       INSERT INTO n (n) VALUES ('rebuild'); DROP TABLE found; ALTER TABLE n RENAME TO found;`,
    ],
    ends: "clean",
  },
  {
    name: "a view of a column whose name has dots and quotes, which a rebuild drops",
    before: `CREATE TABLE t (id INTEGER PRIMARY KEY, "a.b" TEXT, "c ""d""" TEXT);
      CREATE VIEW v AS SELECT "a.b" FROM t; CREATE VIEW w AS SELECT t."c ""d""" FROM t;`,
    ups: [
      `DROP VIEW v; DROP VIEW w; ${rebuild("id INTEGER PRIMARY KEY", "(id) SELECT id FROM t", "t")}
       CREATE VIEW v AS SELECT "a.b" FROM t; CREATE VIEW w AS SELECT t."c ""d""" FROM t;`,
    ],
    ends: { kept: /^lost +view "v" no longer compiles(.*\n)*.*view "w" no longer compiles/m },
  },
  {
    name: "columns that a copy through WITH takes by position",
    before: USERS,
    byHand: `DROP TABLE users; CREATE TABLE users (id INTEGER PRIMARY KEY, n INTEGER, email TEXT);
      INSERT INTO users VALUES (1, 1, 'a');`,
    ups: [
      `CREATE TABLE c (${COLUMNS}); WITH o AS (SELECT * FROM users) INSERT INTO c SELECT * FROM o;
       DROP TABLE users; ALTER TABLE c RENAME TO users;`,
    ],
    ends: { refused: /values of column "email" have changed/ },
  },
  {
    name: "a rebuild through WITH that keeps all",
    before: USERS,
    ups: [
      `CREATE TABLE c (${COLUMNS});
       WITH RECURSIVE o(a, b, c) AS NOT MATERIALIZED (SELECT id, email, n FROM users), two AS (SELECT 2)
       INSERT INTO c (id, email, n) SELECT a, b, c FROM o;
       DROP TABLE users; ALTER TABLE c RENAME TO users;`,
    ],
    ends: "clean",
  },
  {
    name: "a unique index whose collation no other index has",
    before: `${USERS} CREATE UNIQUE INDEX i ON users (email COLLATE NOCASE);`,
    ups: [rebuild(COLUMNS.replace("TEXT", "TEXT UNIQUE"), "SELECT * FROM users")],
    ends: { refused: /index "i" is gone/ },
  },
  {
    name: "indexes that come back under other names, or as a UNIQUE",
    before:
      `${USERS} CREATE INDEX i ON users (lower(email)) WHERE n > 0; CREATE INDEX j ON users (n);
      CREATE INDEX k ON users (id);`,
    ups: [
      `${rebuild(COLUMNS.replace("n INTEGER", "n INTEGER UNIQUE"), "SELECT * FROM users")}
       CREATE INDEX other ON users (LOWER(email)) WHERE n>0;`,
    ],
    ends: "clean",
  },
  {
    name: "an index on an expression and one with a condition whose column goes",
    before:
      `${USERS} CREATE INDEX i ON users (lower(email)); CREATE INDEX j ON users (n) WHERE email > '';`,
    ups: [rebuild("id INTEGER PRIMARY KEY, n INTEGER", "(id, n) SELECT id, n FROM users")],
    ends: { kept: /^lost +users: email in 2 rows/m },
  },
  {
    name: "a trigger that changes what the copy has taken, and is dropped",
    before: USERS,
    ups: [
      `CREATE TABLE n (${COLUMNS});
       CREATE TRIGGER g AFTER INSERT ON n BEGIN UPDATE n SET email = NULL WHERE id = new.id; END;
       INSERT INTO n (id, email, n) SELECT id, email, n FROM users; DROP TRIGGER g;
       DROP TABLE users; ALTER TABLE n RENAME TO users;`,
    ],
    ends: { refused: /2 of 3 values of column "email" have changed/ },
  },
  {
    name: "a copy that chooses every row",
    before: USERS,
    ups: [
      rebuild(
        COLUMNS,
        "(id, email, n) SELECT DISTINCT id, email, n FROM users WHERE id > 0 ORDER BY n LIMIT 9",
      ),
    ],
    ends: "clean",
  },
  {
    name: "a copy that chooses some rows",
    before: USERS,
    ups: [rebuild(COLUMNS, "(id, email, n) SELECT id, email, n FROM users WHERE email <> 'a'")],
    ends: { refused: /2 of 3 rows are gone, and no DELETE names it/ },
  },
  {
    name: "a row that a UNION puts in place of a lost one",
    before: USERS,
    ups: [
      rebuild(
        COLUMNS,
        "(id, email, n) SELECT id, email, n FROM users WHERE id < 3 UNION ALL SELECT 3, 'x', 4",
      ),
    ],
    ends: { refused: /1 of 3 values of column "n" have changed/ },
  },
  {
    name: "words of two FTS5 indexes without content",
    before:
      `CREATE VIRTUAL TABLE f USING fts5(x, content=''); INSERT INTO f (rowid, x) VALUES (3, 'red');
       CREATE VIRTUAL TABLE g USING fts5(x, content=''); INSERT INTO g (rowid, x) VALUES (3, 'blue');`,
    ups: [
      `CREATE VIRTUAL TABLE n USING fts5(x, content=''); INSERT INTO n (rowid, x) SELECT rowid, x FROM f;
       DROP TABLE f; ALTER TABLE n RENAME TO f; INSERT INTO g (g) VALUES ('optimize');`,
    ],
    ends: { kept: /^lost +index f: 1 word/m },
  },
  {
    name: "words that a trigger of the script takes from an FTS5 index",
    before: `CREATE TABLE notes (body); INSERT INTO notes VALUES ('red'); CREATE TABLE other (a);
       CREATE VIRTUAL TABLE found USING fts5(body, content=notes); INSERT INTO found (found) VALUES ('rebuild');`,
    ups: [
      `CREATE TEMP TRIGGER own AFTER INSERT ON other BEGIN DELETE FROM found; END;
       INSERT INTO other VALUES (1); DROP TRIGGER own;`,
    ],
    ends: { kept: /^lost +index found: 1 word/m },
  },
  {
    name: "a view with a string in double quotes whose table is dropped",
    before: USERS,
    byHand: `CREATE VIEW v AS SELECT email FROM users WHERE email <> "legacy";`,
    ups: ["CREATE TABLE archive AS SELECT * FROM users; DROP TABLE users;"],
    ends: { kept: /^lost +view "v" no longer compiles/m },
  },
  {
    name: "an UPDATE of an FTS5 index of another table's rows",
    before:
      "CREATE TABLE notes (body); INSERT INTO notes VALUES ('red'); CREATE VIRTUAL TABLE found USING fts5(body, content=notes); INSERT INTO found (found) VALUES ('rebuild');",
    ups: ["UPDATE found SET body = NULL;"],
    ends: { kept: /^lost +index found: 1 word/m },
  },
  {
    name: "a constraint that a hand added to a column whose name changes places",
    before: "CREATE TABLE t (a TEXT PRIMARY KEY NOT NULL, b TEXT);",
    byHand: "DROP TABLE t; CREATE TABLE t (a TEXT PRIMARY KEY NOT NULL, b TEXT NOT NULL);",
    ups: [
      `${
        rebuild(
          "a TEXT PRIMARY KEY NOT NULL, b TEXT",
          "(rowid, a, b) SELECT rowid, a, b FROM t",
          "t",
        )
      }
       ALTER TABLE t RENAME COLUMN a TO c; ALTER TABLE t RENAME COLUMN b TO a; ALTER TABLE t RENAME COLUMN c TO b;`,
    ],
    ends: { refused: /NOT NULL of column "b" is gone/ },
  },
  {
    name: "a rename of a column that an FTS5 table reads",
    before:
      "CREATE TABLE notes (body); CREATE VIRTUAL TABLE found USING fts5(body, content=notes);",
    ups: ["ALTER TABLE notes RENAME COLUMN body TO words;"],
    ends: { refused: /virtual table "found" can no longer be read: no such column: T\.body/ },
  },
  {
    name: "the table that a renamed FTS5 table reads",
    before:
      "CREATE TABLE notes (body); CREATE VIRTUAL TABLE found USING fts5(body, content=notes);",
    ups: ["ALTER TABLE found RENAME TO seek; DROP TABLE notes;"],
    ends: { kept: /^lost +virtual table "seek" can no longer be read/m },
  },
  {
    name: "the table that an FTS5 table reads",
    before:
      "CREATE TABLE notes (body); CREATE VIRTUAL TABLE found USING fts5(body, content=notes);",
    ups: ["DROP TABLE notes;"],
    ends: {
      kept: /^lost +virtual table "found" can no longer be read: no such table: main\.notes/m,
    },
  },
];

async function prepared(each: LossCase, journal: string): Promise<RunProject> {
  const project = runProject();
  project.add("a1", each.before);
  await project.prepare("upgrade");
  await project.sql(`PRAGMA journal_mode = ${journal}; ${each.byHand ?? ""}`);
  each.ups.forEach((up, at) => project.add(`b${at + 1}`, up));
  return project;
}

/** The content, without what tells when something ran. */
async function content(project: RunProject): Promise<string> {
  return (await project.sql(".dump")).split("\n").filter((line) => !line.includes("aludel_"))
    .join("\n");
}

for (const journal of ["wal", "delete"]) {
  for (const transaction of ["all", "each"]) {
    for (const each of CASES) {
      if (transaction === "each" && each.ups.length === 1) continue;
      Deno.test(`what a run loses (${journal}, ${transaction}): ${each.name}`, async () => {
        using project = await prepared(each, journal);
        const before = await content(project);
        const run = await project.aludel("upgrade", "--transaction", transaction);
        if (each.ends === "clean") {
          assert.equal(run.code, 0, run.stderr);
          assert.doesNotMatch(run.stderr, /^(?:lost|kept)/m);
          return;
        }
        if ("refused" in each.ends) {
          assert.equal(run.code, 1, run.stderr);
          assert.match(run.stderr, /error\[data-loss\]/);
          assert.match(run.stderr, each.ends.refused);
          assert.equal(await content(project), before);
          return;
        }
        assert.equal(run.code, 0, run.stderr);
        assert.match(run.stderr, each.ends.kept);
        const [, point] = /\(kept (\S+)\)/.exec(run.stderr)!;
        await project.done("restore", point!);
        assert.equal(await content(project), before);
      });
    }
  }
}

Deno.test("a run whose changes do not fit into memory begins again behind a copy, which goes if nothing is lost", async () => {
  using project = runProject();
  project.write("aludel.json", JSON.stringify({ database: "app.db", comparisonMemory: 1 }));
  project.add(
    "a1",
    `CREATE TABLE t (id INTEGER PRIMARY KEY, a TEXT);
     INSERT INTO t WITH n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 40000)
     SELECT i, hex(randomblob(40)) FROM n;`,
  );
  await project.prepare("upgrade");
  project.add("a2", "UPDATE t SET a = a || '';");
  await project.done("upgrade");
  assert.equal(await project.sql("SELECT count(*) FROM aludel_revision"), "2");
  const { points } = JSON.parse(await project.prepare("backup", "list", "--json"));
  assert.deepEqual(points, []);
  project.add("a3", "UPDATE t SET a = 'x';");
  const { stderr } = await project.fails(0, "upgrade");
  assert.match(stderr, /^lost +t: a in 40,000 rows/m);
  const [, point] = /\(kept (\S+)\)/.exec(stderr)!;
  await project.done("restore", point!);
  assert.equal(await project.sql("SELECT count(*) FROM t WHERE a = 'x'"), "0");
});

Deno.test("--json has what was lost in numbers, and allow-loss keeps what it lets go", async () => {
  using project = runProject();
  project.add("a1", USERS);
  await project.prepare("upgrade");
  project.add(
    "a2",
    `-- aludel: allow-loss=users they are asked again\n${
      rebuild(COLUMNS, "(id, n) SELECT id, n FROM users WHERE id < 3")
    }`,
  );
  const answer = JSON.parse(await project.prepare("upgrade", "--json"));
  assert.deepEqual(answer.lost, [{ table: "users", rows: 1, columns: { email: 2 }, rowids: 0 }]);
  assert.equal(answer.restorePoints.length, 1);
});
