import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { upgrade } from "../../src/mod.ts";
import { sqlite3, type TemporaryFolder, temporaryFolder } from "./cli.ts";
import { runProject } from "./run_project.ts";

/** Never called: it has Deno fetch the package with the other modules. */
export const fetched = () => import("sqlite-vec/vec0.so");

/** sqlite-vec, a real extension with a virtual table and functions. */
const VEC0 = fileURLToPath(import.meta.resolve("sqlite-vec/vec0.so"));
const { os, arch } = Deno.build;
const runsVec0 = os === "linux" && arch === "x86_64";

const TABLES = `
CREATE TABLE docs (id INTEGER PRIMARY KEY, body TEXT);
CREATE TABLE emb_notes (x);
CREATE TRIGGER gone AFTER DELETE ON docs BEGIN DELETE FROM emb WHERE rowid = old.id; END;
CREATE VIEW near AS SELECT rowid FROM emb;
CREATE TABLE alembic_version (version_num);
`;

/** Makes a database with a table of vectors, as an application with the extension does. */
function withVectors(path: string): void {
  // The type declarations may lack what is newer.
  const options = { allowExtension: true } as ConstructorParameters<typeof DatabaseSync>[1];
  const database = new DatabaseSync(path, options) as DatabaseSync & {
    loadExtension(path: string): void;
  };
  database.loadExtension(VEC0);
  database.exec("CREATE VIRTUAL TABLE emb USING vec0(e float[4])");
  database.exec("INSERT INTO emb(rowid, e) VALUES (1, '[1,2,3,4]')");
  database.exec(TABLES);
  database.close();
}

function settingsWithVec0(folder: TemporaryFolder): void {
  Deno.copyFileSync(VEC0, `${folder.path}/vec0.so`);
  folder.write("aludel.json", JSON.stringify({ database: "app.db", extensions: ["./vec0.so"] }));
}

Deno.test({
  name: "a project works with a real extension, from its adoption to the way back",
  ignore: !runsVec0,
  async fn() {
    using folder = temporaryFolder();
    withVectors(`${folder.path}/app.db`);
    settingsWithVec0(folder);
    const { stderr, stdout } = await folder.aludel("init", "--from", "app.db");
    assert.match(stderr, /^Loading the extension ".*vec0\.so", which aludel\.json names\.$/m);
    assert.doesNotMatch(stdout, /left out/);
    const schema = folder.read("schema.sql");
    assert.match(schema, /CREATE VIRTUAL TABLE emb USING vec0/);
    assert.match(schema, /CREATE TABLE emb_notes/);
    assert.doesNotMatch(schema, /emb_chunks|emb_vector_chunks|alembic/);
    await folder.done("check");
    await folder.done("verify", "--drift");
    folder.write("schema.sql", schema.replace("body TEXT", "body TEXT, more INT"));
    await folder.done("revision", "--autogenerate", "-m", "more");
    await folder.done("upgrade");
    assert.equal(await folder.done("diff", "app.db", "head"), "");
    await folder.done("downgrade", "-1");
    await folder.done("prove");
    await folder.done("upgrade", "head", "-d", "new.db");
    assert.equal(
      await sqlite3(`${folder.path}/new.db`, "SELECT count(*) FROM emb_vector_chunks00"),
      "0",
    );
  },
});

Deno.test({
  name: "no command that looks, records or copies loads an extension, and no hook",
  ignore: !runsVec0,
  async fn() {
    using folder = temporaryFolder();
    withVectors(`${folder.path}/app.db`);
    settingsWithVec0(folder);
    await folder.done("init", "--from", "app.db");
    await folder.done("seal");
    // A file that cannot be loaded would be an error for whoever tried.
    folder.write("vec0.so", "no library");
    for (
      const words of [
        ...["current", "status", "history", "heads", "show head", "verify", "stamp base"],
        ...["stamp head", "backup", "restore", "upgrade --dry-run", "downgrade base --sql"],
      ]
    ) {
      const { code, stderr } = await folder.aludel(...words.split(" "));
      assert.ok(!stderr.includes("xtension"), `${words}\n${stderr}`);
      assert.ok(code === 0 || code === 3 || words.startsWith("downgrade"), `${words}\n${stderr}`);
    }
    for (
      const words of [["prove", "--again"], ["diff", "app.db", "head"], ["verify", "--drift"]]
    ) {
      const { code, stdout, stderr } = await folder.aludel(...words);
      assert.ok(code === 1 || code === 3, words.join(" "));
      assert.match(
        stdout + stderr,
        /\[extension-failed\]: Extension ".*vec0\.so" could not be load/,
      );
    }
  },
});

Deno.test({
  name: "the library loads the extensions that it is told of",
  ignore: !runsVec0,
  async fn() {
    using project = runProject();
    project.add("v1", "CREATE VIRTUAL TABLE emb USING vec0(e float[4]);", "DROP TABLE emb;");
    const options = { database: project.database, migrations: `${project.path}/migrations` };
    await assert.rejects(upgrade(options), { code: "sql-failed" });
    await upgrade({ ...options, extensions: [VEC0] });
    assert.match(await project.sql(".tables"), /emb_chunks/);
    await assert.rejects(
      upgrade({ ...options, database: "x.db", extensions: ["./none.so"] }),
      { code: "extension-failed" },
    );
  },
});

/** Writes a definition into the schema as a database has it whose maker had more than this SQLite. */
async function foreign(folder: TemporaryFolder, ...definitions: readonly string[]): Promise<void> {
  const rows = definitions.map((sql) => {
    const [, kind = "", name = "", table = name] =
      /^CREATE (?:VIRTUAL )?(TABLE|INDEX|VIEW|TRIGGER) (\w+)(?: ON (\w+))?/.exec(sql)!;
    const quoted = sql.replaceAll("'", "''");
    return `('${kind.toLowerCase()}', '${name}', '${table}', 0, '${quoted}')`;
  });
  await sqlite3(
    `${folder.path}/app.db`,
    `${TABLES} PRAGMA writable_schema = ON;
     INSERT INTO sqlite_schema (type, name, tbl_name, rootpage, sql) VALUES ${rows.join(", ")}`,
  );
}

Deno.test("init --from leaves out what this SQLite cannot make, and names it", async () => {
  for (
    const [definition, name, reason] of [
      [
        "CREATE VIRTUAL TABLE emb USING vec0(e float[4])",
        "virtual table emb",
        "no such module: vec0",
      ],
      [
        "CREATE VIRTUAL TABLE SpatialIndex USING VirtualSpatialIndex()",
        "virtual table SpatialIndex",
        "no such module: VirtualSpatialIndex",
      ],
      [
        "CREATE VIEW odd AS SELECT body COLLATE unicase AS b FROM docs ORDER BY b",
        null,
        "",
      ],
    ] as const
  ) {
    using folder = temporaryFolder();
    await foreign(folder, definition);
    const { code, stdout, stderr } = await folder.aludel("init", "--from", "app.db");
    assert.equal(code, 0, stderr);
    assert.doesNotMatch(stdout + stderr, /aludel edit baseline/);
    const settings = JSON.parse(folder.read("aludel.json"));
    if (name === null) assert.equal(settings.exclude, undefined);
    else {
      assert.ok(stdout.includes(`left out  ${name}: ${reason}\n`), stdout);
      assert.deepEqual(settings.exclude, [name.split(" ").at(-1)]);
    }
    const schema = folder.read("schema.sql");
    assert.match(schema, /CREATE TABLE docs/);
    assert.match(schema, /CREATE TABLE emb_notes/);
    await folder.done("check");
    await folder.done("verify", "--drift");
    await folder.done("upgrade", "head", "-d", "new.db");
  }
});

Deno.test("init --from obeys the exclude of settings that are there, and asks to add what else is left out", async () => {
  using folder = temporaryFolder();
  await foreign(
    folder,
    "CREATE VIRTUAL TABLE emb USING vec0(e float[4])",
    "CREATE VIRTUAL TABLE geo USING VirtualSpatialIndex()",
  );
  const settings = '{"database":"app.db","exclude":["emb","emb_notes"]}';
  folder.write("aludel.json", settings);
  const { code, stdout, stderr } = await folder.aludel("init", "--from", "app.db");
  assert.equal(code, 0, stderr);
  assert.doesNotMatch(stdout, /left out {2}virtual table emb/);
  assert.match(stdout, /left out {2}virtual table geo: no such module/);
  assert.match(
    stderr,
    /Add to "exclude" in aludel\.json, so that they do not count as differences: "geo"/,
  );
  assert.equal(folder.read("aludel.json"), settings);
  assert.doesNotMatch(folder.read("schema.sql"), /CREATE TABLE emb_notes/);
});

Deno.test("init --from leaves out what needs a collation of the application's", async () => {
  using folder = temporaryFolder();
  await sqlite3(
    `${folder.path}/app.db`,
    `${TABLES.replace(/CREATE TRIGGER.*/, "")}
     CREATE TABLE names (n TEXT COLLATE NOCASE UNIQUE);
     CREATE INDEX by_n ON names (n);
     CREATE INDEX by_body ON docs (body COLLATE NOCASE);
     PRAGMA writable_schema = ON;
     UPDATE sqlite_schema SET sql = replace(sql, 'NOCASE', 'unicase');`,
  );
  const { code, stdout, stderr } = await folder.aludel("init", "--from", "app.db");
  assert.equal(code, 0, stderr);
  assert.match(stdout, /^left out {2}table names: no such collation sequence: unicase$/m);
  assert.match(stdout, /^left out {2}index by_n: it belongs to names$/m);
  assert.match(stdout, /^left out {2}index by_body: no such collation sequence: unicase$/m);
  assert.deepEqual(JSON.parse(folder.read("aludel.json")).exclude, ["by_body", "names"]);
  assert.match(folder.read("schema.sql"), /CREATE TABLE docs/);
  await folder.done("check");
  await folder.done("verify", "--drift");
});
