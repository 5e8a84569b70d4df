import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { type RunProject, runProject } from "../scenarios/run_project.ts";
import { endWhen, ROUNDS, startAludel } from "./killed_command.ts";

const DATABASES = 300;
/** Every so many databases one has rows in the table that the revision drops, so that a restore point is made. */
const WITH_ROWS = 25;

/** A project whose fleet is to get a2 and a3, with a template of its databases. */
function fleetProject(): RunProject {
  const project = runProject();
  project.add("a1", "CREATE TABLE one(x); CREATE TABLE old(x);", "DROP TABLE one; DROP TABLE old;");
  return project;
}

const pathOf = (project: RunProject, name: string | number) => `${project.path}/tenants/${name}.db`;

function write(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

/** Everything that a database holds but our own tables, and the ids that it has recorded. */
function lookAt(path: string): { readonly content: string; readonly applied: string } {
  const database = new DatabaseSync(path);
  try {
    const rows = (sql: string) => database.prepare(sql).all();
    assert.equal(rows("PRAGMA integrity_check")[0]!["integrity_check"], "ok", path);
    const tables = rows(
      "SELECT name, sql FROM sqlite_schema WHERE name NOT LIKE 'aludel%' AND name NOT LIKE 'sqlite%' ORDER BY name",
    );
    const content = tables.map(({ name, sql }) => [sql, rows(`SELECT rowid, * FROM "${name}"`)]);
    const applied = rows("SELECT id FROM aludel_revision ORDER BY position").map(({ id }) => id);
    return { content: JSON.stringify(content), applied: applied.join(" ") };
  } finally {
    database.close();
  }
}

/** Fills tenants/ with databases at a1, and a damaged, a foreign and an ahead one. @returns What the good ones hold. */
async function fill(project: RunProject): Promise<ReadonlyMap<string, string>> {
  const folder = `${project.path}/tenants`;
  for (const gone of [folder, `${project.path}/.aludel`]) {
    await Deno.remove(gone, { recursive: true }).catch(() => {});
  }
  Deno.mkdirSync(folder);
  const before = new Map<string, string>();
  for (let number = 0; number < DATABASES; number++) {
    const path = pathOf(project, number);
    Deno.copyFileSync(`${project.path}/template.db`, path);
    const rows = number % WITH_ROWS === 0 ? "INSERT INTO old VALUES (1), (2);" : "";
    write(path, `${rows} INSERT INTO one VALUES (${number})`);
    before.set(path, lookAt(path).content);
  }
  Deno.copyFileSync(`${project.path}/template.db`, pathOf(project, "foreign"));
  write(pathOf(project, "foreign"), "UPDATE aludel_revision SET id = 'other'");
  Deno.copyFileSync(`${project.path}/ahead.db`, pathOf(project, "ahead"));
  Deno.writeTextFileSync(pathOf(project, "corrupt"), "SQLite format 3\0".padEnd(8192, "?"));
  return before;
}

Deno.test("a run of a fleet that is killed goes on to its end, and is taken back exactly", {
  ignore: Deno.build.os === "windows",
}, async () => {
  using project = fleetProject();
  await project.prepare("upgrade", "-d", "template.db");
  const manifest = project.read("migrations/manifest.json");
  project.add("z9", "CREATE TABLE late(x);", "DROP TABLE late;");
  await project.prepare("upgrade", "-d", "ahead.db");
  project.write("migrations/manifest.json", manifest);
  project.add("a2", "CREATE TABLE two(x); INSERT INTO two SELECT x FROM one;", "DROP TABLE two;", [
    "a1",
  ]);
  project.add("a3", "DROP TABLE old;", "CREATE TABLE old(x);");
  // The ahead one has all that the others are to get.
  await project.prepare("upgrade", "heads", "-d", "ahead.db", "--foreign").catch(() => {});
  const run = [
    "fleet",
    "upgrade",
    "--glob",
    "tenants/*.db",
    "--on-error",
    "continue",
    "--lock-timeout",
    "0.1",
  ];
  let inside = 0;
  for (let round = 0; round < Math.ceil(ROUNDS / 5); round++) {
    const before = await fill(project);
    const locked = pathOf(project, "locked");
    Deno.copyFileSync(`${project.path}/template.db`, locked);
    const holder = new DatabaseSync(locked);
    holder.exec("BEGIN EXCLUSIVE");
    const strangers = ["foreign", "ahead", "corrupt"].map((name) =>
      Deno.readFileSync(pathOf(project, name))
    );
    const done = () =>
      [...before.keys()].filter((path) => lookAt(path).applied === "a1 a2 a3").length;
    try {
      const limit = Math.random() * DATABASES;
      const child = startAludel(project.path, run);
      let seen = 0;
      await endWhen(
        child,
        () => isUpgraded(pathOf(project, Math.floor(limit))) || ++seen > 20_000,
        0,
      );
      await child.output();
      const after = done();
      if (after > 0 && after < DATABASES) inside++;
      for (const path of before.keys()) {
        assert.match(lookAt(path).applied, /^a1(?: a2 a3)?$/, `${path} is not at a boundary`);
      }
      const { code, stdout, stderr } = await project.aludel(
        "fleet",
        "resume",
        "--on-error",
        "continue",
      );
      assert.equal(code, 4, stderr);
      assert.equal(done(), DATABASES, stdout);
      // The damaged one, the foreign one and the locked one.
      assert.match(stdout, /upgraded, 1 had nothing to do, 3 failed\.$/m);
    } finally {
      holder.close();
    }
    const undo = await project.aludel("fleet", "undo");
    assert.equal(undo.code, 0, undo.stdout + undo.stderr);
    for (const [path, content] of before) {
      assert.deepEqual(lookAt(path), { content, applied: "a1" }, path);
    }
    const now = ["foreign", "ahead", "corrupt"].map((name) =>
      Deno.readFileSync(pathOf(project, name))
    );
    assert.deepEqual(now, strangers);
  }
  assert.ok(inside > 0, "no kill hit the middle of a run");
});

/** Looks from outside, and takes no lock that the run would wait for. */
function isUpgraded(path: string): boolean {
  const bytes = Deno.readFileSync(path);
  return new TextDecoder("latin1").decode(bytes).includes("CREATE TABLE two");
}
