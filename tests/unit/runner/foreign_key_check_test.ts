import assert from "node:assert/strict";
import { openDatabase } from "../../../src/db/open.ts";
import { compareForeignKeyStates, readForeignKeyState } from "../../../src/runner/foreign_keys.ts";
import { describeMismatch } from "../../../src/runner/foreign_key_mismatch.ts";
import { traceTables } from "../../../src/runner/table_fates.ts";
import { readScript } from "../../../src/sql/read_script.ts";
import { mentionsOf } from "./sample_script.ts";

/** What changes between the two texts, in words. */
async function compare(before: string, text: string) {
  await using connection = await openDatabase({ path: ":memory:", mode: "create" });
  const run = async (sql: string) => {
    const script = readScript("up.sql", sql);
    for (const { start, end } of script.statements) {
      await connection.execute(script.text.slice(start, end));
    }
  };
  await run(before);
  const old = await readForeignKeyState(connection);
  await run(text);
  const now = await readForeignKeyState(connection);
  const fates = traceTables(mentionsOf(text));
  const found = compareForeignKeyStates(old, now, {
    table: fates.tableAfter,
    column: fates.columnAfter,
  });
  return {
    ...found,
    added: found.added.map(({ violation: { child, columns, parent, values }, count }) =>
      `${count} × ${child}(${columns}) → ${parent}: ${values}`
    ),
  };
}

const NOTHING = { added: [], remaining: 0 };
const PAIR = `CREATE TABLE p(id INTEGER PRIMARY KEY, k TEXT UNIQUE);
  CREATE TABLE c(x REFERENCES p(id), note); INSERT INTO p(id) VALUES (1);`;

Deno.test("compareForeignKeyStates() finds nothing where all rows have their parents", async () => {
  assert.deepEqual(await compare(PAIR, "INSERT INTO c VALUES (1, ''), (NULL, '');"), NOTHING);
});

Deno.test("compareForeignKeyStates() names the new violations with their keys", async () => {
  const found = await compare(PAIR, "INSERT INTO c VALUES (7, ''), (7, ''), ('a''b', '');");
  assert.deepEqual(found.added.sort(), ["1 × c(x) → p: 'a''b'", "2 × c(x) → p: 7"]);
});

Deno.test("compareForeignKeyStates() counts violations with the same key", async () => {
  const old = `${PAIR} INSERT INTO c VALUES (7, ''), (7, '');`;
  assert.deepEqual(await compare(old, "UPDATE c SET note = 'x';"), { ...NOTHING, remaining: 2 });
  assert.deepEqual((await compare(old, "INSERT INTO c VALUES (7, '');")).added, [
    "1 × c(x) → p: 7",
  ]);
  assert.deepEqual(
    await compare(old, "DELETE FROM c WHERE rowid = 1; INSERT INTO c VALUES (7, 'other row');"),
    { ...NOTHING, remaining: 2 },
  );
  const exchanged = await compare(old, "UPDATE c SET x = 8 WHERE rowid = 1;");
  assert.deepEqual([exchanged.added, exchanged.remaining], [["1 × c(x) → p: 8"], 1]);
});

Deno.test("compareForeignKeyStates() knows old violations again after renames", async () => {
  const old = `${PAIR} INSERT INTO c VALUES (7, '');`;
  for (
    const text of [
      "ALTER TABLE c RENAME TO d;",
      "ALTER TABLE p RENAME TO q;",
      "ALTER TABLE c RENAME COLUMN x TO y;",
      "ALTER TABLE c RENAME COLUMN x TO y; ALTER TABLE c RENAME TO d; ALTER TABLE p RENAME TO q;",
      "ALTER TABLE p RENAME COLUMN id TO pid;",
      `CREATE TABLE n(x REFERENCES p(id), note); INSERT INTO n SELECT * FROM c;
       DROP TABLE c; ALTER TABLE n RENAME TO c;`,
    ]
  ) {
    assert.deepEqual(await compare(old, text), { ...NOTHING, remaining: 1 }, text);
  }
});

Deno.test("compareForeignKeyStates() keeps two keys of one child apart", async () => {
  const found = await compare(
    "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(a REFERENCES p, b REFERENCES p); INSERT INTO c VALUES (5, NULL);",
    "UPDATE c SET a = NULL, b = 5;",
  );
  assert.deepEqual(found.added, ["1 × c(b) → p: 5"]);
  assert.equal(found.remaining, 0);
});

Deno.test("compareForeignKeyStates() reads composite keys", async () => {
  const found = await compare(
    `CREATE TABLE p(a, b, PRIMARY KEY (a, b)); CREATE TABLE c(y, x, FOREIGN KEY (x, y) REFERENCES p(a, b));
     INSERT INTO p VALUES (1, 2);`,
    "INSERT INTO c(x, y) VALUES (1, 2), (1, NULL), (2, x'00ff');",
  );
  assert.deepEqual(found.added, ["1 × c(x,y) → p: 2,X'00FF'"]);
});

Deno.test("compareForeignKeyStates() finds the keys of a WITHOUT ROWID child, whose rows SQLite does not name", async () => {
  const tables = `CREATE TABLE p(id INTEGER PRIMARY KEY, name TEXT COLLATE NOCASE UNIQUE);
    CREATE TABLE c(k PRIMARY KEY, x REFERENCES p, y REFERENCES p(name), z REFERENCES gone) WITHOUT ROWID;
    INSERT INTO p VALUES (1, 'One'); INSERT INTO c(k, x) VALUES ('a', 5), ('b', '1');`;
  assert.deepEqual((await compare(tables, "INSERT INTO c(k, x) VALUES ('d', 5);")).added, [
    "1 × c(x) → p: 5",
  ]);
  assert.equal((await compare(tables, "UPDATE c SET k = 'z' WHERE k = 'a';")).remaining, 1);
  const exchanged = await compare(tables, "UPDATE c SET x = 6 WHERE k = 'a';");
  assert.deepEqual([exchanged.added, exchanged.remaining], [["1 × c(x) → p: 6"], 0]);
  assert.deepEqual(
    (await compare(tables, "INSERT INTO c(k, y) VALUES ('d', 'ONE'), ('e', 'two');")).added,
    [
      "1 × c(y) → p: 'two'",
    ],
  );
  assert.deepEqual((await compare(tables, "INSERT INTO c(k, z) VALUES ('d', 9);")).added, [
    "1 × c(z) → gone: 9",
  ]);
});

Deno.test("compareForeignKeyStates() reads rows whose columns hide the rowid's names", async () => {
  const found = await compare(
    "CREATE TABLE p(id INTEGER PRIMARY KEY); CREATE TABLE c(rowid REFERENCES p, oid TEXT); CREATE TABLE d(rowid REFERENCES p, oid, _rowid_);",
    "INSERT INTO c VALUES (5, 'x'); INSERT INTO d VALUES (6, 'x', 'y');",
  );
  assert.deepEqual(found.added, ["1 × c(rowid) → p: 5", "1 × d(rowid) → p: 6"]);
});

Deno.test("compareForeignKeyStates() counts rows whose parent is no table at all", async () => {
  const dangling = "CREATE TABLE c(x REFERENCES gone(id));";
  assert.deepEqual(await compare(dangling, "INSERT INTO c VALUES (NULL);"), NOTHING);
  assert.deepEqual((await compare(dangling, "INSERT INTO c VALUES (1);")).added, [
    "1 × c(x) → gone: 1",
  ]);
});

Deno.test("compareForeignKeyStates() checks the other keys of a table that has a mismatched one", async () => {
  const found = await compare(
    "CREATE TABLE p(id INTEGER PRIMARY KEY, k); CREATE TABLE c(x REFERENCES p(k), y REFERENCES p); INSERT INTO c VALUES (1, 8);",
    "INSERT INTO c VALUES (1, 9);",
  );
  assert.deepEqual(found.added, ["1 × c(y) → p: 9"]);
  assert.equal(found.remaining, 1);
});

/** Parent, child, and what is said of the key; undefined: it works. Checked against SQLite itself. */
const KEYS: readonly (readonly [parent: string, child: string, said: string | undefined])[] = [
  ["p(id INTEGER PRIMARY KEY)", "c(x REFERENCES p)", undefined],
  ["p(a PRIMARY KEY)", "c(x REFERENCES P(A))", undefined],
  ["p(a, b, PRIMARY KEY (b, a))", "c(x, y, FOREIGN KEY (x, y) REFERENCES p(a, b))", undefined],
  [
    "p(a, b, PRIMARY KEY (b, a)) WITHOUT ROWID",
    "c(x, y, FOREIGN KEY (x, y) REFERENCES p)",
    undefined,
  ],
  ["p(a UNIQUE)", "c(x REFERENCES p(a))", undefined],
  [
    "p(a, b, UNIQUE (a, b))",
    "c(x REFERENCES p(a))",
    "c (x) refers to p (a), and nothing makes a unique",
  ],
  [
    "p(a, b, UNIQUE (a))",
    "c(x, y, FOREIGN KEY (x, y) REFERENCES p(a, b))",
    "c (x, y) refers to p (a, b), and nothing makes a, b unique",
  ],
  [
    "p(a)",
    "c(x REFERENCES p)",
    "c (x) refers to the primary key of p, and p has no primary key of 1 column",
  ],
  [
    "p(a, b, PRIMARY KEY (a, b))",
    "c(x REFERENCES p)",
    "c (x) refers to the primary key of p, and p has no primary key of 1 column",
  ],
  ["p(a)", "c(x REFERENCES p(z))", "c (x) refers to p (z), and p has no such column"],
  [
    "p(a); CREATE UNIQUE INDEX i ON p(a) WHERE a > 1",
    "c(x REFERENCES p(a))",
    "c (x) refers to p (a), and nothing makes a unique",
  ],
  [
    "p(a); CREATE UNIQUE INDEX i ON p(lower(a))",
    "c(x REFERENCES p(a))",
    "c (x) refers to p (a), and nothing makes a unique",
  ],
  [
    "p(a); CREATE UNIQUE INDEX i ON p(a COLLATE NOCASE)",
    "c(x REFERENCES p(a))",
    "c (x) refers to p (a), and the unique index on a has another collation",
  ],
  [
    "q(a); CREATE VIEW p AS SELECT a FROM q",
    "c(x REFERENCES p(a))",
    "c (x) refers to p, which is a view",
  ],
];

for (const [parent, child, said] of KEYS) {
  Deno.test(`readForeignKeyState() agrees with SQLite on the key of ${child} to ${parent}`, async () => {
    await using connection = await openDatabase({ path: ":memory:", mode: "create" });
    for (const sql of `CREATE TABLE ${parent}; CREATE TABLE ${child}`.split("; ")) {
      await connection.execute(sql);
    }
    const { mismatches } = await readForeignKeyState(connection);
    assert.deepEqual(mismatches.map(describeMismatch), said === undefined ? [] : [said]);
    const asked = connection.query("PRAGMA foreign_key_check(c)");
    if (said === undefined) await asked;
    else await assert.rejects(asked, /foreign key mismatch/);
  });
}
