import assert from "node:assert/strict";
import { run } from "./cli.ts";
import { runProject } from "./run_project.ts";

const bytes = (...parts: readonly (string | number)[]) =>
  new Uint8Array(
    parts.flatMap((part) =>
      typeof part === "number" ? [part] : [...new TextEncoder().encode(part)]
    ),
  );

Deno.test("a file that is not UTF-8 or holds a NUL is refused with the byte's place", async () => {
  using project = runProject();
  project.add("a1", bytes("SELECT 1;\nSELECT '", 0xff, "';"));
  const latin = await project.fails(1, "upgrade");
  assert.match(latin.stderr, /error\[sql-encoding\].*0xFF(.|\n)*at migrations\/a1\/up\.sql:2:9/);
  project.edit("a1", "up", "SELECT 'a\0b';");
  const nul = await project.fails(1, "upgrade");
  assert.match(nul.stderr, /error\[sql-nul\](.|\n)*at migrations\/a1\/up\.sql:1:10/);
  assert.equal(project.has("app.db"), false);
});

Deno.test("byte order mark, CRLF, CR and mixed line ends run and hash like LF", async () => {
  using project = runProject();
  project.add(
    "a1",
    "\ufeffCREATE TABLE t(a);\r\nINSERT INTO t VALUES ('x\r\ny');\rINSERT INTO t VALUES ('z');\n\r\n",
  );
  await project.done("upgrade");
  assert.equal(await project.sql("SELECT hex(a) FROM t"), "780A79\n7A");
  project.edit(
    "a1",
    "up",
    "CREATE TABLE t(a);\nINSERT INTO t VALUES ('x\ny');\nINSERT INTO t VALUES ('z');\n",
  );
  const { stderr } = await project.fails(0, "upgrade");
  assert.match(stderr, /^Nothing to do/);
});

Deno.test("empty files and files of comments are revisions like others", async () => {
  using project = runProject();
  project.add("a1", "", "");
  project.add("a2", "-- nothing yet\n/* and here neither */", "\n\n");
  project.add("a3", ";;;\n", "-- open end");
  await project.done("upgrade");
  assert.equal(await project.applied(), "a1 a2 a3");
  await project.done("downgrade", "base");
  assert.equal(await project.applied(), "");
});

Deno.test("a last line that is a comment, and a last statement without a semicolon, lose nothing", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);\nINSERT INTO t VALUES (1) -- the last");
  project.add("a2", "INSERT INTO t VALUES (2)\n-- done");
  project.add("a3", "INSERT INTO t VALUES (3)");
  await project.done("upgrade");
  assert.equal(await project.sql("SELECT group_concat(a) FROM t"), "1,2,3");
});

Deno.test("a comment that is never closed, and an unknown directive, are errors", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);\n/* INSERT INTO t VALUES (1);\n");
  assert.match((await project.fails(1, "upgrade")).stderr, /error\[sql-comment\](.|\n)*:2:1/);
  project.edit("a1", "up", "-- aludel: transactoin=off\nVACUUM;");
  assert.match(
    (await project.fails(1, "upgrade")).stderr,
    /error\[directive-unknown\](.|\n)*"transaction"/,
  );
});

Deno.test("a missing up.sql is an error that says how to get it back", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);");
  Deno.removeSync(`${project.path}/migrations/a1/up.sql`);
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /error\[revision-file-missing\]: Revision "a1" has no up\.sql/);
  assert.match(stderr, /next: git checkout/);
});

Deno.test("a manifest with a cycle, a path for a folder or a key twice stops everything", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t(a);");
  project.add("a2", "CREATE TABLE u(a);");
  const manifest = project.read("migrations/manifest.json");
  const faults: readonly (readonly [RegExp, string, string])[] = [
    [/error\[graph-invalid\]: .*cycle: .*a1.*a2/, '"parents":[]', '"parents":["a2"]'],
    [/error\[manifest-dir\]: The folder "\.\.\/\.\.\/x"/, '"dir":"a1"', '"dir":"../../x"'],
    [/error\[manifest-duplicate-key\]: Duplicate key "dir"/, '"dir":"a1"', '"dir":"a1","dir":"a2"'],
  ];
  for (const [expected, from, to] of faults) {
    project.write("migrations/manifest.json", manifest.replace(from, to));
    const { stderr } = await project.fails(1, "upgrade");
    assert.match(stderr, expected);
    assert.match(stderr, /at migrations\/manifest\.json:\d+:\d+/);
    assert.equal(project.has("app.db"), false);
  }
});

Deno.test("100 MB of garbage for a manifest are refused unread", async () => {
  using project = runProject();
  await run("sh", ["-c", "yes '{\"format\":1}' | head -c 100000000 > migrations/manifest.json"], {
    cwd: project.path,
  });
  const { stderr } = await project.fails(1, "upgrade");
  assert.match(stderr, /error\[manifest-too-large\]/);
});
