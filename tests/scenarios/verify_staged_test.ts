import assert from "node:assert/strict";
import { aludel } from "./cli.ts";
import {
  GIT_ENVIRONMENT,
  gitFolderWithout,
  type GitProject,
  gitProject,
  gitProjectIn,
} from "./git_project.ts";
import { startProject } from "../../src/project/author/start_project.ts";

async function committed(): Promise<GitProject> {
  const project = await gitProject();
  project.add("a1");
  project.add("a2");
  await project.commit();
  return project;
}

Deno.test("verify --staged passes what is sealed and staged, whatever lies in the working tree", async () => {
  using project = await committed();
  project.add("a3");
  await project.git("add", ".");
  project.write("migrations/a3/up.sql", "broken");
  project.write("migrations/a1/up.sql", "edited");
  Deno.removeSync(`${project.path}/migrations/manifest.json`);
  const { code, value } = await project.json("verify", "--staged");
  assert.equal(code, 0);
  assert.deepEqual(value, {
    format: 1,
    clean: true,
    source: "index",
    base: "HEAD",
    database: null,
    count: 3,
    findings: [],
    repairs: [],
    drift: null,
  });
});

Deno.test("verify --staged judges a half-staged edit as it will be committed", async () => {
  using project = await committed();
  const lines = Array.from({ length: 30 }, (_, i) => `INSERT INTO a2 VALUES (${i});\n`);
  project.add("a3", { up: lines.join("") });
  await project.git("add", ".");
  const patch = lines.map((line, i) => i === 0 ? "-- staged\n" + line : line);
  project.write("migrations/a3/up.sql", patch.join(""));
  await project.git("add", ".");
  project.write("migrations/a3/up.sql", lines.join(""));
  assert.deepEqual(await project.codes(), ["revision-edited"]);
  await project.git("add", ".");
  assert.deepEqual(await project.codes(), []);
});

Deno.test("verify --staged refuses a draft, with the command that mends it", async () => {
  using project = await committed();
  project.add("a3", { sealed: false });
  await project.git("add", ".");
  const refused = await project.aludel("verify", "--staged");
  assert.equal(refused.code, 3);
  const next = /next: (aludel seal a3 && git add .*)\n/.exec(refused.stdout)?.[1] ?? "";
  assert.equal(
    next,
    "aludel seal a3 && git add -- migrations/a3 migrations/manifest.json",
  );
  await project.done("seal", "a3");
  await project.git("add", "--", "migrations/a3", "migrations/manifest.json");
  assert.deepEqual(await project.codes(), []);
});

Deno.test("verify --staged tells a cosmetic edit from a real one by HEAD's text", async () => {
  using project = await committed();
  project.write("migrations/a1/up.sql", "-- new words\nCREATE  TABLE a1 (a);\n");
  await project.git("add", ".");
  assert.deepEqual(await project.codes(), ["revision-edited-cosmetic"]);
  project.write("migrations/a1/up.sql", "CREATE TABLE a1 (b);\n");
  await project.git("add", ".");
  const { stdout } = await project.aludel("verify", "--staged");
  assert.match(stdout, /^error\[revision-edited\]: .*"a1"/);
  assert.match(stdout, /next: git checkout HEAD -- migrations\/a1 {3}# get the sealed text back\n/);
  await project.git("checkout", "HEAD", "--", "migrations/a1");
  assert.deepEqual(await project.codes(), []);
});

Deno.test("verify --staged refuses what became of a sealed revision that HEAD has", async () => {
  using project = await committed();
  const restore = () => project.git("reset", "-q", "--hard");
  const staged = async () => {
    await project.git("add", "-A", ".");
    return await project.codes();
  };
  project.line("a2", undefined);
  Deno.removeSync(`${project.path}/migrations/a2`, { recursive: true });
  assert.deepEqual(await staged(), ["sealed-removed"]);
  await restore();
  project.line("a2", { parents: [] });
  assert.deepEqual(await staged(), ["several-heads", "sealed-moved"]);
  await restore();
  project.line("a2", { up: null, down: null });
  assert.deepEqual(await staged(), ["sealed-changed"]);
  await restore();
  project.line("a2", { message: "other words" });
  assert.deepEqual(await staged(), ["sealed-retold"]);
  await restore();
  project.write("migrations/a2/up.sql", "CREATE TABLE a2 (changed);\n");
  await project.done("seal", "--force", "a2");
  assert.deepEqual(await staged(), [], "a re-signing keeps the old pair");
  project.line("a2", { was: [] });
  assert.deepEqual(await staged(), ["sealed-changed"]);
});

Deno.test("verify --staged finds files without a line, lines without files, and a broken graph", async () => {
  using project = await committed();
  project.write("migrations/zz it's/up.sql", "SELECT 1;\n");
  await project.git("add", ".");
  assert.deepEqual(await project.codes(), ["folder-without-revision"]);
  await project.git("rm", "-rqf", "--", "migrations/zz it's");
  await project.git("rm", "-q", "--cached", "migrations/a2/up.sql");
  assert.deepEqual(await project.codes(), ["revision-file-missing"]);
  await project.git("add", "migrations/a2");
  project.line("a1", { parents: ["a2"] });
  await project.git("add", ".");
  assert.deepEqual(await project.codes(), ["graph-invalid", "sealed-moved"]);
  project.write("migrations/manifest.json", "<<<<<<< ours\n=======\n>>>>>>> theirs\n");
  await project.git("add", ".");
  assert.deepEqual(await project.codes(), ["manifest-conflict"]);
  await project.git("rm", "-q", "--cached", "migrations/manifest.json");
  assert.deepEqual(await project.codes(), ["manifest-missing"]);
});

Deno.test("verify --staged warns of two heads, and passes", async () => {
  using project = await committed();
  project.add("b1", { parents: ["a1"] });
  await project.git("add", ".");
  const { code, stdout } = await project.aludel("verify", "--staged");
  assert.equal(code, 0);
  assert.match(stdout, /^warning\[several-heads\]: There are 2 heads: a2, b1\n/);
});

Deno.test("verify --staged works before the first commit, and mends nothing where HEAD is broken", async () => {
  using project = await gitProject();
  project.add("a1");
  await project.git("add", "migrations/a1");
  assert.deepEqual(await project.codes(), ["manifest-missing"]);
  await project.git("add", ".");
  assert.deepEqual(await project.codes(), []);
  const whole = project.read("migrations/manifest.json");
  project.write("migrations/manifest.json", "{");
  await project.commit();
  project.write("migrations/manifest.json", whole);
  await project.git("add", ".");
  const { code, value } = await project.json("verify", "--staged");
  assert.equal(code, 0);
  assert.match(JSON.stringify(value), /The manifest of HEAD cannot be read/);
});

Deno.test("verify --staged works in a repository of SHA-256, in a subfolder, and from one", async () => {
  using folder = await gitFolderWithout();
  Deno.removeSync(`${folder.path}/.git`, { recursive: true });
  await folder.git("init", "-q", "--object-format=sha256");
  // What git reads as a pattern and a shell as something else; Windows has no "*" in names.
  const name = "a shop's [b]";
  startProject(`${folder.path}/${name}`);
  const project = gitProjectIn(folder, name);
  project.add("a1");
  await project.commit();
  project.write("migrations/a1/up.sql", "-- x\nCREATE TABLE a1 (a);\n");
  await project.git("add", ".");
  assert.deepEqual(await project.codes(), ["revision-edited-cosmetic"]);
  const { stdout } = await folder.aludel("verify", "--staged", "-c", `${name}/aludel.json`);
  assert.match(
    stdout,
    /next: aludel seal --cosmetic a1 -c 'a shop'\\''s \[b\]\/aludel\.json' && git add -- 'a shop'\\''s \[b\]\/migrations/,
  );
});

Deno.test("verify --since finds what passed by the hook, and leaves the working tree alone", async () => {
  using project = await committed();
  await project.git("switch", "-qc", "feature");
  project.write("migrations/a1/up.sql", "CREATE TABLE a1 (x);\n");
  project.add("a3", { sealed: false });
  await project.commit(); // as with --no-verify
  await project.git("switch", "-q", "main");
  project.add("a4");
  await project.commit();
  await project.git("switch", "-q", "feature");
  project.write("migrations/manifest.json", "not looked at");
  assert.deepEqual(await project.codes("--since", "main"), [
    "revision-edited",
    "revision-unsealed",
  ]);
  const github = await project.aludel("verify", "--since", "main", "--format", "github");
  assert.equal(github.code, 3);
  assert.match(
    github.stdout,
    /^::error file=migrations\/a1\/up\.sql,title=revision-edited::Sealed revision "a1"/,
  );
  assert.match(github.stdout, /^::error file=migrations\/manifest\.json,line=4,col=1,/m);
  const sarif = await project.aludel("verify", "--since", "main", "--format", "sarif");
  const [{ results }] = JSON.parse(sarif.stdout).runs;
  assert.deepEqual(results.map((one: { ruleId: string }) => one.ruleId), [
    "revision-edited",
    "revision-unsealed",
  ]);
  await project.git("reset", "-q", "--hard", "HEAD~1");
  assert.deepEqual(await project.codes("--since", "main"), []);
});

Deno.test("verify --since says what git does not know", async () => {
  using project = await committed();
  assert.deepEqual(await project.codes("--since", "nowhere"), ["git-ref-unknown"]);
  assert.deepEqual(await project.codes("--since=-x"), ["git-ref-unknown"]);
  await project.git("switch", "-q", "--orphan", "other");
  startProject(project.path);
  await project.commit();
  assert.deepEqual(await project.codes("--since", "main"), ["git-no-common-commit"]);
  for (const flags of [["--fix"], ["-d", "x.db"], ["--json", "--format", "sarif"]]) {
    assert.equal((await project.aludel("verify", "--staged", ...flags)).code, 2);
  }
});

Deno.test("line ends and byte order marks are no edit, a changed word is", async () => {
  using project = await committed();
  const clone = `${project.path}/clone`;
  project.write(".gitattributes", "");
  await project.commit();
  await project.git("clone", "-q", "-c", "core.autocrlf=true", ".", clone);
  const other = gitProjectIn(project, "clone");
  assert.match(other.read("migrations/a1/up.sql"), /\r\n/);
  assert.deepEqual(await other.codes("--format", "text"), ["database-missing"]);
  assert.deepEqual(await other.codes(), []);
  other.write("migrations/a1/up.sql", "\ufeffCREATE TABLE a1 (a);\r\n\r\n");
  await other.git("config", "core.autocrlf", "false");
  await other.git("add", ".");
  assert.deepEqual(await other.codes("--format", "text"), ["database-missing"]);
  assert.deepEqual(await other.codes(), []);
  other.write(".gitattributes", "*.sql eol=crlf\n");
  await other.commit();
  await other.git("rm", "-rq", "--cached", ".");
  await other.git("reset", "-q", "--hard");
  assert.match(other.read("migrations/a2/up.sql"), /\r\n/);
  assert.deepEqual(await other.codes("--format", "text"), ["database-missing"]);
  other.write("migrations/a1/up.sql", "\ufeffCREATE TABLE a1 (b);\r\n");
  await other.git("add", ".");
  assert.deepEqual(await other.codes(), ["revision-edited"]);
});

Deno.test("verify --staged warns of a database that the next commit would hold, and of no other file", async () => {
  using project = await committed();
  const staged = async () => (await project.codes()).filter((code) => code === "database-staged");
  project.write(
    "aludel.json",
    '{"database":"app.db","databases":{"dev":"data/dev.db","far":"libsql://x.io","other":"../x.db"}}',
  );
  for (const name of ["app.db", "app.db-wal", "data/dev.db", "other.db", "data/dev.db.sql"]) {
    project.write(name, "x");
  }
  assert.deepEqual(await staged(), []);
  await project.git("add", "-f", "app.db", "app.db-wal", "data/dev.db", "other.db", "data");
  assert.equal((await staged()).length, 3);
  const { code, stdout } = await project.aludel("verify", "--staged");
  assert.equal(code, 0);
  assert.match(stdout, /^warning\[database-staged\]: The database file "app\.db" is staged$/m);
  assert.match(stdout, /next: git rm --cached -- app\.db$/m);
  // What is committed already, or taken out, is no news.
  await project.git("commit", "-q", "--no-verify", "-m", "all");
  assert.deepEqual(await staged(), []);
  await project.git("rm", "-q", "--cached", "app.db");
  assert.deepEqual(await staged(), []);
  const url = await aludel(["verify", "--staged"], {
    cwd: project.path,
    env: { ...GIT_ENVIRONMENT, ALUDEL_DATABASE: "other.db" },
  });
  assert.doesNotMatch(url.stdout, /database-staged/);
  project.write("other.db", "y");
  await project.git("add", "-f", "other.db");
  assert.match(
    (await aludel(["verify", "--staged"], {
      cwd: project.path,
      env: { ...GIT_ENVIRONMENT, ALUDEL_DATABASE: "other.db" },
    })).stdout,
    /"other\.db" is staged/,
  );
});

Deno.test("verify --staged tells a project that is not staged yet from none at all", async () => {
  using project = await gitProject();
  project.write("other.txt", "x");
  await project.git("add", "other.txt");
  const begun = await project.aludel("verify", "--staged");
  assert.equal(begun.code, 0);
  assert.match(
    begun.stdout,
    /^warning\[manifest-missing\]: The manifest is on disk but not in the index/,
  );
  assert.doesNotMatch(begun.stderr, /as it should be/);
  Deno.removeSync(`${project.path}/migrations`, { recursive: true });
  const none = await project.aludel("verify", "--staged");
  assert.equal(none.code, 1);
  assert.match(none.stderr, /^error\[project-missing\]/);
});
