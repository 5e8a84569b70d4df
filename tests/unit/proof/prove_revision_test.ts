import assert from "node:assert/strict";
import { type Proof, proveRevision } from "../../../src/proof/proof.ts";
import type { MemoryRevision } from "../../fixtures/memory_project.ts";
import { memoryReplay } from "../../fixtures/memory_replay.ts";

const BEFORE = `
  CREATE TABLE users (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT, name TEXT NOT NULL);
  CREATE TABLE posts (id INTEGER PRIMARY KEY, author REFERENCES users (id) ON DELETE CASCADE);
  CREATE TABLE notes (text);
  CREATE TABLE codes (code TEXT PRIMARY KEY NOT NULL, meaning);`;

/** Makes the table `codes` anew. */
const CODES = (end: string, meaning = "meaning") =>
  `CREATE TABLE n (code TEXT PRIMARY KEY NOT NULL, meaning) ${end};
   INSERT INTO n SELECT code, ${meaning} FROM codes ORDER BY code;
   DROP TABLE codes; ALTER TABLE n RENAME TO codes;`;

/** Proves a revision on top of BEFORE. */
async function proofOf(revision: Omit<MemoryRevision, "id">): Promise<Proof> {
  const replay = memoryReplay([{ id: "a1", up: BEFORE, down: "" }, { id: "b1", ...revision }]);
  return await proveRevision("b1", replay);
}

/** The verdict as one line. */
function line({ verdict }: Proof): string {
  switch (verdict.kind) {
    case "lossy":
      return `lossy: ${verdict.losses.join("; ")}`;
    case "fails":
      return `fails ${verdict.stage}: ${verdict.finding.code}`;
    default:
      return verdict.kind;
  }
}

const REBUILD = (columns: string, list: string) =>
  `CREATE TABLE n (${columns}); INSERT INTO n (${list}) SELECT ${list} FROM users;
   UPDATE sqlite_sequence SET seq = (SELECT seq FROM sqlite_sequence WHERE name = 'users') WHERE name = 'n';
   DROP TABLE users; ALTER TABLE n RENAME TO users;`;

const CASES: readonly {
  readonly name: string;
  readonly revision: Omit<MemoryRevision, "id">;
  readonly verdict: string;
}[] = [
  {
    name: "an added column",
    revision: {
      up: "ALTER TABLE users ADD age INT;",
      down: "ALTER TABLE users DROP COLUMN age;",
    },
    verdict: "exact",
  },
  {
    name: "rowids that are given up and come back as others",
    revision: { up: CODES("WITHOUT ROWID"), down: CODES("") },
    verdict: "lossy: rowids of codes in N of N rows",
  },
  {
    name: "rowids and values that are given up",
    revision: {
      up: `-- aludel: allow-loss=codes they are looked up\n${CODES("WITHOUT ROWID", "NULL")}`,
      down: CODES(""),
    },
    verdict: "lossy: rowids of codes in N of N rows; values of codes.meaning in N of N rows",
  },
  {
    name: "rowids that are given up and come back as they were",
    revision: {
      seed: "INSERT INTO codes VALUES ('a', 1), ('b', 2);",
      up: CODES("WITHOUT ROWID"),
      down: CODES(""),
    },
    verdict: "exact",
  },
  {
    name: "a sequence that is given up and comes back as it was",
    revision: {
      seed: "INSERT INTO users (name) VALUES ('x'), ('y');",
      up: `CREATE TABLE n (id INTEGER PRIMARY KEY, email TEXT, name TEXT NOT NULL);
           INSERT INTO n SELECT * FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users;
           -- aludel: allow-loss=users ids may be used again
           `,
      down: `CREATE TABLE n (id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT, name TEXT NOT NULL);
           INSERT INTO n SELECT * FROM users; DROP TABLE users; ALTER TABLE n RENAME TO users;`,
    },
    verdict: "exact",
  },
  {
    name: "a rebuild of a parent",
    revision: {
      up: "-- aludel: allow-loss=users they are asked again\n" + REBUILD(
        "id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT NOT NULL DEFAULT '', name TEXT",
        "id, name",
      ),
      down: REBUILD(
        "id INTEGER PRIMARY KEY AUTOINCREMENT, email TEXT, name TEXT NOT NULL",
        "id, email, name",
      ),
    },
    verdict: "lossy: values of users.email in N of N rows",
  },
  {
    name: "a down that forgets a sequence",
    revision: {
      up: "SELECT 1; DELETE FROM users WHERE id = 'none';",
      down: "UPDATE sqlite_sequence SET seq = 1 WHERE name = 'users';",
    },
    verdict: "lossy: the sequence of users fell from N to 1; " +
      "rows of users that up.sql deletes and down.sql does not give back",
  },
  {
    name: "a dropped column",
    revision: {
      up: "ALTER TABLE users DROP COLUMN email;",
      down: "ALTER TABLE users ADD email TEXT;",
    },
    verdict: "lossy: values of users.email in N of N rows",
  },
  {
    name: "a dropped table",
    revision: { up: "DROP TABLE notes;", down: "CREATE TABLE notes (text);" },
    verdict: "lossy: 12 of 12 rows of notes",
  },
  {
    name: "rows that a down leaves behind",
    revision: { up: "INSERT INTO notes VALUES ('x');", down: "-- nothing\n" },
    verdict: "lossy: notes keeps 1 row more than before",
  },
  { name: "an up without a way back", revision: { up: "DROP TABLE notes;" }, verdict: "one-way" },
  {
    name: "an up that fails on rows alone",
    revision: { up: "ALTER TABLE users ADD age INT NOT NULL;", down: "SELECT 1;" },
    verdict: "fails up: sql-failed",
  },
  {
    name: "an up that always fails",
    revision: { up: "DROP TABLE missing;", down: "SELECT 1;" },
    verdict: "fails up: sql-failed",
  },
  {
    name: "an up that loses rows unsaid",
    revision: {
      up: `CREATE TABLE n (text); INSERT INTO n (rowid, text) SELECT rowid, text FROM notes LIMIT 1;
           DROP TABLE notes; ALTER TABLE n RENAME TO notes;`,
      down: "SELECT 1;",
    },
    verdict: "fails up: data-loss",
  },
  {
    name: "a down that fails on rows alone",
    revision: {
      up: "ALTER TABLE users DROP COLUMN email;",
      down: "ALTER TABLE users ADD email TEXT NOT NULL;",
    },
    verdict: "fails down: sql-failed",
  },
  {
    name: "a down that gives another schema",
    revision: { up: "CREATE TABLE t (x);", down: "CREATE TABLE u (x); DROP TABLE t;" },
    verdict: "fails schema: proof-schema",
  },
  {
    name: "a refused statement",
    revision: { up: "COMMIT;", down: "" },
    verdict: "fails up: sql-transaction-control",
  },
  {
    name: "an assertion that holds",
    revision: {
      up: "ALTER TABLE users ADD age INT DEFAULT 7;",
      asserts: "-- all of them\nSELECT * FROM users WHERE age IS NOT 7;",
    },
    verdict: "one-way",
  },
  {
    name: "an assertion that does not hold",
    revision: { up: "SELECT 1;", asserts: "SELECT name FROM users;" },
    verdict: "fails assert: proof-assert",
  },
  {
    name: "an assertion that changes something",
    revision: { up: "SELECT 1;", asserts: "WITH x AS (SELECT 1) DELETE FROM users;" },
    verdict: "fails assert: proof-assert-statement",
  },
  {
    name: "an assertion that is wrong",
    revision: { up: "SELECT 1;", asserts: "SELECT missing FROM users;" },
    verdict: "fails assert: sql-failed",
  },
  {
    name: "a seed that is wrong",
    revision: { up: "SELECT 1;", seed: "INSERT INTO missing VALUES (1);" },
    verdict: "fails seed: replay-failed",
  },
  {
    name: "rows of a seed",
    revision: {
      up: "ALTER TABLE notes ADD size INT; UPDATE notes SET size = json_extract(text, '$.size');",
      down: "ALTER TABLE notes DROP COLUMN size;",
      seed: `INSERT INTO notes VALUES ('{"size": 3}');`,
      asserts: "SELECT * FROM notes WHERE size IS NOT 3;",
    },
    verdict: "exact",
  },
  {
    name: "a DELETE that cascades",
    revision: {
      up: "-- aludel: foreign-keys=on\nDELETE FROM users WHERE id = 1;",
      down: "-- nothing\n",
      seed: "INSERT INTO users VALUES (1, 'a', 'b'); INSERT INTO posts VALUES (1, 1), (2, NULL);",
      asserts: "SELECT * FROM posts WHERE author IS NOT NULL;",
    },
    verdict: "lossy: 1 of 1 rows of users; 1 of 2 rows of posts",
  },
  {
    name: "work outside a transaction",
    revision: {
      up: "-- aludel: transaction=off\nVACUUM;\nANALYZE;",
      down: "SELECT 1;",
    },
    verdict: "exact",
  },
  {
    name: "a function that only the application has",
    revision: {
      up: "CREATE INDEX i ON users (slug(name));",
      down: "DROP INDEX i;",
    },
    verdict: "fails up: sql-function-missing",
  },
];

for (const { name, revision, verdict } of CASES) {
  Deno.test(`proveRevision() judges ${name}`, async () => {
    const said = line(await proofOf(revision));
    assert.equal(
      said.replaceAll(/\bin \d+ of \d+ rows/g, "in N of N rows").replace(
        /from \d+ to/,
        "from N to",
      ),
      verdict,
    );
  });
}

Deno.test("proveRevision() says that a failure is about rows", async () => {
  const { verdict } = await proofOf({ up: "ALTER TABLE users ADD age INT NOT NULL;" });
  assert.ok(verdict.kind === "fails");
  assert.deepEqual(verdict.finding.notes, [
    "SQLite says: Cannot add a NOT NULL column with default value NULL",
    "It works on tables without rows",
  ]);
  assert.equal(verdict.finding.place?.file, "migrations/b1/up.sql");
  assert.equal(verdict.finding.revision, "b1");
});

Deno.test("proveRevision() leaves out rows that a new constraint forbids", async () => {
  const proof = await proofOf({
    up: "ALTER TABLE users ADD CONSTRAINT short CHECK (length(name) < 3);",
    down: "ALTER TABLE users DROP CONSTRAINT short;",
  });
  assert.equal(proof.verdict.kind, "exact");
  assert.match(proof.notices[0] ?? "", /^Rows that its new constraints forbid were left out/);
});

Deno.test("proveRevision() takes generated rows that clash for a notice", async () => {
  const proof = await proofOf({
    up: "UPDATE users SET name = 'same'; CREATE UNIQUE INDEX i ON users (name);",
    down: "DROP INDEX i;",
  });
  assert.equal(proof.verdict.kind, "lossy");
  assert.match(
    proof.notices[0] ?? "",
    /^One row in each table was tried, since awkward ones made it fail/,
  );
});

Deno.test("proveRevision() blames the revision under it that fails", async () => {
  const replay = memoryReplay([
    { id: "a1", up: "DROP TABLE missing;" },
    { id: "b1", up: "SELECT 1;" },
  ]);
  const { verdict } = await proveRevision("b1", replay);
  assert.ok(verdict.kind === "fails");
  assert.equal(verdict.stage, "before");
  assert.equal(verdict.finding.revision, "a1");
});
