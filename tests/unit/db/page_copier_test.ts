import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { openDatabase } from "../../../src/db/open.ts";
import { CopyControl, PageCopier } from "../../../src/db/page_copier.ts";
import { TempFolder } from "../../fixtures/temp_folder.ts";
import { sqlite3 } from "../../scenarios/cli.ts";
import { findDamage } from "../../../src/project/copies/database_files.ts";

/** A database with a table `t` of one column that holds `word` in each of its rows. */
function make(path: string, word: string, pragmas = ""): DatabaseSync {
  const database = new DatabaseSync(path);
  database.exec(`${pragmas}; CREATE TABLE t(a)`);
  database.exec(
    `WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 5000)
     INSERT INTO t SELECT '${word}' FROM n`,
  );
  return database;
}

const WORDS = "PRAGMA integrity_check; SELECT DISTINCT a, count(*) FROM t";

Deno.test("PageCopier copies what is committed, the write-ahead log too, and leaves the target's mode", async () => {
  using folder = new TempFolder();
  const [from, to] = [folder.file("a?b %.db"), folder.file("copy.db")];
  const source = make(from, "new", "PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0");
  source.exec("BEGIN IMMEDIATE; DELETE FROM t");
  Deno.openSync(to, { write: true, createNew: true, mode: 0o600 }).close();
  await new PageCopier().copy({ from, to });
  source.exec("ROLLBACK");
  source.close();
  assert.equal(await sqlite3(to, WORDS), "ok\nnew|5000");
  assert.equal(Deno.statSync(to).mode! & 0o777, 0o600);
});

Deno.test("PageCopier reads and replaces what another connection has locked, and lets nobody in meanwhile", async () => {
  using folder = new TempFolder();
  const [live, kept, point] = ["live.db", "kept.db", "point.db"].map((name) => folder.file(name));
  make(live!, "old").close();
  // Another page size, and fewer pages.
  make(point!, "new", "PRAGMA page_size = 8192").exec("DELETE FROM t WHERE rowid > 4000; VACUUM");
  Deno.writeFileSync(kept!, new Uint8Array());
  const holder = new DatabaseSync(live!);
  holder.exec("BEGIN EXCLUSIVE");
  const copier = new PageCopier();
  await copier.copy({ from: live!, to: kept!, guarded: "from" });
  await assert.rejects(sqlite3(live!, "SELECT count(*) FROM t"), /locked/);
  await copier.copy({ from: point!, to: live!, guarded: "to" });
  copier.close();
  holder.exec("ROLLBACK");
  // The holder's own cache knows that the file has changed.
  assert.equal(Number(holder.prepare("SELECT count(*) AS n FROM t").get()?.["n"]), 4000);
  holder.close();
  assert.equal(await sqlite3(live!, WORDS), "ok\nnew|4000");
  assert.equal(await sqlite3(kept!, WORDS), "ok\nold|5000");
  assert.deepEqual(folder.names(), ["kept.db", "live.db", "point.db"]);
});

/** A database in WAL mode with "old" in it, a copy with "new", and a reader in a transaction. */
function scene(folder: TempFolder) {
  const [live, point] = [folder.file("live.db"), folder.file("point.db")];
  const writer = make(live, "old", "PRAGMA journal_mode = WAL");
  make(point, "new").close();
  const reader = new DatabaseSync(live);
  reader.exec("BEGIN");
  const read = (database: DatabaseSync) => database.prepare("SELECT DISTINCT a FROM t").all();
  read(reader);
  const close = () => [writer, reader].forEach((database) => database.close());
  return {
    live,
    point,
    writer,
    reader,
    words: (database: DatabaseSync) => read(database)[0]?.["a"],
    close,
  };
}

Deno.test("PageCopier replaces a database in WAL mode beside its readers, who see the old content to their end", async () => {
  using folder = new TempFolder();
  const { live, point, writer, reader, words, close } = scene(folder);
  const copier = new PageCopier();
  copier.watch(live);
  assert.equal(await copier.replace({ from: point, to: live }, new CopyControl()), "done");
  assert.equal(words(reader), "old");
  assert.equal(words(writer), "new");
  reader.exec("COMMIT");
  assert.equal(words(reader), "new");
  close();
  assert.equal(await sqlite3(live, `${WORDS}; PRAGMA journal_mode`), "ok\nnew|5000\nwal");
});

Deno.test("PageCopier replaces nothing when somebody has written since it looked, or if it is cancelled", async () => {
  using folder = new TempFolder();
  const { live, point, writer, words, close } = scene(folder);
  const copier = new PageCopier();
  copier.watch(live);
  writer.exec("UPDATE t SET a = 'newer'");
  assert.equal(await copier.replace({ from: point, to: live }, new CopyControl()), "moved");
  assert.equal(words(writer), "newer");
  const control = new CopyControl();
  assert.equal(new CopyControl(control.shared).cancel(), true);
  copier.watch(live);
  await assert.rejects(copier.replace({ from: point, to: live }, control), /cancelled/);
  writer.exec("UPDATE t SET a = 'newest'");
  close();
  assert.equal(await sqlite3(live, WORDS), "ok\nnewest|5000");
});

Deno.test("CopyControl cannot call off a copy that is about to become final", () => {
  const control = new CopyControl();
  assert.equal(control.isWaiting, true);
  control.go(false);
  assert.equal(control.isWaiting, false);
  control.go(true);
  assert.equal(control.cancel(), false);
});

Deno.test("PageCopier says that a source is locked, and does not wait for ever", async () => {
  using folder = new TempFolder();
  const [from, to] = [folder.file("app.db"), folder.file("copy.db")];
  const holder = make(from, "word");
  holder.exec("BEGIN EXCLUSIVE");
  Deno.writeFileSync(to, new Uint8Array());
  await assert.rejects(new PageCopier(10).copy({ from, to }), /database is locked/);
  holder.close();
});

Deno.test("PageCopier makes no database of a file that is none, or is missing", async () => {
  using folder = new TempFolder();
  const [text, to] = [folder.file("text.db"), folder.file("copy.db")];
  Deno.writeTextFileSync(text, "not a database, but long enough to be taken for one ".repeat(20));
  Deno.writeFileSync(to, new Uint8Array());
  await assert.rejects(new PageCopier().copy({ from: text, to }), /file is not a database/);
  await assert.rejects(new PageCopier().copy({ from: folder.file("none.db"), to }));
  assert.deepEqual(folder.names(), ["copy.db", "text.db"]);
});

Deno.test("findDamage() tells torn pages from rows that break a constraint", async () => {
  using folder = new TempFolder();
  const path = folder.file("a.db");
  const database = make(path, "word");
  database.exec("CREATE INDEX i ON t(a)");
  database.exec("PRAGMA ignore_check_constraints = ON; CREATE TABLE c(a CHECK (a > 1))");
  database.exec("INSERT INTO c VALUES (0)");
  database.close();
  const look = async () => {
    await using connection = await openDatabase({ path, mode: "read" });
    return await findDamage(connection);
  };
  assert.match(await sqlite3(path, "PRAGMA integrity_check"), /CHECK constraint failed/);
  assert.deepEqual(await look(), []);
  using file = Deno.openSync(path, { write: true });
  file.seekSync(4096 * 8, Deno.SeekMode.Start);
  file.writeSync(new Uint8Array(4096).fill(7));
  assert.ok((await look()).length > 0);
});
