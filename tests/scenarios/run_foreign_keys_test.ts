import assert from "node:assert/strict";
import { runProject } from "./run_project.ts";

const TABLES = `CREATE TABLE author(id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE book(id INTEGER PRIMARY KEY, author REFERENCES author(id) ON DELETE CASCADE);
INSERT INTO author VALUES (1, 'a'), (2, 'b');
INSERT INTO book VALUES (1, 1), (2, 1), (3, 2);`;

Deno.test("a parent rebuilt by hand keeps its children although they would cascade", async () => {
  using project = runProject();
  project.add("a1", TABLES);
  project.add(
    "a2",
    `CREATE TABLE new_author(id INTEGER PRIMARY KEY, name TEXT, born TEXT);
     INSERT INTO new_author(id, name) SELECT id, name FROM author;
     DROP TABLE author;
     ALTER TABLE new_author RENAME TO author;`,
  );
  await project.done("upgrade");
  assert.equal(await project.sql("SELECT count(*) FROM book; PRAGMA foreign_key_check"), "3");
});

Deno.test("foreign-keys=on makes ON DELETE happen, in a transaction of its own", async () => {
  using project = runProject();
  project.add("a1", TABLES);
  project.add("a2", "-- aludel: foreign-keys=on\nDELETE FROM author WHERE id = 1;");
  await project.done("upgrade");
  assert.equal(await project.sql("SELECT group_concat(id) FROM book"), "3");
});

Deno.test("without it the same DELETE is rolled back, and the error names the header", async () => {
  using project = runProject();
  project.add("a1", TABLES);
  await project.done("upgrade");
  project.add("a2", "DELETE FROM author WHERE id = 1;");
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /error\[foreign-key-violations\]/);
  assert.match(stderr, /2 rows of "book" with author = 1 without a row in "author"/);
  assert.match(stderr, /next: .*`-- aludel: foreign-keys=on`/);
  assert.match(stderr, /at migrations\/a2\/up\.sql/);
  assert.equal(await project.sql("SELECT count(*) FROM author"), "2");
});

Deno.test("foreign-keys=on refuses statements that would take rows along unsaid", async () => {
  using project = runProject();
  project.add("a1", TABLES);
  project.add("a2", "-- aludel: foreign-keys=on\nDROP TABLE author;");
  assert.match(
    (await project.fails(1, "upgrade")).stderr,
    /error\[sql-foreign-keys\].*"DROP TABLE"/,
  );
  project.edit("a2", "up", "-- aludel: foreign-keys=on\nALTER TABLE author RENAME TO writer;");
  assert.match((await project.fails(1, "upgrade")).stderr, /error\[sql-foreign-keys\]/);
});

Deno.test("foreign-keys=on rolls back what violates at once", async () => {
  using project = runProject();
  project.add("a1", TABLES);
  project.add("a2", "-- aludel: foreign-keys=on\nINSERT INTO book VALUES (9, 9);");
  const { stderr } = await project.fails(4, "upgrade");
  assert.match(stderr, /SQLite says: FOREIGN KEY constraint failed/);
  assert.match(stderr, /Revision "a2" was rolled back; 1 earlier revision stays: a1/);
});

Deno.test("old violations are a notice, new ones roll back, also after renames", async () => {
  using project = runProject();
  await project.sql(`${TABLES} INSERT INTO book VALUES (4, 77);`);
  project.add(
    "a1",
    "ALTER TABLE book RENAME TO volume; ALTER TABLE volume RENAME COLUMN author TO by;",
  );
  const { stderr } = await project.fails(0, "upgrade");
  assert.match(
    stderr,
    /warning: The database has foreign-key violations from before this run; they were left alone\n {2}1 row,/,
  );
  project.add("a2", "INSERT INTO volume VALUES (5, 77);");
  const refused = await project.fails(1, "upgrade");
  assert.match(refused.stderr, /1 row of "volume" with by = 77 without a row in "author"/);
  assert.equal(await project.applied(), "a1");
});

Deno.test("a mismatched parent from before is a notice, a new one rolls back", async () => {
  using project = runProject();
  await project.sql(
    "CREATE TABLE p(k); CREATE TABLE c(x REFERENCES p(k)); CREATE TABLE q(k UNIQUE);",
  );
  project.add("a1", "CREATE TABLE t(a);");
  const { stderr } = await project.fails(0, "upgrade");
  assert.match(stderr, /foreign key mismatch - "c" referencing "p"/);
  project.add(
    "a2",
    "CREATE UNIQUE INDEX q_k ON q(k); CREATE TABLE d(x REFERENCES t(a)); INSERT INTO d VALUES (1);",
  );
  const refused = await project.fails(1, "upgrade");
  assert.match(refused.stderr, /error\[foreign-key-violations\](.|\n)*"d" referencing "t"/);
});

Deno.test("references to tables that are not there are left alone", async () => {
  using project = runProject();
  project.add(
    "a1",
    "CREATE TABLE c(x REFERENCES gone(id)); CREATE VIEW v AS SELECT * FROM nowhere; INSERT INTO c VALUES (NULL);",
  );
  project.add("a2", "ALTER TABLE c ADD y;");
  const { stderr } = await project.fails(0, "upgrade");
  assert.doesNotMatch(stderr, /warning/);
  project.add("a3", "INSERT INTO c(x) VALUES (1);");
  assert.match(
    (await project.fails(1, "upgrade")).stderr,
    /1 row of "c" with x = 1 without a row in "gone", a table that does not exist/,
  );
});

Deno.test("a violation that a later revision of the same transaction mends is none", async () => {
  using project = runProject();
  project.add("a1", TABLES);
  project.add("a2", "INSERT INTO book VALUES (9, 9);");
  project.add("a3", "INSERT INTO author VALUES (9, 'late');");
  await project.done("upgrade");
  assert.equal(await project.applied(), "a1 a2 a3");
});
