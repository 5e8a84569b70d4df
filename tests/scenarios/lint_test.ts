import assert from "node:assert/strict";
import { fileURLToPath } from "node:url";
import { runProject } from "./run_project.ts";

Deno.test("lint looks at drafts and at what is not applied, and exits 3 on errors", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE IF NOT EXISTS t (x);\n", "DROP TABLE t;\n");
  project.add("b1", "ALTER TABLE t ADD y INT NOT NULL;\n", "ALTER TABLE t DROP COLUMN y;\n");
  const codes = async (...args: string[]) => {
    const { code, stdout } = await project.inProcess("lint", "--json", ...args);
    const { findings } = JSON.parse(stdout) as { findings: readonly { code: string }[] };
    return [code, ...findings.map((finding) => finding.code)];
  };
  assert.deepEqual(await codes(), [3, "if-not-exists", "add-not-null"]);
  await project.prepare("seal");
  await project.prepare("upgrade", "a1");
  assert.deepEqual(await codes(), [3, "add-not-null"]);
  assert.deepEqual(await codes("--all"), [3, "if-not-exists", "add-not-null"]);
  assert.deepEqual(await codes("a1"), [0, "if-not-exists"]);
  assert.deepEqual(await codes("a1", "--strict"), [3, "if-not-exists"]);
  assert.deepEqual(await codes(":head"), [3, "if-not-exists", "add-not-null"]);
});

Deno.test("lint prints findings for people, for GitHub and as SARIF", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t (x);\n", "DROP TABLE t;\n");
  project.add("b1", "DROP TABLE t;\n", "CREATE TABLE t (x);\n");
  const text = await project.aludel("lint");
  assert.equal(text.code, 0);
  assert.equal(
    text.stdout,
    "warning[drop-table]: The rows of t are lost\n  migrations/b1/up.sql:1:1\n" +
      "  next: Copy the rows first, or say why they are no longer needed\n",
  );
  assert.equal(text.stderr, "Checked 2 revisions, no errors, 1 warning.\n");
  const github = await project.prepare("lint", "--format", "github");
  assert.match(github, /^::warning file=migrations\/b1\/up\.sql,line=1,col=1/);
  const sarif = JSON.parse(await project.prepare("lint", "--format", "sarif"));
  const [run] = sarif.runs;
  assert.equal(run.results[0].ruleId, "drop-table");
  assert.match(run.tool.driver.rules[0].shortDescription.text, /^An existing table is dropped/);
});

Deno.test("lint counts rows in the database that is named", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE t (x);\n", "DROP TABLE t;\n");
  await project.prepare("upgrade");
  await project.sql(
    "INSERT INTO t WITH RECURSIVE n(i) AS (VALUES (1) UNION ALL SELECT i + 1 FROM n LIMIT 100000) SELECT i FROM n",
  );
  project.add("b1", "CREATE INDEX i ON t (x);\n", "DROP INDEX i;\n");
  assert.equal(await project.prepare("lint", "b1"), "");
  assert.match(
    await project.prepare("lint", "-d", "app.db", "b1"),
    /^warning\[large-table\]: Reads or writes all 100,000 rows of t$/m,
  );
});

Deno.test("lint has nothing to say about the example project", async () => {
  const root = fileURLToPath(new URL("../../", import.meta.url));
  using project = runProject();
  const copy = (path: string) => project.write(path, Deno.readTextFileSync(`${root}${path}`));
  copy("migrations/manifest.json");
  for (const { name, isDirectory } of Deno.readDirSync(`${root}migrations`)) {
    if (!isDirectory) continue;
    for (const file of Deno.readDirSync(`${root}migrations/${name}`)) {
      copy(`migrations/${name}/${file.name}`);
    }
  }
  const { code, stdout, stderr } = await project.inProcess("lint", "--all", "--strict");
  assert.deepEqual([code, stdout], [0, ""]);
  assert.match(stderr, /^Checked 6 revisions, no errors, no warnings\.$/m);
});
