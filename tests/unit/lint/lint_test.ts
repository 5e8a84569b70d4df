import assert from "node:assert/strict";
import { say } from "../../../src/text/next_step.ts";
import { LINT_GROUPS } from "../../../src/lint/lint.ts";
import { lintRevision } from "../../../src/proof/lint_revisions.ts";
import { memoryReplay } from "../../fixtures/memory_replay.ts";

/** A revision on top of another one, and what lint says of it: codes, each with the script that it is found in. */
interface Case {
  readonly name: string;
  readonly before?: string;
  readonly up: string;
  /** null: there is no down.sql. Left out: one that names everything. */
  readonly down?: string | null;
  readonly rows?: number;
  readonly found: readonly string[];
}

const USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, name TEXT);\n";
const POSTS =
  "CREATE TABLE posts (id INTEGER PRIMARY KEY, author REFERENCES users (id) ON DELETE CASCADE);\n";
const COPY = "CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT, name TEXT);\n" +
  "INSERT INTO new_users SELECT id, email, name FROM users;\nDROP TABLE users;\n";
const RENAME = "ALTER TABLE new_users RENAME TO users;\n";
const LEGACY = "PRAGMA legacy_alter_table=on;\n" + RENAME + "PRAGMA legacy_alter_table=off;\n";

const SWAP = COPY.replace("DROP TABLE users;\n", "PRAGMA legacy_alter_table=on;\n") +
  "ALTER TABLE users RENAME TO old_users;\nALTER TABLE new_users RENAME TO users;\n" +
  "PRAGMA legacy_alter_table=off;\nDROP TABLE old_users;\n";

const CASES: readonly Case[] = [
  // What is fine.
  { name: "a new table", up: USERS, found: [] },
  { name: "a plain new column", before: USERS, up: "ALTER TABLE users ADD age INT;", found: [] },
  {
    name: "a NOT NULL column with a default",
    before: USERS,
    up: "ALTER TABLE users ADD age INT NOT NULL DEFAULT 0;",
    found: [],
  },
  { name: "a whole rebuild", before: USERS, up: COPY + RENAME, found: [] },
  {
    name: "an index that a UNIQUE covers after a rebuild",
    before: `${USERS}CREATE INDEX by_email ON users (email);`,
    up: (COPY + RENAME).replace("email TEXT", "email TEXT UNIQUE"),
    found: [],
  },
  {
    name: "an expression index that comes back under another name",
    before: `${USERS}CREATE INDEX a ON users (lower(email)) WHERE name > '';`,
    up: `${COPY}${RENAME}CREATE INDEX b ON users ( LOWER("email") ) WHERE "name">'';`,
    down: "DROP INDEX b; CREATE INDEX a ON users (lower(email)) WHERE name > '';",
    found: [],
  },
  {
    name: "work on a table of its own",
    up: `${USERS}ALTER TABLE users ADD age INT NOT NULL; CREATE UNIQUE INDEX u ON users (email);
         DELETE FROM users; DROP TABLE users; ${USERS}`,
    found: [],
  },
  {
    name: "a new column that is filled",
    before: USERS,
    up: "ALTER TABLE users ADD age INT; UPDATE users SET age = length(coalesce(name, '(,)')) + 1;",
    found: [],
  },
  {
    name: "functions that SQLite has",
    before: USERS,
    up:
      `CREATE INDEX i ON users (lower(email)); CREATE TABLE t (x VARCHAR(20), y DECIMAL(10, 2) CHECK (sqrt(y) > 1));
         WITH old(id) AS (SELECT u.id FROM users u JOIN t ON abs(y) = u.id) DELETE FROM users WHERE id IN (SELECT id FROM old);`,
    down: "DROP TABLE t; DROP INDEX i;",
    found: [],
  },
  {
    name: "functions that SQLite does not have",
    before: USERS,
    up: `CREATE TABLE t (x TEXT CHECK (x REGEXP 'a'), y DEFAULT (uuid()));
         CREATE VIEW v AS SELECT app_only(name) FROM users;`,
    down: `DROP VIEW v; DROP TABLE t; UPDATE users SET name = unaccent(name) WHERE id = 1;`,
    found: ["function-missing", "down function-missing"],
  },
  {
    name: "a merge without SQL",
    before: USERS,
    up: "-- nothing\n",
    down: null,
    found: [],
  },
  {
    name: "a temporary table",
    before: USERS,
    up: "CREATE TEMP TABLE t AS SELECT * FROM users; DROP TABLE temp.t; CREATE TABLE kept (a);",
    down: "DROP TABLE kept;",
    found: [],
  },
  // Lost data.
  { name: "a drop", before: USERS, up: "DROP TABLE users;", found: ["drop-table"] },
  {
    name: "a drop and a create without a copy, which takes an index and a trigger along",
    before: `${USERS}CREATE INDEX i ON users (email);
      CREATE TRIGGER g AFTER INSERT ON users BEGIN SELECT 1; END;`,
    up: `DROP TABLE users; ${USERS} INSERT INTO users VALUES (1, 'a', 'b');`,
    found: ["drop-table"],
  },
  {
    name: "an index with a collation that a UNIQUE of another one does not cover",
    before: `${USERS}CREATE UNIQUE INDEX i ON users (email COLLATE NOCASE);`,
    up: (COPY + RENAME).replace("email TEXT", "email TEXT UNIQUE"),
    found: ["lost-index"],
  },
  { name: "a drop of nothing", up: "DROP TABLE IF EXISTS stale;", found: [] },
  {
    name: "a dropped column",
    before: USERS,
    up: "ALTER TABLE users DROP COLUMN name;",
    found: ["drop-column"],
  },
  {
    name: "a narrowing rebuild",
    before: USERS,
    up: `CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT);
         INSERT INTO new_users SELECT id, email FROM users; DROP TABLE users; ${RENAME}`,
    found: ["rebuild-drops-column"],
  },
  {
    name: "a rebuild whose column goes elsewhere",
    before: USERS,
    up: `CREATE TABLE names (name); INSERT INTO names SELECT name FROM users;
         CREATE TABLE new_users (id INTEGER PRIMARY KEY, email TEXT);
         INSERT INTO new_users SELECT id, email FROM users; DROP TABLE users; ${RENAME}`,
    found: [],
  },
  { name: "DELETE", before: USERS, up: "DELETE FROM users;", found: ["delete-all"] },
  { name: "DELETE with WHERE", before: USERS, up: "DELETE FROM users WHERE id = 1;", found: [] },
  { name: "UPDATE", before: USERS, up: "UPDATE users SET name = '';", found: ["update-all"] },
  // What rows forbid.
  {
    name: "NOT NULL",
    before: USERS,
    up: "ALTER TABLE users ADD age INT NOT NULL;",
    found: ["add-not-null"],
  },
  {
    name: "NOT NULL in the down",
    before: "CREATE TABLE users (id INTEGER PRIMARY KEY, age INT NOT NULL);",
    up: "ALTER TABLE users DROP COLUMN age;",
    down: "ALTER TABLE users ADD age INT NOT NULL;",
    found: ["drop-column", "down add-not-null"],
  },
  {
    name: "the time of day as default",
    before: USERS,
    up: "ALTER TABLE users ADD COLUMN at TEXT DEFAULT CURRENT_TIMESTAMP;",
    found: ["add-default"],
  },
  {
    name: "an expression as default",
    before: USERS,
    up: "ALTER TABLE users ADD COLUMN at TEXT DEFAULT (datetime('now'));",
    found: ["add-default"],
  },
  {
    name: "STORED",
    before: USERS,
    up: "ALTER TABLE users ADD COLUMN twice AS (2) STORED;",
    found: ["add-stored"],
  },
  {
    name: "a CHECK against its default",
    before: USERS,
    up: "ALTER TABLE users ADD COLUMN age INT DEFAULT 0 CHECK (age > 0);",
    found: ["default-check"],
  },
  {
    name: "UNIQUE",
    before: USERS,
    up: "ALTER TABLE users ADD COLUMN code TEXT UNIQUE;",
    // It never runs, so the replay stops there as well.
    found: ["add-unique"],
  },
  {
    name: "REFERENCES with a default",
    before: USERS,
    up: "ALTER TABLE users ADD COLUMN boss INT DEFAULT 1 REFERENCES users (id);",
    found: ["add-references"],
  },
  {
    name: "a unique index",
    before: USERS,
    up: "CREATE UNIQUE INDEX users_email ON users (email);",
    found: ["unique-index"],
  },
  {
    name: "a unique index after duplicates went",
    before: USERS,
    up: "DELETE FROM users WHERE id NOT IN (SELECT min(id) FROM users GROUP BY email);\n" +
      "CREATE UNIQUE INDEX users_email ON users (email);",
    found: [],
  },
  {
    name: "constraints on rows",
    before: USERS,
    up: `ALTER TABLE users ADD CONSTRAINT named CHECK (name <> '');
         ALTER TABLE users ALTER COLUMN email SET NOT NULL;`,
    down: "ALTER TABLE users DROP CONSTRAINT named;",
    found: ["add-check", "set-not-null"],
  },
  // Foreign keys.
  {
    name: "a parent that goes",
    before: USERS + POSTS,
    up: "DROP TABLE users;",
    found: ["drop-parent", "drop-table"],
  },
  {
    name: "parent and child that go",
    before: USERS + POSTS,
    up: "DROP TABLE posts; DROP TABLE users;",
    found: ["drop-table", "drop-table"],
  },
  {
    name: "a rebuild in the wrong order",
    before: USERS + POSTS,
    up: `ALTER TABLE users RENAME TO old_users; ${USERS}
         INSERT INTO users SELECT id, email, name FROM old_users; DROP TABLE old_users;`,
    found: ["rebuild-order"],
  },
  {
    name: "a table whose children follow it to another name",
    before: USERS + POSTS,
    up: "ALTER TABLE users RENAME TO people; CREATE TABLE users (id TEXT PRIMARY KEY);",
    down: "DROP TABLE users; ALTER TABLE people RENAME TO users;",
    found: [],
  },
  {
    name: "a DELETE that does not cascade",
    before: USERS + POSTS,
    up: "DELETE FROM users WHERE name IS NULL;",
    found: ["delete-parent"],
  },
  {
    name: "a DELETE that cascades",
    before: USERS + POSTS,
    up: "-- aludel: foreign-keys=on\nDELETE FROM users WHERE name IS NULL;",
    found: [],
  },
  // Rebuilds.
  {
    name: "an index that is forgotten",
    before: USERS + "CREATE INDEX by_name ON users (name);",
    up: COPY + RENAME,
    found: ["lost-index"],
  },
  {
    name: "an index that is dropped",
    before: USERS + "CREATE INDEX by_name ON users (name);",
    up: "DROP INDEX by_name;\n" + COPY + RENAME,
    found: [],
  },
  {
    name: "a trigger that is forgotten",
    before: USERS + "CREATE TRIGGER t AFTER INSERT ON users BEGIN SELECT 1; END;",
    up: COPY + RENAME,
    found: ["lost-trigger"],
  },
  {
    name: "AUTOINCREMENT that is forgotten",
    before: "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email, name);",
    up: COPY + RENAME,
    found: ["lost-autoincrement"],
  },
  {
    name: "a sequence that is not carried over",
    before: "CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email, name);",
    up: COPY.replace("PRIMARY KEY", "PRIMARY KEY AUTOINCREMENT") + RENAME,
    found: ["lost-sequence"],
  },
  {
    name: "rowids that are not copied",
    before: "CREATE TABLE users (email, name);",
    up: `CREATE TABLE new_users (email, name);
         INSERT INTO new_users SELECT email, name FROM users; DROP TABLE users; ${RENAME}`,
    found: ["lost-rowids"],
  },
  {
    name: "rowids that are copied",
    before: "CREATE TABLE users (email, name);",
    up: `CREATE TABLE new_users (email, name);
         INSERT INTO new_users (rowid, email, name) SELECT rowid, email, name FROM users;
         DROP TABLE users; ${RENAME}`,
    found: [],
  },
  {
    name: "losses that are meant",
    before: "CREATE TABLE users (email, name); CREATE INDEX by_name ON users (name);",
    up: `-- aludel: allow-loss=users nobody holds rowids
         -- aludel: allow-loss=by_name it was never used
         CREATE TABLE new_users (email, name);
         INSERT INTO new_users SELECT email, name FROM users; DROP TABLE users; ${RENAME}`,
    found: [],
  },
  {
    name: "a rebuild that renames the old table away, as autogenerate writes it",
    before: `${USERS}${POSTS}CREATE VIEW v AS SELECT name FROM users;
             CREATE TRIGGER t AFTER INSERT ON posts BEGIN UPDATE users SET name = ''; END;`,
    up: SWAP,
    found: [],
  },
  {
    name: "an index that is forgotten in such a rebuild",
    before: USERS + "CREATE INDEX by_name ON users (name);",
    up: SWAP,
    found: ["lost-index"],
  },
  {
    name: "a table that is dropped under another name",
    before: USERS,
    up: "ALTER TABLE users RENAME TO old_users; DROP TABLE old_users;",
    found: ["drop-table"],
  },
  {
    name: "a down that rebuilds what the up altered",
    before: USERS,
    up: "ALTER TABLE users ADD COLUMN size INT;",
    down: SWAP,
    found: [],
  },
  // Renames.
  {
    name: "a view in the way of a rename",
    before: USERS + "CREATE VIEW v AS SELECT name FROM users;",
    up: COPY + RENAME,
    found: ["rename-blocked"],
  },
  {
    name: "a view and the legacy rename",
    before: USERS + "CREATE VIEW v AS SELECT name FROM users;",
    up: COPY + LEGACY,
    found: [],
  },
  {
    name: "a renamed column of a view",
    before: USERS + "CREATE VIEW v AS SELECT name FROM users;",
    up: "ALTER TABLE users RENAME COLUMN name TO title;",
    found: ["rename-used"],
  },
  {
    name: "a renamed column of no view",
    before: USERS + "CREATE VIEW v AS SELECT name FROM users;",
    up: "ALTER TABLE users RENAME COLUMN email TO mail;",
    found: [],
  },
  // Downgrades.
  { name: "no down", up: USERS, down: null, found: ["no-down"] },
  { name: "an empty down", up: USERS, down: "-- later\n", found: ["down empty-down"] },
  { name: "an empty down that has nothing to undo", up: "ANALYZE; REINDEX;", down: "", found: [] },
  {
    name: "a down that forgets",
    before: USERS,
    up: "CREATE TABLE a (x); CREATE INDEX i ON users (name); ALTER TABLE users ADD y;",
    down: "DROP TABLE a;",
    found: ["down down-incomplete", "down down-incomplete"],
  },
  {
    name: "a rebuild that creates an index again, and a down without a rebuild",
    before: USERS + "CREATE INDEX i ON users (name);",
    up: SWAP + "CREATE INDEX i ON users (name);",
    down: "ALTER TABLE users ADD COLUMN again;",
    found: [],
  },
  {
    name: "a rebuild that drops the table first, and a down without a rebuild",
    before: USERS + "CREATE INDEX i ON users (name);",
    up: COPY + LEGACY + "CREATE INDEX i ON users (name);",
    down: "ALTER TABLE users ADD COLUMN again;",
    found: [],
  },
  {
    name: "a rebuild and an index of another table that the down forgets",
    before: USERS + "CREATE TABLE other (x);",
    up: COPY + LEGACY + "CREATE INDEX i ON other (x);",
    down: "ALTER TABLE users ADD COLUMN again;",
    found: ["down down-incomplete"],
  },
  // What is not the same everywhere.
  {
    name: "IF NOT EXISTS",
    up: "CREATE TABLE IF NOT EXISTS a (x); CREATE UNIQUE INDEX IF NOT EXISTS i ON a (x);",
    found: ["if-not-exists", "if-not-exists"],
  },
  {
    name: "chance",
    before: USERS,
    up: `INSERT INTO users (name) VALUES (hex(randomblob(4)));
         INSERT INTO users (name) VALUES (CURRENT_DATE);
         INSERT INTO users (name) VALUES (datetime());
         INSERT INTO users (name) VALUES (strftime('%Y', 'now'));
         INSERT INTO users (name) SELECT date(email) || 'now' FROM users;`,
    found: Array(4).fill("nondeterministic"),
  },
  {
    name: "chance in a default and a trigger",
    up: `CREATE TABLE a (at DEFAULT CURRENT_TIMESTAMP);
         CREATE TRIGGER t AFTER UPDATE ON a BEGIN UPDATE a SET at = datetime('now'); END;`,
    found: [],
  },
  // Work.
  {
    name: "a file that needs more than it says",
    before: USERS,
    up: "-- aludel: sqlite>=3.31\nUPDATE users SET name = iif(id > 1_000, 'a', 'b') WHERE id > 7;",
    found: ["newer-sqlite", "newer-sqlite"],
  },
  {
    name: "a file that says what it needs",
    before: USERS,
    up: "-- aludel: sqlite>=3.46\nUPDATE users SET name = iif(id > 1_000, 'a', 'b') WHERE id > 7;",
    found: [],
  },
  {
    name: "columns dropped one by one",
    before: USERS,
    up: "ALTER TABLE users DROP COLUMN name; ALTER TABLE users DROP COLUMN email;",
    found: ["drop-column", "repeated-rewrites", "drop-column"],
  },
  {
    name: "an index on a large table",
    before: USERS,
    up: "CREATE INDEX by_name ON users (name);",
    rows: 2_000_000,
    found: ["large-table"],
  },
  {
    name: "an index on a small table",
    before: USERS,
    up: "CREATE INDEX by_name ON users (name);",
    rows: 2_000,
    found: [],
  },
  // Suppression.
  {
    name: "a finding that is meant",
    before: USERS,
    up: "-- aludel: ignore=drop-table nobody reads it\nDROP TABLE users;",
    found: [],
  },
  {
    name: "an ignore too many",
    up:
      `-- aludel: ignore=drop-table nobody reads it\n-- aludel: ignore=no-such-rule whatever\n${USERS}`,
    found: ["unused-ignore", "unused-ignore"],
  },
  // What a run would refuse.
  { name: "COMMIT", up: "CREATE TABLE a (x); COMMIT;", found: ["sql-transaction-control"] },
  {
    name: "a pragma without effect",
    up: "PRAGMA foreign_keys=off; CREATE TABLE a (x);",
    found: ["sql-pragma"],
  },
];

async function codesOf({ before, up, down, rows }: Case): Promise<string[]> {
  const everything =
    "-- names it all\nDROP TABLE a; SELECT 'users', 'kept', 'names', 'new_users'," +
    " 'i', 'u', 't', 'by_name', 'users_email', 'age', 'at', 'twice', 'boss', 'code';\n";
  const tree = memoryReplay([
    { id: "a1", up: before ?? "-- nothing\n" },
    { id: "b1", up, ...(down !== null && { down: down ?? everything }) },
  ]);
  const { findings } = await lintRevision("b1", { tree, rows: () => Promise.resolve(rows) });
  return findings.filter(({ code }) => code !== "replay-failed").map(({ code, place }) =>
    place?.file.endsWith("down.sql") ? `down ${code}` : code
  );
}

for (const one of CASES) {
  Deno.test(`lint() judges ${one.name}`, async () => {
    assert.deepEqual(await codesOf(one), one.found);
  });
}

Deno.test("lint() has a case for every rule", () => {
  const seen = new Set(CASES.flatMap(({ found }) => found.map((code) => code.split(" ").at(-1))));
  const missing = LINT_GROUPS.flatMap(({ rules }) => Object.keys(rules)).filter((code) =>
    !seen.has(code)
  );
  assert.deepEqual(missing, []);
});

Deno.test("lintRevision() points at the statement and tells what to do", async () => {
  const tree = memoryReplay([
    { id: "a1", up: USERS },
    { id: "b1", up: "-- goes\nDROP TABLE users;\n", down: USERS },
  ]);
  const { findings } = await lintRevision("b1", {
    tree,
    rows: () => Promise.resolve(undefined),
  });
  assert.deepEqual(findings, [{
    level: "warning",
    code: "drop-table",
    message: "The rows of users are lost",
    revision: "b1",
    place: {
      file: "migrations/b1/up.sql",
      line: 2,
      column: 1,
      frame: "2 | DROP TABLE users;\n  | ^",
    },
    notes: [],
    next: [say("Copy the rows first, or say why they are no longer needed")],
  }]);
});

Deno.test("lintRevision() tells that a revision cannot be replayed, of that revision alone", async () => {
  const tree = memoryReplay([
    { id: "a1", up: "DROP TABLE missing;", down: "" },
    { id: "b1", up: "DROP TABLE missing;", down: "SELECT 'missing';" },
  ]);
  const request = { tree, rows: () => Promise.resolve(undefined) };
  const codes = async (id: string) =>
    (await lintRevision(id, request)).findings.map(({ code }) => code);
  assert.ok((await codes("a1")).includes("replay-failed"));
  assert.ok(!(await codes("b1")).includes("replay-failed"));
});
