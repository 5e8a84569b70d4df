import { databaseMissing } from "../../../db/sqlite_error.ts";
import { AludelError } from "../../../errors.ts";
import { parseRef } from "../../../graph/ref.ts";
import type { RevisionId } from "../../../graph/revision.ts";
import { planStamp, stamp } from "../../../project/migrate/stamp.ts";
import { locate, type Located } from "../../../proof/locate.ts";
import { changesJson, reportChanges } from "../../render/changes.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { lookWithExtensions, openDatabase } from "../../session/database.ts";
import { openReplay } from "../../session/replay.ts";
import { migrationContext, runHost } from "../../session/run.ts";
import { Session } from "../../session/session.ts";
import { titleOf } from "../../render/revision.ts";
import { shell } from "../../../text/next_step.ts";

export const command = defineCommand({
  name: "locate",
  description: [
    "Finds the revision whose schema a database has, if the database was made without Aludel or lost its records. Revisions are replayed in memory and compared with it; the database is only read.",
    "If no revision has exactly that schema, it names the nearest one and the differences, and exits 3. --stamp records the result if there is exactly one.",
  ],
  flags: {
    ...DATABASE_FLAG,
    stamp: { kind: "switch", help: "record that the database is at it" },
  },
  positional: [],
  examples: [
    { command: "aludel locate -d old.db", says: "which revision is this?" },
    {
      command: "aludel locate -d old.db --stamp",
      says: "records it, so that upgrade can start there",
    },
  ],
  async run(context, flags) {
    const { ui } = context;
    const session = new Session(context, flags);
    const open = await openDatabase(session);
    const { target, catalogue } = open;
    const { settings } = session;
    if (flags.stamp && open.state.applied.length > 0) throw recorded(target.name);
    const tree = openReplay(session);
    let found: Located;
    {
      await using connection = await lookWithExtensions(session, target);
      if (connection === null) throw databaseMissing(target.name);
      found = await locate(connection, tree, settings);
    }
    const { best, others } = found;
    const isExact = best.changes.length === 0;
    ui.json({
      database: target.name,
      clean: isExact,
      heads: best.heads,
      others: others.map(({ heads }) => heads),
      ...changesJson(best.changes),
    });
    const names = (heads: readonly RevisionId[]) =>
      heads.length === 0
        ? ["base"]
        : heads.map((id) => `${ui.style.yellow(id)}  ${titleOf(catalogue, id)}`);
    for (const place of [best, ...others]) ui.data(names(place.heads).join("\n"));
    if (!isExact) {
      ui.notice(
        `No revision has the schema of "${target.name}". To be at the nearest one, it would need:`,
      );
      reportChanges(ui, best);
      if (flags.stamp) throw unknown(target.name, best.heads);
      return 3;
    }
    if (others.length > 0) {
      ui.notice("All of these have the same schema; the revisions between them change rows.");
      if (flags.stamp) throw ambiguous(target.name, [best, ...others]);
      return 0;
    }
    if (flags.stamp) await record(best.heads);
    else if (best.heads.length > 0 && open.state.applied.length === 0) {
      ui.hint(shell`aludel locate --stamp`);
    }
    return 0;

    async function record(heads: readonly RevisionId[]): Promise<void> {
      const migration = migrationContext(session, open);
      const refs = (heads.length === 0 ? ["base"] : heads).map(parseRef);
      const planned = await planStamp(migration, { refs, purge: false });
      using host = runHost(session, open, () => {});
      const { stamp: { add } } = await stamp(planned, host);
      ui.notice(`Recorded ${add.length} revisions in "${target.name}".`);
    }
  },
});

function recorded(name: string): AludelError {
  return new AludelError("locate-recorded", `Database "${name}" already has records`, {
    next: [shell`aludel current`, shell`aludel verify --drift`],
  });
}

function unknown(name: string, heads: readonly RevisionId[]): AludelError {
  return new AludelError("locate-unknown", `No revision has the schema of "${name}"`, {
    outcome: "Nothing was recorded",
    next: [shell`aludel diff ${heads[0] ?? "empty"} ${name}`],
  });
}

function ambiguous(name: string, places: readonly { heads: readonly RevisionId[] }[]): AludelError {
  return new AludelError("locate-ambiguous", `Several revisions have the schema of "${name}"`, {
    outcome: "Nothing was recorded",
    next: places.map(({ heads }) => shell`aludel stamp ${heads.length > 0 ? heads : "base"}`),
  });
}
