import assert from "node:assert/strict";
import { crc32, sipHash13 } from "../../../src/import/checksum.ts";
import type { ForeignHistory } from "../../../src/import/foreign.ts";
import { findTools } from "../../../src/import/foreign_project.ts";
import { foreignTools } from "../../../src/import/tools.ts";
import { localDatabases, readWranglerDatabases } from "../../../src/import/tools/wrangler.ts";
import { memoryFolder } from "./memory_folder.ts";

async function read(files: Readonly<Record<string, string>>) {
  const project = memoryFolder(files);
  const tools = foreignTools(await readWranglerDatabases(project));
  const [{ tool, place }] = findTools({ tools, project, name: undefined, source: "" });
  return { name: tool.name, place, history: tool.read(project, place) };
}

const keys = ({ revisions }: ForeignHistory) => revisions.map(({ key }) => key);

Deno.test("crc32() and sipHash13() give the published values", () => {
  const bytes = (text: string) => new TextEncoder().encode(text);
  assert.equal(crc32([bytes("1234"), bytes("56789")]) >>> 0, 0xcbf43926);
  // Rust: DefaultHasher::new().finish(). What refinery hashes is in its fixture.
  assert.equal(sipHash13(bytes("")), "15130871412783076140");
});

Deno.test("dbmate: several pairs in a file are undone in the reverse order; a marker in a text is none", async () => {
  const { name, history } = await read({
    "db/migrations/1_a.sql":
      "-- migrate:up\nCREATE TABLE a (x);\n-- migrate:down\nDROP TABLE a;\n-- migrate:up transaction:false\n" +
      "CREATE TABLE b (x DEFAULT '\n-- migrate:down\n');\n-- migrate:down\nDROP TABLE b;\n",
    "db/migrations/notes.sql": "",
  });
  assert.equal(name, "dbmate");
  const [{ up, down } = assert.fail()] = history.revisions;
  assert.match(up.text, /CREATE TABLE a[^]*CREATE TABLE b \(x DEFAULT '\n-- migrate:down\n'\)/);
  assert.match(down?.text ?? "", /DROP TABLE b;\s*DROP TABLE a;/);
  // Places in the text are those in the file.
  assert.equal(up.text.split("\n")[1], "CREATE TABLE a (x);");
});

Deno.test("goose: versions go by their number, and a file with ENVSUB or of Go is refused", async () => {
  const up = "-- +goose Up\nCREATE TABLE t (x);\n";
  const { name, history } = await read({ "m/10_c.sql": up, "m/00002_b.sql": up, "m/9_x.sql": up });
  assert.equal(name, "goose");
  assert.deepEqual(keys(history), ["2", "9", "10"]);
  assert.equal(history.revisions[0]?.down, null);
  await assert.rejects(read({ "m/1_a.sql": `-- +goose ENVSUB ON\n${up}` }), /ENVSUB/);
  await assert.rejects(read({ "m/1_a.sql": up, "m/2_b.go": "package m" }), /Go code/);
});

Deno.test("golang-migrate: 10 comes after 9, and two files of one version are refused", async () => {
  const { name, history } = await read({
    "m/10_c.up.sql": "SELECT 1;",
    "m/9_b.up.sql": "SELECT 1;",
    "m/9_b.down.sql": "SELECT 2;",
  });
  assert.equal(name, "golang-migrate");
  assert.deepEqual(keys(history), ["9", "10"]);
  assert.equal(history.revisions[0]?.down?.text, "SELECT 2;");
  await assert.rejects(read({ "m/1_a.up.sql": "", "m/01_b.up.sql": "" }), /version 1/);
});

Deno.test("Flyway: 1.10 comes after 1.9, and zeros change no version", async () => {
  const { name, history } = await read({
    "sql/V1.10__c.sql": "",
    "sql/V1_9__b.sql": "",
    "sql/V001.0__a.sql": "",
  });
  assert.equal(name, "flyway");
  assert.deepEqual(keys(history), ["1", "1.9", "1.10"]);
});

Deno.test("the crate beside or above the files tells sqlx, Diesel and refinery from others", async () => {
  const crate = (name: string) => `[dependencies]\n${name} = "1"\n`;
  const sqlx = { "api/Cargo.toml": crate("sqlx"), "api/migrations/1_a.up.sql": "" };
  assert.equal((await read(sqlx)).name, "sqlx");
  assert.equal(
    (await read({ ...sqlx, "api/Cargo.toml": crate("rusqlite") })).name,
    "golang-migrate",
  );
  const v1 = { "migrations/V1__a.sql": "" };
  assert.equal((await read({ ...v1, "Cargo.toml": crate("refinery") })).name, "refinery");
  assert.equal((await read(v1)).name, "flyway");
  const diesel = await read({
    "Cargo.toml": crate("diesel"),
    "migrations/2024-01-31-120000_a/up.sql": "",
    "migrations/00000000000000_setup/up.sql": "",
  });
  assert.deepEqual([diesel.name, keys(diesel.history)], ["diesel", [
    "00000000000000",
    "20240131120000",
  ]]);
  assert.equal(diesel.history.revisions[1]?.created, "2024-01-31T12:00:00Z");
});

Deno.test("no tool reads a folder with a manifest of Aludel's", async () => {
  await assert.rejects(
    read({
      "Cargo.toml": '[dependencies]\ndiesel = "2"\n',
      "migrations/manifest.json": '{"format":1,"revisions":[\nnull]}\n',
      "migrations/2026-01-01_abc/up.sql": "",
    }),
    /No migrations of another tool/,
  );
});

Deno.test("Wrangler: the three notations name the same folder, and environments come after", async () => {
  const files = { "db/1_a.sql": "SELECT 1;" };
  const entry = '{ "binding": "DB", "migrations_dir": "./db", "migrations_table": "done" }';
  for (
    const settings of [
      { "wrangler.json": `{ "d1_databases": [${entry}] }` },
      { "wrangler.jsonc": `{ // a comment\n "env": { "x": { "d1_databases": [${entry},], } } }` },
      { "wrangler.toml": '[[d1_databases]]\nmigrations_dir = "db"\nmigrations_table = "done"\n' },
    ]
  ) {
    const { name, place } = await read({ ...files, ...settings });
    assert.deepEqual([name, place], ["wrangler", { folder: "db", table: "done" }]);
  }
  await assert.rejects(
    readWranglerDatabases(memoryFolder({ "wrangler.toml": "a = \n" })),
    /line 1/,
  );
  await assert.rejects(readWranglerDatabases(memoryFolder({ "wrangler.json": "{\n]" })), /line 2/);
  const local = ".wrangler/state/v3/d1/miniflare-D1DatabaseObject";
  assert.deepEqual(
    localDatabases(memoryFolder({ [`${local}/metadata.sqlite`]: "", [`${local}/a.sqlite`]: "" })),
    [`${local}/a.sqlite`],
  );
});

Deno.test("Drizzle: a part without a semicolon is ended before a comment that follows it", async () => {
  const { name, history } = await read({
    "drizzle/meta/_journal.json":
      '{"dialect":"sqlite","entries":[{"idx":0,"when":1700000000000,"tag":"0000_a"}]}',
    "drizzle/0000_a.sql":
      "CREATE TABLE a (x) -- first\n--> statement-breakpoint\nCREATE TABLE b (x)",
  });
  assert.equal(name, "drizzle");
  const [revision] = history.revisions;
  assert.equal(revision?.up.text, "CREATE TABLE a (x); -- first\nCREATE TABLE b (x);\n");
  assert.equal(revision?.created, "2023-11-14T22:13:20Z");
});
