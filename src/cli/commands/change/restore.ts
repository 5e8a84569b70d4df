import { hasTimeTravel, momentNamed, returnTo } from "../../../project/copies/bookmark.ts";
import { headsOf, requireFile } from "../../../project/copies/make_restore_point.ts";
import { lookAtState } from "../../../project/workspace/database_access.ts";
import {
  previewRestore,
  restoreDatabase,
  type RestorePreview,
} from "../../../project/copies/restore.ts";
import {
  findRestorePoint,
  headsText,
  plainText,
  readRestoreFolder,
  type RestorePoint,
} from "../../../project/copies/restore_points.ts";
import type { RestoredRows } from "../../../project/copies/restore_rows.ts";
import type { RowChange } from "../../../project/copies/row_counts.ts";
import type { Notice } from "../../../finding.ts";
import { shell } from "../../../text/next_step.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { openTarget } from "../../session/database.ts";
import { runHost } from "../../session/run.ts";
import { Session } from "../../session/session.ts";
import { RunReport } from "../../render/run.ts";
import type { Ui } from "../../terminal/ui.ts";
import { idsOf, noticesJson, pointJson } from "../../render/answer.ts";

export const command = defineCommand({
  name: "restore",
  description: [
    "Restores the database from a restore point, in its own file: completely or not at all. The current content is backed up first, so restoring again undoes it. The log is kept, and records the restore.",
    "A restore point of a large database may hold only the rows that a run deleted or changed: `--rows` puts these back into the current tables. A row is inserted if its key is free, and a value is put back if it is still the one that the run wrote. Whatever cannot be put back is listed, and the exit code is 4. No trigger fires.",
    "Waits for other processes as a run does. In WAL mode other processes may have the database open: they read the old content until their transaction ends. In other modes no process may be reading at that moment. The restore point is checked before anything is changed. If the database no longer exists, it is created.",
    "On Cloudflare D1 POINT is a bookmark of Time Travel, which a run that loses data prints; the log is restored with the rest.",
  ],
  flags: {
    ...DATABASE_FLAG,
    rows: { kind: "switch", help: "put back the lost rows that the restore point holds" },
    dryRun: {
      kind: "switch",
      help: "check the restore point, print what would change, and change nothing",
    },
  },
  positional: [{
    name: "POINT",
    help: "a name from the list, or its beginning (default: the newest)",
    optional: true,
  }],
  examples: [
    { command: "aludel restore", says: "restores the newest one" },
    { command: "aludel restore 2026-11-23_1015", says: "restores that one" },
    { command: "aludel restore --dry-run", says: "shows what that would change" },
    {
      command: "aludel restore --rows --dry-run",
      says: "tries to put back the rows that a run took",
    },
    { command: "aludel backup list", says: "lists restore points" },
  ],
  async run(context, flags, [text]) {
    const { ui } = context;
    const session = new Session(context, flags);
    const open = openTarget(session);
    const { target } = open;
    const isMoment = hasTimeTravel(target) && !flags.rows && !flags.dryRun;
    const isServer = target.kind === "server" && !flags.rows && !flags.dryRun;
    if (!isServer) requireFile(target);
    const point = isMoment
      ? momentNamed(target, text)
      : findRestorePoint(readRestoreFolder(target.path), text);
    const notices: Notice[] = [];
    const report = new RunReport(ui, target);
    using host = runHost(session, open, (event) => {
      if (event.type === "notice") notices.push(event);
      report.see(event);
    }, { leavesCopies: true });
    if (flags.rows) {
      const { restoreRows } = await import("../../../project/copies/restore_rows.ts");
      const done = await restoreRows({ target, point, dryRun: flags.dryRun }, host);
      ui.json({
        database: target.name,
        dryRun: flags.dryRun,
        point: pointJson(done.point),
        kept: done.kept && pointJson(done.kept),
        tables: done.tables,
        notices: noticesJson(notices),
      });
      return reportRows(ui, target.name, done, flags.dryRun);
    }
    if (flags.dryRun) {
      const preview = await previewRestore({ target, point }, host);
      return reportPreview(ui, target.name, point, preview, notices);
    }
    const done = isMoment
      ? {
        ...await returnTo(target, point),
        heads: headsOf((await lookAtState(open.access)).applied),
      }
      : await (await restoreOf(isServer))(
        { target, point, keptPoints: session.settings.restorePointsKept },
        host,
      );
    ui.json({
      database: target.name,
      dryRun: false,
      point: pointJson(done.point),
      kept: done.kept && pointJson(done.kept),
      from: done.kept && idsOf(done.kept.heads),
      to: idsOf(done.heads),
      rows: null,
      notices: noticesJson(notices),
    });
    ui.notice(`restored  ${ui.talkStyle.yellow(point.name)}  ${plainText(point.reason)}`);
    if (done.kept) ui.notice(`kept      ${ui.talkStyle.yellow(done.kept.name)}  what it replaced`);
    ui.notice(`"${target.name}" is now at ${headsText(done.heads)}.`);
    if (done.kept) ui.hint(shell`aludel restore ${done.kept.name} # undo this`);
  },
});

/** Prints the effect of a restore that was not made. */
function reportPreview(
  ui: Ui,
  database: string,
  point: RestorePoint,
  { rows, from, heads }: RestorePreview,
  notices: readonly Notice[],
): void {
  ui.json({
    database,
    dryRun: true,
    point: pointJson(point),
    kept: null,
    from: from && idsOf(from),
    to: idsOf(heads),
    rows,
    notices: noticesJson(notices),
  });
  ui.data(`restore     ${ui.style.yellow(point.name)}  ${plainText(point.reason)}`);
  if (from === null) ui.data(`"${database}" does not exist and would be created`);
  else ui.data(`Revisions   ${headsText(from)} now, ${headsText(heads)} then`);
  if (rows !== null) printRows(ui, rows);
}

async function restoreOf(isServer: boolean) {
  if (!isServer) return restoreDatabase;
  return (await import("../../../project/copies/server_restore.ts")).restoreServer;
}

/** Prints the restored rows. @returns The exit code: 4 if some rows could not be restored, 1 if none could. */
function reportRows(ui: Ui, database: string, done: RestoredRows, dryRun: boolean): number | void {
  const { yellow } = ui.style;
  ui.data(
    `${dryRun ? "would restore" : "restored"}  rows of ${yellow(done.point.name)}  ${
      plainText(done.point.reason)
    }`,
  );
  let good = 0;
  let missed = 0;
  for (const { table, into, inserted, changed, there, missed: reasons } of done.tables) {
    good += inserted + changed + there;
    const parts = [
      ...(inserted > 0 ? [`${inserted} inserted`] : []),
      ...(changed > 0 ? [`${changed} with their old values`] : []),
      ...(there > 0 ? [`${there} there already`] : []),
    ];
    const where = into === null || into === table ? table : `${table}, now ${into}`;
    ui.data(`Rows      ${where}: ${parts.join(", ") || "none"}`);
    for (const { reason, count } of reasons) {
      missed += count;
      ui.data(`          ${ui.style.red("not back")}  ${count}: ${reason}`);
    }
  }
  if (done.kept) {
    ui.notice(`kept      ${ui.talkStyle.yellow(done.kept.name)}  the values that were replaced`);
    ui.hint(shell`aludel restore ${done.kept.name} --rows # put them back`);
  }
  if (missed === 0) return;
  ui.warning(
    `${missed} of the rows and values of "${done.point.name}" ${dryRun ? "could" : "are"} not ${
      dryRun ? "be put back" : "back"
    } in "${database}"; the file can be read with sqlite3`,
  );
  return good > 0 ? 4 : 1;
}

function printRows(ui: Ui, rows: readonly RowChange[]): void {
  if (rows.length === 0) ui.data("Rows        the same number in every table");
  rows.forEach(({ table, before, after }, index) => {
    const change = before === null
      ? `not there now, ${after} then`
      : after === null
      ? `${before} now, not there then`
      : `${before} now, ${after} then`;
    ui.data(`${(index === 0 ? "Rows" : "").padEnd(12)}${table}: ${change}`);
  });
}
