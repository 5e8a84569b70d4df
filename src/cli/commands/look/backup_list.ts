import { requireFile } from "../../../project/copies/make_restore_point.ts";
import { headsText, plainText, readRestoreFolder } from "../../../project/copies/restore_points.ts";
import { findLeftovers } from "../../../project/copies/work_folder.ts";
import { megabytes } from "../../../text/layout.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { openTarget } from "../../session/database.ts";
import { Session } from "../../session/session.ts";
import { pointJson } from "../../render/answer.ts";

export const command = defineCommand({
  name: "backup list",
  description: [
    "Lists the restore points of the database, newest first: time, kind (`run`, `backup` or `restore`; `rows` holds only the rows that a run deleted or changed), size, the revisions that the database was at, and the reason. Opens none of them.",
  ],
  flags: DATABASE_FLAG,
  positional: [],
  examples: [{ command: "aludel backup list", says: "lists those of the default database" }],
  async run(context, flags) {
    const { ui } = context;
    const { target } = openTarget(new Session(context, flags));
    if (target.kind !== "server") requireFile(target);
    const { path, points, others } = readRestoreFolder(target.path);
    const leftovers = await findLeftovers(path);
    const newest = points.toReversed();
    ui.json({
      database: target.name,
      folder: path,
      points: newest.map(pointJson),
      others,
      leftovers,
    });
    for (const { name, holds, kind, bytes, heads, reason } of newest) {
      const at = headsText(heads);
      const what = holds === "rows" ? "rows" : kind;
      ui.data(
        `${ui.style.yellow(name)}  ${what.padEnd(7)}  ${megabytes(bytes).padStart(8)}  at ${at}  ${
          plainText(reason)
        }`,
      );
    }
    if (points.length === 0) ui.notice(`There is no restore point in "${path}".`);
    for (const name of others) {
      ui.warning(`"${path}/${plainText(name)}" is not a restore point, or is damaged`);
    }
    for (const folder of leftovers) {
      ui.warning(`"${folder}" was left by a crash; the next backup or copying run removes it`);
    }
  },
});
