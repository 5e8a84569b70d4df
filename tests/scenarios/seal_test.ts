import assert from "node:assert/strict";
import { run, type TemporaryFolder, temporaryProject } from "./cli.ts";
import { runProject } from "./run_project.ts";

async function projectWithRevision(): Promise<{ project: TemporaryFolder; up: string }> {
  const project = temporaryProject();
  const { up } = JSON.parse(
    await project.prepare("revision", "-m", "one", "--rev-id", "a1", "--json"),
  );
  project.write(up, "CREATE TABLE t(a);\n");
  return { project, up };
}

async function commit(project: TemporaryFolder) {
  const git = (...args: string[]) => run("git", args, { cwd: project.path });
  await git("init", "-q");
  await git("add", ".");
  await git("-c", "user.name=t", "-c", "user.email=t@example.org", "commit", "-qm", "x");
}

Deno.test("seal records the hashes of all drafts, and once only", async () => {
  const { project, up } = await projectWithRevision();
  using _folder = project;
  await project.prepare("revision", "-m", "two", "--rev-id", "a2", "--no-down");
  assert.equal(await project.done("seal"), "sealed    a1\nsealed    a2\n");
  const [a1, a2] = JSON.parse(project.read("migrations/manifest.json")).revisions;
  const sum = await run("sha256sum", [`${project.path}/${up}`], {});
  assert.equal(a1.up, `sha256:${sum.stdout.slice(0, 64)}`);
  assert.equal(a2.down, "none");
  const again = await project.aludel("seal");
  assert.deepEqual([again.code, again.stdout], [0, ""]);
  assert.match(again.stderr, /^Nothing to seal: there is no draft\.\n/);
});

Deno.test("seal tells of revisions in the order of the history", async () => {
  using project = temporaryProject();
  for (const id of ["c1", "a2", "b3"]) {
    await project.prepare("revision", "-m", id, "--rev-id", id, "--no-down");
  }
  assert.equal(await project.done("seal"), "sealed    c1\nsealed    a2\nsealed    b3\n");
});

Deno.test("seal seals what is named", async () => {
  const { project } = await projectWithRevision();
  using _folder = project;
  await project.prepare("revision", "-m", "two", "--rev-id", "a2");
  assert.deepEqual(JSON.parse(await project.done("seal", "head", "--json")), {
    format: 1,
    sealed: ["a2"],
    resealed: [],
    unchanged: [],
    emptyDowns: [],
    edited: [],
  });
  assert.match(
    await project.done("history"),
    /^a1 -> a2 \(head\), two\n<base> -> a1 \(draft\), one\n$/,
  );
});

Deno.test("seal refuses an edited revision; --force signs it again and keeps the old pair", async () => {
  const { project, up } = await projectWithRevision();
  using _folder = project;
  await project.prepare("seal");
  const before = JSON.parse(project.read("migrations/manifest.json")).revisions[0];
  project.write(up, "CREATE TABLE t(a, b);\n");
  const refused = await project.aludel("seal", "a1");
  assert.equal(refused.code, 1);
  assert.match(
    refused.stderr,
    /^error\[seal-edited\]: .*"a1"[\s\S]*next: aludel seal --force a1\n/,
  );
  assert.match(
    await project.done("show", "a1"),
    /Seal: +broken: up\.sql changed since it was sealed\n/,
  );
  assert.equal(await project.done("seal", "--force", "a1"), "resealed  a1\n");
  const after = JSON.parse(project.read("migrations/manifest.json")).revisions[0];
  assert.deepEqual(after.was, [[before.up, before.down]]);
  assert.notEqual(after.up, before.up);
});

Deno.test("seal --cosmetic accepts changed comments, compared with the text in git", async () => {
  const { project, up } = await projectWithRevision();
  using _folder = project;
  await project.prepare("seal");
  await commit(project);
  project.write(up, "-- a table\nCREATE  TABLE t(a);\n");
  assert.equal(await project.done("seal", "--cosmetic"), "resealed  a1\n");
  project.write(up, "CREATE TABLE t(b);\n");
  const refused = await project.aludel("seal", "--cosmetic", "a1");
  assert.equal(refused.code, 1);
});

Deno.test("seal --cosmetic refuses a real change, and says so", async () => {
  const { project, up } = await projectWithRevision();
  using _folder = project;
  await project.prepare("seal");
  await commit(project);
  project.write(up, "CREATE TABLE t(b);\n");
  const before = project.read("migrations/manifest.json");
  const refused = await project.aludel("seal", "--cosmetic");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^error\[seal-edited\]: More than space and comments changed/);
  assert.equal(project.read("migrations/manifest.json"), before);
});

Deno.test("seal --cosmetic without the sealed text cannot tell, and says so", async () => {
  const { project, up } = await projectWithRevision();
  using _folder = project;
  await project.prepare("seal");
  project.write(up, "-- a table\nCREATE TABLE t(a);\n");
  const refused = await project.aludel("seal", "--cosmetic");
  assert.equal(refused.code, 1);
  assert.match(refused.stderr, /^error\[seal-text-unknown\]: [\s\S]*next: aludel seal --force a1/);
});

Deno.test("seal refuses a revision without up.sql, a text that is not UTF-8, and flags that contradict", async () => {
  const { project, up } = await projectWithRevision();
  using _folder = project;
  Deno.writeFileSync(`${project.path}/${up}`, new Uint8Array([0x2d, 0x2d, 0xff]));
  assert.match((await project.aludel("seal")).stderr, /^error\[sql-encoding\]/);
  Deno.removeSync(`${project.path}/${up}`);
  assert.match((await project.aludel("seal")).stderr, /^error\[seal-no-up\]/);
  assert.equal((await project.aludel("seal", "--force")).code, 2);
  assert.equal((await project.aludel("seal", "--force", "--cosmetic", "a1")).code, 2);
  assert.match((await project.aludel("seal", "zz")).stderr, /^error\[ref-not-found\]/);
});

Deno.test("seal --cosmetic compares with what the database ran where git has nothing", async () => {
  const { project, up } = await projectWithRevision();
  using _folder = project;
  await project.prepare("seal");
  await project.prepare("upgrade", "head");
  project.write(up, "-- a table\nCREATE TABLE t(a);\n");
  assert.equal(await project.done("seal", "--cosmetic"), "resealed  a1\n");
});

Deno.test("seal says that there is nothing to seal, and which sealed revision was edited", async () => {
  using project = runProject();
  project.add("a1", "CREATE TABLE a (x);", "DROP TABLE a;");
  project.add("a2", "CREATE TABLE b (x);", "DROP TABLE b;");
  await project.prepare("seal");
  const clean = await project.inProcess("seal");
  assert.equal(clean.stderr, "Nothing to seal: there is no draft.\n");
  project.edit("a1", "up", "CREATE TABLE a (x, y);");
  const edited = await project.inProcess("seal");
  assert.equal(edited.code, 0);
  assert.match(edited.stderr, /^Nothing to seal: there is no draft\.$/m);
  assert.match(edited.stderr, /a1 is sealed, but its files were edited/);
  assert.match(edited.stderr, /next: aludel verify/);
  assert.deepEqual(JSON.parse((await project.inProcess("seal", "--json")).stdout).edited, ["a1"]);
  Deno.removeSync(`${project.path}/${project.file("a2", "down")}`);
  assert.match(
    (await project.inProcess("seal")).stderr,
    /a1, a2 are sealed, but their files were edited/,
  );
});
