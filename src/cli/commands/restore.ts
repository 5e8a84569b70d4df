import { requireFile } from "../../project/copies/make_restore_point.ts";
import { restoreDatabase } from "../../project/copies/restore.ts";
import { findRestorePoint, readRestoreFolder } from "../../project/copies/restore_points.ts";
import { defineCommand } from "../command.ts";
import { DATABASE_FLAG, LOCK_TIMEOUT_FLAG } from "../flag.ts";
import { openProject } from "../open_project.ts";
import { openTarget } from "../open_target.ts";
import { runHost } from "../run_host.ts";

export const command = defineCommand({
  name: "restore",
  description: [
    "Puts a restore point back, into the database's own file: all of it happens, or nothing. What the database held becomes a restore point first, so that restoring again undoes it. The log goes on: it keeps what happened since, and says that there was a restore.",
    "Waits for other processes, and gives up while one uses the database: stop the application first, above all in WAL mode. The point is checked before anything is changed. A database that does not exist any more is created.",
  ],
  flags: {
    ...DATABASE_FLAG,
    ...LOCK_TIMEOUT_FLAG,
  },
  positional: [{
    name: "POINT",
    help: "a name of the list, or its beginning (default: the newest)",
    optional: true,
  }],
  examples: [
    { command: "aludel restore", says: "puts the newest restore point back" },
    { command: "aludel restore 2026-11-23_1015", says: "puts that one back" },
    { command: "aludel backup list", says: "lists restore points" },
  ],
  async run(context, flags, [text]) {
    const { ui } = context;
    const project = openProject(context, flags);
    const open = openTarget(context, project, flags);
    const { target } = open;
    requireFile(target);
    const point = findRestorePoint(readRestoreFolder(target.path), text);
    using host = runHost(context, project, open, flags.lockTimeout, (event) => {
      if (event.type === "waiting") {
        ui.notice(`Waiting for ${event.holder ?? "another connection"}, which uses the database …`);
      }
    }, { leavesCopies: true });
    const done = await restoreDatabase(
      { target, point, keptPoints: project.settings.restorePointsKept },
      host,
    );
    ui.json({ database: target.name, ...done });
    const at = done.heads.map(({ id }) => id).join(", ") || "base";
    ui.notice(`restored  ${ui.talkStyle.yellow(point.name)}  ${point.reason}`);
    if (done.kept) ui.notice(`kept      ${ui.talkStyle.yellow(done.kept.name)}  what it replaced`);
    ui.notice(`"${target.name}" is now at ${at}.`);
    if (done.kept) ui.hint(`aludel restore ${done.kept.name}, to undo this`);
  },
});
