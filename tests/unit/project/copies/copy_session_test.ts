import assert from "node:assert/strict";
import { DatabaseSync } from "node:sqlite";
import { CopySession } from "../../../../src/project/copies/copy_session.ts";
import { TempFolder } from "../../../fixtures/temp_folder.ts";

const MEGABYTE = 1024 * 1024;

Deno.test("CopySession gives up when nothing has moved for five minutes by its clock", async () => {
  using folder = new TempFolder();
  const [from, to] = [folder.file("app.db"), folder.file("copy.db")];
  const holder = new DatabaseSync(from);
  holder.exec("CREATE TABLE t(a); BEGIN EXCLUSIVE");
  Deno.writeFileSync(to, new Uint8Array());
  let minutes = 0;
  const session = new CopySession({
    clock: {
      now: () => new Date(0),
      monotonicMs: () => minutes * 60_000,
      sleep: () => {
        minutes++;
        return new Promise((resolve) => setTimeout(resolve, 1));
      },
    },
    emit: () => {},
    interrupted: () => false,
  }, 9 * MEGABYTE);
  try {
    await assert.rejects(
      session.copy({ from, to }, { what: "copying app.db", of: 9 * MEGABYTE }),
      { code: "copy-stalled", message: "Nothing has moved for 300 s: copying app.db" },
    );
    assert.equal(minutes, 6);
  } finally {
    await session.close();
    holder.exec("ROLLBACK");
    holder.close();
  }
});
