import { Journal } from "../../../fleet/journal.ts";
import { findRun } from "../../../fleet/journal_folder.ts";
import { writeAtomically } from "../../../project/workspace/files.ts";
import { resolvePath } from "../../../project/workspace/files.ts";
import { defineCommand } from "../../arguments/command.ts";
import { RUN_ARGUMENT } from "../../modes/fleet.ts";
import { failedFirst, REPORT_FLAGS, writeReports } from "../../modes/fleet_run.ts";
import { hereOf } from "../../render/fleet.ts";
import {
  countsText,
  htmlReport,
  journalMemberJson,
  readFleetReport,
} from "../../render/fleet_report.ts";
import { Session } from "../../session/session.ts";

export const command = defineCommand({
  name: "fleet report",
  description: [
    "Shows the results of a run from its journal: how many databases are done, which errors occurred, and in which databases. No database is opened.",
    "--out FILE writes one HTML page with every database, which needs no network. --json prints a line of JSON for each database and one for the run.",
  ],
  flags: {
    out: { kind: "text", value: "FILE", help: "write an HTML page" },
    ...REPORT_FLAGS,
  },
  positional: [RUN_ARGUMENT],
  examples: [
    { command: "aludel fleet report", says: "the newest run" },
    { command: "aludel fleet report --out fleet.html", says: "as a page" },
    { command: "aludel fleet report --markdown", says: "for a comment on a pull request" },
    { command: "aludel fleet report --junit fleet.xml", says: "for a CI system" },
  ],
  async run(context, flags, [text]) {
    const { ui, runtime } = context;
    const { settings: { root } } = new Session(context, flags);
    await using journal = await Journal.open(root, findRun(root, text), "look");
    const report = await readFleetReport(journal);
    const { facts: { run }, counts, total } = report;
    if (flags.out !== undefined) {
      const page = await htmlReport(report, journal.members());
      writeAtomically(resolvePath(flags.out, runtime.cwd), page);
      ui.notice(`written    ${flags.out}`);
    }
    await writeReports(ui, runtime, journal, flags);
    for await (const one of journal.members()) {
      if (!ui.wantsJson) break;
      ui.jsonLine(journalMemberJson(one), hereOf(one.member.database.url));
    }
    ui.json({ run, databases: total, ...counts, stopped: null });
    if (flags.markdown) return;
    for (const line of await failedFirst(ui, journal)) ui.data(line);
    ui.data(`Run ${ui.style.yellow(run)}: ${countsText(counts)}.`);
  },
});
