import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import type { CopyOrder } from "../../../../src/db/page_copier.ts";
import { CopySession, type ReplaceOptions } from "../../../../src/project/copies/copy_session.ts";
import { replaceContent } from "../../../../src/project/copies/replace_content.ts";
import { openDatabase } from "../../../../src/db/open.ts";
import type { RunHost } from "../../../../src/runner/request.ts";
import { TempFolder } from "../../../fixtures/temp_folder.ts";
import { sqlite3 } from "../../../scenarios/cli.ts";

function hostOf(path: string): RunHost {
  return {
    clock: {
      now: () => new Date(),
      monotonicMs: () => performance.now(),
      sleep: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    },
    connect: () => openDatabase({ path, mode: "write", name: "app.db" }),
    lockHolder: () => undefined,
    emit: () => {},
    interrupted: () => false,
    lockTimeoutMs: 10_000,
    comparisonMemory: 1,
    doubleQuotedStrings: false,
    appliedBy: "aludel test",
  };
}

/** Another process writes between our lock and that of the copy, as often as told. */
class QuickWriter extends CopySession {
  readonly #path: string;
  readonly #times: number;
  wrote = 0;

  constructor(host: RunHost, path: string, times: number) {
    super(host, 0);
    this.#path = path;
    this.#times = times;
  }

  override async replace(order: CopyOrder, options: ReplaceOptions): Promise<"done" | "moved"> {
    if (this.wrote < this.#times) {
      await sqlite3(this.#path, `INSERT INTO t VALUES ('between ${++this.wrote}')`);
    }
    return await super.replace(order, options);
  }
}

async function scene(folder: TempFolder) {
  const [path, copy] = [folder.file("app.db"), folder.file("copy.db")];
  await sqlite3(path, "PRAGMA journal_mode = WAL; CREATE TABLE t(a); INSERT INTO t VALUES ('old')");
  await sqlite3(copy, "CREATE TABLE t(a); INSERT INTO t VALUES ('new')");
  const kept: string[] = [];
  const replacement = {
    database: path,
    copy,
    name: "app.db",
    bytes: 8192,
    async prepare() {
      kept.push(await sqlite3(path, "SELECT group_concat(a) FROM t"));
    },
    undo: () => void kept.pop(),
  };
  return { path, kept, replacement, host: hostOf(path) };
}

Deno.test("what somebody writes between the lock and the copy is kept before it is replaced", async () => {
  using folder = new TempFolder();
  const { path, kept, replacement, host } = await scene(folder);
  const session = new QuickWriter(host, path, 2);
  await replaceContent(replacement, session, host);
  await session.close();
  assert.equal(session.wrote, 2);
  assert.deepEqual(kept, ["old,between 1,between 2"]);
  assert.equal(await sqlite3(path, "SELECT a FROM t; PRAGMA integrity_check"), "new\nok");
});

Deno.test("a database that is written again and again is left alone after some tries", async () => {
  using folder = new TempFolder();
  const { path, kept, replacement, host } = await scene(folder);
  const session = new QuickWriter(host, path, Infinity);
  await assert.rejects(replaceContent(replacement, session, host), { code: "database-busy" });
  await session.close();
  assert.deepEqual(kept, []);
  assert.equal(await sqlite3(path, "SELECT count(*) FROM t"), String(1 + session.wrote));
});

Deno.test("a writer who takes the lock in between and keeps it is waited for, and no longer than allowed", async () => {
  using folder = new TempFolder();
  const { path, kept, replacement, host } = await scene(folder);
  const holder = new DatabaseSync(path);
  class Holder extends CopySession {
    override async replace(order: CopyOrder, options: ReplaceOptions): Promise<"done" | "moved"> {
      holder.exec("BEGIN IMMEDIATE; INSERT INTO t VALUES ('held')");
      return await super.replace(order, options);
    }
  }
  let now = 0;
  const clock = { ...host.clock, monotonicMs: () => now += 100 };
  const session = new Holder({ ...host, clock }, 0);
  await assert.rejects(replaceContent(replacement, session, host), { code: "database-busy" });
  await session.close();
  holder.exec("COMMIT");
  holder.close();
  assert.deepEqual(kept, ["old"]);
  assert.equal(await sqlite3(path, "SELECT group_concat(a) FROM t"), "old,held");
});
