import assert from "node:assert/strict";
import fc from "fast-check";
import { openScratch } from "../../../src/db/open_scratch.ts";
import { createStatements } from "../../../src/state/state_format.ts";
import {
  APPEND_LOG,
  DELETE_REVISION,
  INSERT_REVISION,
  logValues,
  revisionValues,
} from "../../../src/state/statements.ts";
import { appliedRevision } from "../../fixtures/applied.ts";

Deno.test("a statement of the state tables writes the same rows bound and as text", async () => {
  const word = fc.string({ unit: "binary" }).map((text) =>
    text.replaceAll("\0", "").toWellFormed()
  );
  await fc.assert(
    fc.asyncProperty(word, word, fc.option(word), async (message, up, down) => {
      const row = revisionValues({ ...appliedRevision("a1", {}), message }, { up, down });
      const entry = logValues({
        at: "2026-11-23T10:15:00Z",
        by: "aludel 0.1.0",
        event: "failure",
        revision: null,
        details: { code: "sql-failed", message },
      });
      assert.deepEqual(
        await rowsAfter(async (connection) => {
          await INSERT_REVISION.run(connection, row);
          await APPEND_LOG.run(connection, entry);
        }),
        await rowsAfter(async (connection) => {
          await connection.execute(INSERT_REVISION.text(row));
          await connection.execute(APPEND_LOG.text(entry));
        }),
      );
    }),
    { numRuns: 50 },
  );
});

Deno.test("an expression takes the place of a value as it is", () => {
  assert.equal(
    DELETE_REVISION.text({ id: { expression: "(SELECT ':id')" } }),
    "DELETE FROM main.aludel_revision WHERE id = (SELECT ':id');",
  );
});

async function rowsAfter(
  work: (connection: ReturnType<typeof openScratch>) => Promise<void>,
): Promise<unknown> {
  await using connection = openScratch();
  for (const sql of createStatements()) await connection.execute(sql);
  await work(connection);
  return [
    await connection.query("SELECT * FROM aludel_revision"),
    await connection.query("SELECT * FROM aludel_log"),
  ];
}
