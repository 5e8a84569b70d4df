import assert from "node:assert/strict";
import { stepText } from "../../../src/text/next_step.ts";
import { SqlError } from "../../../src/db/connection.ts";
import { openDatabase } from "../../../src/db/open.ts";
import { explainConstraint } from "../../../src/runner/constraint_failure.ts";
import { splitStatements } from "../../../src/sql/script.ts";

/** Runs all statements; what is told about the last one, which SQLite must refuse. */
async function explain(script: string): Promise<readonly string[] | undefined> {
  await using connection = await openDatabase({ path: ":memory:", mode: "create" });
  const statements = splitStatements(script);
  for (const statement of statements.slice(0, -1)) {
    await connection.execute(script.slice(statement.start, statement.end));
  }
  const last = statements.at(-1)!;
  try {
    await connection.execute(script.slice(last.start, last.end));
  } catch (error) {
    assert.ok(error instanceof SqlError);
    const facts = await explainConstraint(connection, script, last, error.sqlite);
    return facts && [...facts.notes, ...facts.next.map((step) => stepText(step))];
  }
  throw new Error(`SQLite accepts: ${script.slice(last.start, last.end)}`);
}

const USERS = `CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, age INT);
  INSERT INTO users VALUES (1, 'a', 1), (2, NULL, 2), (3, 'A', 3), (4, NULL, 4), (5, NULL, 5), (6, NULL, 6);`;
const FILL = "Fill them in before this statement: UPDATE users SET email = … WHERE email IS NULL;";
const APART = "Make them different, or keep one row of each, before this statement";
const CORRECT = "Correct these rows with an UPDATE before this statement";

const CASES:
  readonly (readonly [name: string, script: string, told: readonly string[] | undefined])[] = [
    [
      "SET NOT NULL",
      `${USERS} ALTER TABLE users ALTER COLUMN email SET NOT NULL;`,
      ['4 rows have NULL in "email": id 2, 4, 5, …', FILL],
    ],
    [
      "SET NOT NULL on a table without a key",
      "CREATE TABLE t (a); INSERT INTO t VALUES (1), (NULL); ALTER TABLE main.t ALTER a SET NOT NULL",
      [
        '1 row has NULL in "a": rowid 2',
        "Fill them in before this statement: UPDATE t SET a = … WHERE a IS NULL;",
      ],
    ],
    [
      "SET NOT NULL on a WITHOUT ROWID table with two keys",
      `CREATE TABLE t (a, b, c, PRIMARY KEY (b, a)) WITHOUT ROWID; INSERT INTO t VALUES (1, 'x', NULL);
     ALTER TABLE t ALTER COLUMN c SET NOT NULL`,
      [
        `1 row has NULL in "c": (a, b) (1, 'x')`,
        "Fill them in before this statement: UPDATE t SET c = … WHERE c IS NULL;",
      ],
    ],
    [
      "the copy of a rebuild",
      `${USERS} CREATE TABLE users_new (id INTEGER PRIMARY KEY, email TEXT NOT NULL DEFAULT '', age INT);
     INSERT INTO users_new (id, email, age) SELECT id, "email", age FROM "users" WHERE age > 2;`,
      ['3 rows have NULL in "email": id 4, 5, 6', FILL],
    ],
    [
      "a copy without a list of columns, from an expression",
      `${USERS} CREATE TABLE n (email TEXT NOT NULL, size AS (length(email)), id INTEGER PRIMARY KEY);
     INSERT INTO n SELECT lower(email), id FROM users;`,
      [
        '4 rows have NULL in "email": id 2, 4, 5, …',
        'Give "email" a value in the query, such as coalesce(…, …)',
      ],
    ],
    [
      "a copy with implicit rowids",
      `CREATE TABLE t (a); INSERT INTO t VALUES (1), (NULL); CREATE TABLE n (a NOT NULL);
     INSERT INTO n (rowid, a) WITH w AS (SELECT rowid, a FROM t) SELECT * FROM w;`,
      [
        '1 row has NULL in "a": rowid 2',
        'Give "a" a value in the query, such as coalesce(…, …)',
      ],
    ],
    [
      "a unique index with a collation, an order and a condition",
      `${USERS} CREATE UNIQUE INDEX u ON users (email COLLATE NOCASE DESC) WHERE age < 4 -- young
    ;`,
      ["1 value occurs more than once: 'a' in 2 rows", APART],
    ],
    [
      "a unique index over an expression and a column",
      `CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2), (1, 2), (3, 4), (3, 4), (3, 4), (NULL, 1), (NULL, 1);
     CREATE UNIQUE INDEX IF NOT EXISTS main."u i" ON t (abs(a), b)`,
      ["2 values occur more than once: (1, 2) in 2 rows, (3, 4) in 3 rows", APART],
    ],
    [
      "a copy into a table with a unique key",
      `CREATE TABLE t (a, b); INSERT INTO t VALUES (1, 2), (1, 2); CREATE TABLE n (a, b, UNIQUE (a, b));
     INSERT INTO n SELECT * FROM t`,
      ["1 value occurs more than once: (1, 2) in 2 rows", APART],
    ],
    [
      "ADD CHECK",
      `${USERS} ALTER TABLE users ADD CONSTRAINT grown CHECK (age > 2)`,
      ["2 rows violate it: id 1, 2", CORRECT],
    ],
    [
      "a copy under a CHECK whose text ends in a comment",
      `${USERS} CREATE TABLE n (id INTEGER PRIMARY KEY, age CHECK (age > 2 -- grown
     )); INSERT INTO n SELECT id, age FROM users`,
      ["2 rows violate it: id 1, 2", CORRECT],
    ],
    [
      "a CHECK with a name, which says nothing of its condition",
      `${USERS} CREATE TABLE n (id INTEGER PRIMARY KEY, age CONSTRAINT age CHECK (age > 2));
     INSERT INTO n SELECT id, age FROM users`,
      undefined,
    ],
    [
      "a key that is taken by a row of the table itself",
      `${USERS} INSERT INTO users VALUES (1, 'x', 1)`,
      undefined,
    ],
    ["another kind of failure", `${USERS} INSERT INTO users SELECT 'x', 'y', 'z'`, undefined],
  ];

for (const [name, script, told] of CASES) {
  Deno.test(`explainConstraint() explains ${name}`, async () => {
    assert.deepEqual(await explain(script), told);
  });
}

Deno.test("explainConstraint() shortens a long value", async () => {
  const [note] = await explain(
    `CREATE TABLE t (a); INSERT INTO t VALUES (hex(zeroblob(500))), (hex(zeroblob(500)));
     CREATE UNIQUE INDEX u ON t (a)`,
  ) ?? [];
  assert.match(note!, /: '0{58}… in 2 rows$/);
});
