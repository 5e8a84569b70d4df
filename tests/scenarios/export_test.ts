import assert from "node:assert/strict";
import { embedded } from "../../src/mod.ts";
import { openWorkspace } from "../../src/project/workspace/workspace.ts";
import { importFixtures, unpackImportFixture } from "../fixtures/import_fixture.ts";
import { run, sqlite3, type TemporaryFolder, temporaryFolder, temporaryProject } from "./cli.ts";

interface Told {
  readonly id: string;
  readonly parents: readonly string[];
  readonly message: string;
  readonly hasDown: boolean;
}

const shape = (revisions: readonly Told[]) =>
  revisions.map(({ id, parents, message, hasDown }) => ({ id, parents, message, hasDown }));

/** Adds a revision with the given texts. */
async function addRevision(
  folder: TemporaryFolder,
  id: string,
  up: string,
  down: string | null,
  ...flags: string[]
): Promise<void> {
  const noDown = down === null ? ["--no-down"] : [];
  await folder.prepare("revision", "-m", `step ${id}`, "--rev-id", id, ...noDown, ...flags);
  const { dir } = JSON.parse(
    folder.read("migrations/manifest.json").split("\n").find((line) =>
      line.includes(`"id":"${id}"`)
    )!
      .replace(/,$/, ""),
  );
  folder.write(`migrations/${dir}/up.sql`, up);
  if (down !== null) folder.write(`migrations/${dir}/down.sql`, down);
}

for (
  const name of importFixtures().filter((name) => /^(?:dbmate|goose|golang|flyway)/.test(name))
) {
  for (const format of ["golang-migrate", "goose", "dbmate"]) {
    Deno.test(`export ${format} of what was ${name}, imported again, is the same history`, async () => {
      using folder = temporaryFolder();
      await unpackImportFixture(name, folder);
      Deno.removeSync(`${folder.path}/app.db`);
      const first = JSON.parse(await folder.prepare("import", "--json"));
      const schema = folder.read("schema.sql");
      const told = JSON.parse(await folder.prepare("export", format, "--out", "out/m", "--json"));
      assert.equal(told.revisions.length, first.revisions.length);
      using again = temporaryFolder();
      for (const file of told.files) again.write(`m/${file}`, folder.read(`out/m/${file}`));
      const second = JSON.parse(await again.prepare("import", format, "--json"));
      const isNumbered = first.revisions.every(({ id }: Told) => /^\d+$/.test(id));
      const isSorted = name !== "golang-migrate" && name !== "goose" || format !== "dbmate";
      if (isNumbered && isSorted) assert.deepEqual(shape(second.revisions), shape(first.revisions));
      else {
        assert.deepEqual(
          second.revisions.map(({ message, hasDown }: Told) => [message, hasDown]),
          first.revisions.map(({ message, hasDown }: Told) => [message, hasDown]),
        );
      }
      assert.equal(again.read("schema.sql"), schema);
      // A second cycle adds nothing.
      await again.prepare("export", format, "--out", "twice");
      for (const file of told.files) {
        if (again.has(`twice/${file}`)) {
          assert.equal(
            again.read(`twice/${file}`),
            again.read(`m/${file}`),
          );
        }
      }
    });
  }
}

/** A child table, and a rebuild of its parent: what takes the rows along where foreign keys are enforced. */
async function rebuildProject(): Promise<TemporaryFolder> {
  const folder = temporaryProject();
  await addRevision(
    folder,
    "1",
    "CREATE TABLE p (id INTEGER PRIMARY KEY);\n" +
      "CREATE TABLE c (p REFERENCES p (id) ON DELETE CASCADE);\n" +
      "CREATE TRIGGER t AFTER INSERT ON c BEGIN\n  SELECT 1;\n  SELECT 2;\nEND;\n",
    null,
  );
  await addRevision(
    folder,
    "2",
    "CREATE TABLE n (id INTEGER PRIMARY KEY, x DEFAULT ';');\nINSERT INTO n (id) SELECT id FROM p;\n" +
      "DROP TABLE p;\nALTER TABLE n RENAME TO p",
    "ALTER TABLE p DROP COLUMN x;\n",
  );
  await folder.prepare("seal");
  return folder;
}

Deno.test("export sql writes scripts that keep rows on any connection", async () => {
  using folder = await rebuildProject();
  await folder.prepare("export", "sql", "--out", "sql");
  const database = `${folder.path}/shell.db`;
  const feed = async (file: string) => {
    const script = `PRAGMA foreign_keys = ON;\n${folder.read(`sql/${file}`)}`;
    const { code, stderr } = await run("sqlite3", ["-bail", database], { stdin: script });
    assert.equal(code, 0, stderr);
  };
  await feed(
    "1_step_1.up.sql",
  );
  await sqlite3(database, "INSERT INTO p VALUES (1); INSERT INTO c VALUES (1)");
  await feed("2_step_2.up.sql");
  assert.equal(await sqlite3(database, "SELECT count(*) FROM c"), "1");
  await folder.prepare("upgrade", "head", "-d", "own.db");
  assert.equal(await folder.prepare("diff", "own.db", "shell.db"), "");
  await feed("2_step_2.down.sql");
  assert.equal(folder.has("sql/1_step_1.down.sql"), false);
});

Deno.test("export writes a rebuild outside of the other tool's transaction, with foreign keys off", async () => {
  using folder = await rebuildProject();
  await folder.prepare("export", "goose", "--out", "goose");
  assert.match(
    folder.read("goose/2_step_2.sql"),
    /^-- \+goose NO TRANSACTION\n-- \+goose Up\nPRAGMA foreign_keys = OFF;\nBEGIN;\n[^]*RENAME TO p;\n?COMMIT;\nPRAGMA foreign_keys = ON;\n/,
  );
  assert.match(
    folder.read("goose/1_step_1.sql"),
    /-- \+goose StatementBegin\nCREATE TRIGGER[^]*END;\n-- \+goose StatementEnd\n/,
  );
  await folder.prepare("export", "dbmate", "--out", "dbmate");
  assert.match(folder.read("dbmate/2_step_2.sql"), /^-- migrate:up transaction:false\nPRAGMA/);
  const { stderr } = await folder.inProcess("export", "golang-migrate", "--out", "gm");
  assert.match(stderr, /without enforcing them[^]*2_step_2.up.sql/);
});

Deno.test("export puts branches in one line, and says what is lost", async () => {
  using folder = temporaryProject();
  await addRevision(folder, "a", "CREATE TABLE a (x);\n", "DROP TABLE a;\n");
  await addRevision(folder, "b", "CREATE TABLE b (x);\n", "DROP TABLE b;\n");
  await addRevision(
    folder,
    "c",
    "CREATE TABLE c (x);\n",
    "DROP TABLE c;\n",
    "--head",
    "a",
    "--splice",
  );
  await folder.prepare("merge", "heads", "-m", "join");
  const told = JSON.parse(await folder.prepare("export", "goose", "--out", "m", "--json"));
  assert.equal(told.revisions.length, 4);
  const sentences = told.notices.map(({ message }: { message: string }) => message).join();
  assert.match(sentences, /no branches.*in one line[^]*4 drafts are in it/);
  using again = temporaryFolder();
  for (const file of told.files) again.write(`m/${file}`, folder.read(`m/${file}`));
  await again.prepare("import");
  await again.prepare("upgrade", "head", "-d", "new.db");
});

Deno.test("export writes a range of revisions, and says what they continue from", async () => {
  using folder = temporaryProject();
  for (const [id, table] of [["r1", "a"], ["r2", "b"], ["r3", "c"]] as const) {
    await addRevision(folder, id, `CREATE TABLE ${table} (x);\n`, `DROP TABLE ${table};\n`);
  }
  const told = JSON.parse(await folder.prepare("export", "goose", "r2:", "--out", "new", "--json"));
  assert.deepEqual(told.revisions.map(({ id }: { id: string }) => id), ["r2", "r3"]);
  assert.match(JSON.stringify(told.notices), /continue from r1/);
  const one = JSON.parse(await folder.prepare("export", "sql", "r1", "--out", "one", "--json"));
  assert.deepEqual(one.revisions.map(({ id }: { id: string }) => id), ["r1"]);
  assert.deepEqual(
    one.notices.filter((notice: unknown) => JSON.stringify(notice).includes("go on")),
    [],
  );
  const embed = await folder.inProcess("export", "embed", "r2:", "--out", "m.ts");
  assert.match(embed.stderr, /error\[usage\]: A module always has all revisions/);
});

Deno.test("export embed writes one module that the library reads, and writes it again", async () => {
  using folder = temporaryProject();
  const awkward = "INSERT INTO t VALUES ('`${x}\\n`');\n";
  await addRevision(folder, "a", `CREATE TABLE t (x);\n${awkward}`, "DROP TABLE t;\n");
  await folder.prepare("seal");
  for (const out of ["src/migrations.ts", "src/migrations.js"]) {
    await folder.prepare("export", "embed", "--out", out);
    await folder.prepare("export", "embed", "--out", out);
    const { migrations } = await import(`file://${folder.path}/${out}`);
    const workspace = openWorkspace(embedded(migrations));
    assert.deepEqual([...workspace!.entries.keys()], ["a"]);
    const [dir] = workspace!.files.folders();
    const up = new TextDecoder().decode(workspace!.files.read(`${dir}/up.sql`)!);
    assert.ok(up.endsWith(awkward));
  }
  folder.write("src/own.ts", "export const mine = 1;\n");
  const own = await folder.inProcess("export", "embed", "--out", "src/own.ts");
  assert.match(own.stderr, /error\[export-exists\]/);
  assert.equal(folder.read("src/own.ts"), "export const mine = 1;\n");
});

Deno.test("export refuses what the other tool would read as something else, and writes nothing", async () => {
  using folder = temporaryProject();
  assert.match(
    (await folder.inProcess("export", "goose", "--out", "m")).stderr,
    /error\[export-empty\]/,
  );
  await addRevision(
    folder,
    "a",
    "CREATE TABLE a (x);\n-- migrate:down\nCREATE TABLE b (x);\n",
    null,
  );
  const { code, stderr } = await folder.inProcess("export", "dbmate", "--out", "m");
  assert.equal(code, 1);
  assert.match(stderr, /error\[export-failed\]/);
  assert.equal(folder.has("m"), false);
  await folder.prepare("export", "goose", "--out", "m");
  assert.match((await folder.inProcess("export", "goose", "--out", "m")).stderr, /export-exists/);
  assert.equal((await folder.inProcess("export", "goos", "--out", "n")).code, 2);
  assert.equal((await folder.inProcess("export", "goose")).code, 2);
});
