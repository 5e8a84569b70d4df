import assert from "node:assert/strict";
import { sqlite3, temporaryFolder } from "./cli.ts";
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
  assert.match(stderr, /next: .*begin it with: -- aludel: foreign-keys=on/);
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

Deno.test("a key whose parent column is not unique is a warning that names the index that it needs", async () => {
  using project = runProject();
  project.add(
    "a1",
    `CREATE TABLE library(id INTEGER PRIMARY KEY, t TEXT); CREATE TABLE mm(a INT, b TEXT REFERENCES library(t));
     INSERT INTO mm VALUES (1, 'x');`,
    "DROP TABLE mm; DROP TABLE library;",
  );
  project.add("a2", `ALTER TABLE mm ADD COLUMN "my c" REFERENCES library("t");`);
  const { stderr } = await project.fails(0, "upgrade", "+1");
  assert.match(
    stderr,
    /warning: SQLite cannot enforce a foreign key whose parent columns are not unique\n {2}mm \(b\) refers to library \(t\), and nothing makes t unique/,
  );
  assert.match(stderr, /next: Add to a revision: CREATE UNIQUE INDEX library_t ON library \(t\);/);
  assert.doesNotMatch(stderr, /violate/);
  await project.done("upgrade");
  await project.done("upgrade", "--rehearse");
  assert.equal((await project.aludel("prove")).code, 0);
  project.add("a3", "CREATE UNIQUE INDEX library_t ON library (t); DELETE FROM mm;");
  assert.doesNotMatch((await project.fails(0, "upgrade")).stderr, /unique/);
  project.add("a4", "DROP INDEX library_t;", "CREATE UNIQUE INDEX library_t ON library (t);");
  assert.match(
    (await project.fails(0, "upgrade")).stderr,
    /warning: SQLite cannot enforce 2 foreign keys whose parent columns are not unique/,
  );
  assert.doesNotMatch((await project.fails(0, "downgrade", "-1")).stderr, /unique/);
});

Deno.test("rows of other keys are checked beside a key without a unique parent", async () => {
  using project = runProject();
  await project.sql(
    "CREATE TABLE p(id INTEGER PRIMARY KEY, k); CREATE TABLE c(x REFERENCES p(k), y REFERENCES p);",
  );
  project.add("a1", "INSERT INTO c VALUES ('any', 7);");
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /1 row of "c" with y = 7 without a row in "p"/);
});

Deno.test("init --from and autogenerate warn of a key whose parent column is not unique", async () => {
  using folder = temporaryFolder();
  const schema =
    "CREATE TABLE p (id INTEGER PRIMARY KEY, code TEXT);\nCREATE TABLE c (code TEXT REFERENCES p(code));\n";
  await sqlite3(`${folder.path}/app.db`, schema);
  const warning =
    /warning: SQLite cannot enforce a foreign key[^]*CREATE UNIQUE INDEX p_code ON p \(code\);/;
  const adopted = await folder.aludel("init", "--from", "app.db");
  assert.equal(adopted.code, 0, adopted.stderr);
  assert.match(adopted.stderr, warning);
  folder.write("schema.sql", `${schema}CREATE TABLE other (x);`);
  const generated = await folder.aludel("revision", "--autogenerate", "-m", "other");
  assert.equal(generated.code, 0, generated.stderr);
  assert.match(generated.stderr, warning);
  folder.write(
    "schema.sql",
    `${schema}CREATE TABLE other (x); CREATE UNIQUE INDEX p_code ON p (code);`,
  );
  assert.doesNotMatch(
    (await folder.aludel("revision", "--autogenerate", "-m", "mend")).stderr,
    /enforce/,
  );
  const upgraded = await folder.aludel("upgrade");
  assert.equal(upgraded.code, 0, upgraded.stderr);
  assert.doesNotMatch(upgraded.stderr, /enforce/);
});

for (
  const rename of [
    "ALTER TABLE author RENAME TO author_old; CREATE TABLE author(id INTEGER PRIMARY KEY, name TEXT NOT NULL);",
    `ALTER TABLE author RENAME TO tmp; ALTER TABLE tmp RENAME TO "author_old";
     CREATE TABLE author(id INTEGER PRIMARY KEY, name TEXT NOT NULL);`,
    "CREATE TABLE n(id INTEGER PRIMARY KEY, name TEXT NOT NULL); ALTER TABLE author RENAME TO author_old; ALTER TABLE n RENAME TO author;",
  ]
) {
  Deno.test(`a rebuild that renames the old table away is told with the right order: ${rename}`, async () => {
    using project = runProject();
    await project.sql(TABLES);
    project.add(
      "a1",
      `${rename} INSERT INTO author SELECT * FROM author_old; DROP TABLE author_old;`,
    );
    const { stderr } = await project.fails(1, "upgrade");
    assert.match(
      stderr,
      /ALTER TABLE author RENAME TO author_old made the foreign keys of other tables refer to author_old, and author_old was dropped/,
    );
    assert.match(
      stderr,
      /next: Rebuild in another order: create the new table as author_new, copy the rows, drop author, then rename author_new to author/,
    );
    assert.doesNotMatch(stderr, /correct the rows/);
    assert.equal(await project.sql("SELECT count(*) FROM author"), "2");
  });
}

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
