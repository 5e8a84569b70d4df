import { backupDatabase } from "../../../project/copies/make_restore_point.ts";
import { restoreFolderOf } from "../../../project/copies/restore_points.ts";
import { megabytes } from "../../../text/layout.ts";
import { shell } from "../../../text/next_step.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { openTarget } from "../../session/database.ts";
import { runHost } from "../../session/run.ts";
import { Session } from "../../session/session.ts";
import { RunReport } from "../../render/run.ts";
import { pointJson } from "../../render/answer.ts";

export const command = defineCommand({
  name: "backup",
  description: [
    "Copies the database into a restore point: everything that is committed, including the write-ahead log, while other processes use it. The copy has a checksum, is readable only by its owner, and is in a folder beside the database, APP.db.restore.",
    "It is checked for damage, and Aludel never removes it. Runs that lose data make their own restore points.",
  ],
  flags: {
    ...DATABASE_FLAG,
    message: { kind: "text", alias: "m", value: "REASON", help: "the reason, for the list" },
  },
  positional: [],
  examples: [
    { command: 'aludel backup -m "before the big import"', says: "copies the default database" },
    { command: "aludel backup list", says: "lists restore points" },
    { command: "aludel restore", says: "restores the newest one" },
  ],
  async run(context, flags) {
    const { ui } = context;
    const session = new Session(context, flags);
    const open = openTarget(session);
    const report = new RunReport(ui, open.target);
    using host = runHost(session, open, (event) => report.see(event), {
      leavesCopies: true,
    });
    const point = await backupDatabase(
      { target: open.target, reason: flags.message ?? "asked for" },
      host,
    );
    const path = `${restoreFolderOf(open.target.path)}/${point.name}`;
    ui.json({ database: open.target.name, point: pointJson(point), path });
    ui.data(point.name);
    ui.notice(`${megabytes(point.bytes)} in "${path}".`);
    if (open.target.kind === "file") ui.hint(shell`aludel restore ${point.name} # put it back`);
  },
});
