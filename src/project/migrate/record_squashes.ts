import type { RunHost } from "../../runner/request.ts";
import { toSecond } from "../../text/layout.ts";
import { lockedTransaction, patiently } from "../../runner/write_lock.ts";
import { type AppliedTexts, readState, readTexts, writeIdList } from "../../state/state.ts";
import { DELETE_REVISION, MOVE_REVISION, SQUASH_REVISION } from "../../state/statements.ts";
import { ensureStateTables } from "../../state/state_format.ts";
import { appendLog } from "../../state/write_state.ts";
import type { Connection } from "../../db/connection.ts";
import { type Catalogue, joinCatalogue } from "../workspace/catalogue.ts";
import { RevisionTexts } from "../workspace/revision_texts.ts";
import type { Workspace } from "../workspace/workspace.ts";

/**
 * For each squash whose revisions a database has all applied, replaces their records by one, and logs it with the SQL
 * that ran. It uses its own transaction, with the write lock.
 *
 * @throws {AludelError} `lock-timeout`, `interrupted`, and the errors of reading the squashed revision's files.
 */
export async function recordSquashes(workspace: Workspace, host: RunHost): Promise<void> {
  await using connection = await host.connect({ doubleQuotedStrings: false });
  for (;;) {
    const state = await patiently(connection.name, host, () => readState(connection));
    const catalogue = joinCatalogue(workspace, state.applied);
    if (catalogue.past.length === 0) return;
    const outcome = await lockedTransaction(
      connection,
      host,
      state.mark,
      () => writeRecords(connection, workspace, catalogue, host),
    );
    if (outcome.moved) continue;
    for (const { record, replaced } of catalogue.past) {
      host.emit({
        type: "notice",
        code: "squash-recorded",
        quiet: true,
        message:
          `"${record.id}" is recorded in the place of the ${replaced.length} revisions that it replaces`,
      });
    }
    return;
  }
}

async function writeRecords(
  connection: Connection,
  { files, entries }: Workspace,
  { past, moved }: Catalogue,
  host: RunHost,
): Promise<void> {
  await ensureStateTables(connection);
  for (const { record, replaced } of past) {
    const { up, down } = new RevisionTexts(files, entries.get(record.id)!).requireIntact();
    const ran: Record<string, AppliedTexts> = {};
    for (const id of replaced) ran[id] = (await readTexts(connection, id))!;
    const last = replaced.at(-1)!;
    for (const id of replaced) if (id !== last) await DELETE_REVISION.run(connection, { id });
    await SQUASH_REVISION.run(connection, {
      last,
      id: record.id,
      parents: writeIdList(record.parents),
      depends_on: writeIdList(record.dependsOn),
      labels: writeIdList(record.labels),
      message: record.message,
      lineage: record.lineage,
      up_hash: up.hash,
      down_hash: down?.hash ?? "none",
      up_sql: up.text,
      down_sql: down?.text ?? null,
    });
    await appendLog(connection, {
      at: toSecond(host.clock.now()),
      by: host.appliedBy,
      event: "squash",
      revision: record.id,
      details: { replaced, texts: ran },
    });
  }
  for (const { id, parents, dependsOn, lineage } of moved) {
    await MOVE_REVISION.run(connection, {
      id,
      parents: writeIdList(parents),
      depends_on: writeIdList(dependsOn),
      lineage,
    });
  }
}
