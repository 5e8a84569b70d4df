import { AludelError } from "../../../errors.ts";
import { parseRef } from "../../../graph/ref.ts";
import type { StampOutcome } from "../../../runner/run_stamp.ts";
import { shell } from "../../../text/next_step.ts";
import type { Target } from "../../../project/workspace/target.ts";
import type { Ui } from "../../terminal/ui.ts";
import { requireProject } from "../../../project/workspace/project.ts";
import { pathExists } from "../../../project/workspace/files.ts";
import { planStamp, stamp } from "../../../project/migrate/stamp.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG, refuseSeveralModes } from "../../arguments/flag.ts";
import { openTarget } from "../../session/database.ts";
import { migrationContext, runHost } from "../../session/run.ts";
import { Session } from "../../session/session.ts";
import { RunReport } from "../../render/run.ts";
import { stampJson } from "../../render/answer.ts";

export const command = defineCommand({
  name: "stamp",
  description: [
    "Records that the database is at REF without running anything: for a database that already has the schema. REF and everything below it are recorded, the revisions after it are removed from the records, and other branches stay.",
    "--purge erases all records first: use it if they name revisions that no longer exist anywhere.",
  ],
  flags: {
    ...DATABASE_FLAG,
    purge: { kind: "switch", help: "erase all records first" },
    foreign: {
      kind: "switch",
      help: "record beside the records of another project, if the database has no others",
    },
    dryRun: { kind: "switch", help: "print what would be recorded, and change nothing" },
    sql: { kind: "switch", help: "print a script for the sqlite3 shell, and change nothing" },
  },
  positional: [{
    name: "REF",
    help: "the revision that the database is at: head, base, an id, …",
    many: true,
  }],
  examples: [
    { command: "aludel stamp head", says: "records all revisions as applied" },
    { command: "aludel stamp base", says: "removes all records" },
    { command: "aludel stamp --purge 3f9c", says: "erases the records, then records 3f9c" },
    { command: "aludel stamp base:head --sql", says: "prints a script for sqlite3" },
  ],
  async run(context, flags, texts) {
    const { ui } = context;
    refuseSeveralModes(flags);
    const range = texts.find((text) => text.includes(":"));
    if (range !== undefined) {
      refuseBesideRange(range, texts, flags.purge);
      const { printOfflineStampScript } = await import("../../modes/script.ts");
      return await printOfflineStampScript(context, flags, range);
    }
    const session = new Session(context, flags);
    requireProject(session.project);
    const open = openTarget(session);
    const { target } = open;
    const report = new RunReport(ui, target);
    const planned = await planStamp(
      migrationContext(session, open),
      { refs: texts.map(parseRef), purge: flags.purge, foreign: flags.foreign },
    );
    if (flags.sql) {
      const { printStampScript } = await import("../../modes/script.ts");
      return printStampScript(ui, planned, target.name);
    }
    const isNew = target.kind === "file" && !pathExists(target.path);
    using host = runHost(session, open, (event) => report.see(event));
    const { stamp: done, kept } = flags.dryRun
      ? { stamp: planned.stamp, kept: null }
      : await stamp(planned, host);
    const added = done.add.map((step) => step.id);
    ui.json({
      database: target.name,
      dryRun: flags.dryRun,
      ...stampJson({ ...planned, stamp: done }),
      kept,
      script: null,
    });
    for (const id of done.remove) ui.notice(`forgot   ${ui.talkStyle.yellow(id)}`);
    for (const { id, message } of done.add) {
      ui.notice(`stamped  ${ui.talkStyle.yellow(id)}  ${message}`);
    }
    if (isNew && !flags.dryRun && added.length > 0) ui.notice(`created  ${target.name}`);
    if (kept !== null) reportRestorePoint(ui, target, kept);
    if (flags.dryRun) {
      ui.notice(`Nothing was changed: this is what would be recorded in "${target.name}".`);
    } else if (added.length === 0 && done.remove.length === 0) {
      ui.notice(`Nothing to do: "${target.name}" already has these records.`);
    }
  },
});

/** Prints where the SQL of removed revisions is kept, if it is not on disk. */
function reportRestorePoint(
  ui: Ui,
  { name, path }: Target,
  { entry, ids }: NonNullable<StampOutcome["kept"]>,
) {
  ui.notice(
    `The SQL of ${
      ids.join(", ")
    } is not on disk as it ran; it is kept in aludel_log of "${name}", entry ${entry}.`,
  );
  const key = `$.texts."${ids[0]}".down`;
  ui.hint(
    shell`sqlite3 ${path} ${`SELECT details ->> '${key}' FROM aludel_log WHERE entry = ${entry}`}`,
  );
}

/** Refuses other arguments beside a range, which has a start and an end. @throws {AludelError} `usage`. */
function refuseBesideRange(range: string, texts: readonly string[], purge: boolean): void {
  if (texts.length > 1) {
    throw new AludelError("usage", `"${range}" is a range, so it must be the only argument`, {
      next: [shell`aludel stamp ${range} --sql`],
    });
  }
  if (purge) {
    throw new AludelError("usage", '"--purge" erases what a range begins with', {
      next: [
        shell`aludel stamp --purge ${range.slice(range.indexOf(":") + 1) || "head"} --sql`,
      ],
    });
  }
}
