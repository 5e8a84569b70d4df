import assert from "node:assert/strict";
import { gitProject } from "./git_project.ts";
import { runProject } from "./run_project.ts";

const USERS = "CREATE TABLE users (id INTEGER PRIMARY KEY, name TEXT, note TEXT);\n";

Deno.test("report --markdown says what each revision changes, its SQL and its hazards", async () => {
  using project = runProject();
  project.add("a1", USERS, "DROP TABLE users;\n");
  await project.prepare("upgrade");
  project.add("a2", "ALTER TABLE users DROP COLUMN note; -- ```\n");
  // By the program: a proof holds for the SQLite that it was made with.
  await project.done("prove", "a1");
  const text = await project.done("report", "--markdown");
  assert.match(text, /^### 2 revisions\n/);
  assert.match(text, /`app\.db` is at `a1`; 1 pending\./);
  assert.ok(text.indexOf("#### `a1`") < text.indexOf("#### `a2`"), "oldest first");
  assert.match(text, /```diff\n\+ create table users\n```/);
  assert.match(text, /```diff\n- drop column users\.note\n```/);
  assert.match(text, /\*\*drop-column\*\* .* \(`migrations\/a2\/up\.sql:1:1`\)/);
  assert.match(text, /\*\*no-down\*\*/);
  assert.match(text, /#### `a1`[^#]*\n\nProof: exact\n/);
  assert.doesNotMatch(text, /#### `a2`[^]*Proof:/);
  // A fence in a script does not end the block.
  assert.match(text, /````sql\nALTER TABLE users DROP COLUMN note; -- ```\n````/);
  assert.match(text, /```mermaid\nerDiagram\n/);
});

Deno.test("report takes a range, and --json has the Markdown", async () => {
  using project = runProject();
  for (const id of ["a1", "a2", "a3"]) project.add(id, `CREATE TABLE ${id} (x);`);
  const { revisions, markdown } = JSON.parse(
    await project.done("report", "--markdown", "a2:", "--json"),
  );
  assert.deepEqual(revisions.map(({ id }: { id: string }) => id), ["a3", "a2"]);
  assert.match(markdown, /^### 2 revisions\n/);
  await project.fails(2, "report", "--markdown", "a2:", "--since", "main");
});

Deno.test("report shows a revision that cannot be replayed, and those beside it", async () => {
  using project = runProject();
  project.add("a1", USERS);
  project.add("a2", "CREATE TABLE users (x);");
  const text = await project.done("report", "--markdown");
  assert.match(text, /❌ \d+ errors? to fix/);
  assert.match(text, /#### `a1`[^#]*create table users/);
  assert.match(text, /#### `a2`[^#]*It cannot be replayed\./);
});

Deno.test("report --since describes what a branch of git has added", async () => {
  using project = await gitProject();
  project.add("a1", { up: "CREATE TABLE a (x);\n" });
  await project.commit("one");
  await project.git("switch", "-c", "topic");
  project.add("a2", { up: "CREATE TABLE b (x);\n" });
  await project.commit("two");
  const text = await project.done("report", "--markdown", "--since", "main");
  assert.match(text, /^### 1 revision\n[^]*#### `a2`/);
});

Deno.test("report --out writes over its own page, and over nothing else", async () => {
  using project = runProject();
  project.add("a1", USERS);
  await project.fails(2, "report");
  await project.fails(2, "report", "--markdown", "--out", "report.html");
  assert.equal(await project.done("report", "--out", "report.html"), "report.html\n");
  const page = project.read("report.html");
  // Nothing is loaded from elsewhere, and the policy says so to the browser.
  assert.match(page, /content="default-src 'none'; style-src 'unsafe-inline'; script-src 'sha256-/);
  assert.doesNotMatch(page, /\b(?:src|href)="(?!#)/);
  await project.done("report", "--out", "report.html");
  await project.prepare("upgrade");
  const before = Deno.readFileSync(project.database);
  const { stderr } = await project.fails(1, "report", "--out", "app.db");
  assert.match(stderr, /error\[report-exists\]/);
  assert.deepEqual(Deno.readFileSync(project.database), before);
});
