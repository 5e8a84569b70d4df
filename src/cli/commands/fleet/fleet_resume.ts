import { Journal } from "../../../fleet/journal.ts";
import { findRun } from "../../../fleet/journal_folder.ts";
import { requireNotUndone, requireSameTexts } from "../../../fleet/run.ts";
import { defineCommand } from "../../arguments/command.ts";
import { JOBS_FLAG, RUN_ARGUMENT } from "../../modes/fleet.ts";
import {
  goalLineages,
  LIMIT_FLAGS,
  readLimits,
  REPORT_FLAGS,
  runFleet,
} from "../../modes/fleet_run.ts";
import { Session } from "../../session/session.ts";

export const command = defineCommand({
  name: "fleet resume",
  description: [
    "Continues a run of aludel fleet upgrade that stopped: after its canary, an error, Ctrl-C or a crash. Completed databases are skipped. If one was being upgraded when the process ended, its records show how far it got.",
    "Errors of kinds that already occurred do not stop it again. The revisions must be unchanged: after a change, begin a new run.",
  ],
  flags: {
    ...LIMIT_FLAGS,
    ...REPORT_FLAGS,
    retry: { kind: "switch", help: "also retry the failed databases" },
    jobs: JOBS_FLAG.jobs,
  },
  positional: [RUN_ARGUMENT],
  examples: [
    { command: "aludel fleet resume", says: "continues the newest run" },
    { command: "aludel fleet resume --canary 50%", says: "continues with half of the others" },
    { command: "aludel fleet resume --retry", says: "also retries the failed ones" },
  ],
  async run(context, flags, [text]) {
    const session = new Session(context, flags);
    const { workspace, settings: { root } } = session;
    const limits = readLimits(flags);
    const run = findRun(root, text);
    await using journal = await Journal.open(root, run, "write");
    requireNotUndone(journal.facts);
    requireSameTexts(journal.facts, goalLineages(workspace, journal.facts.goal));
    session.announceExtensions();
    if (flags.retry) await journal.retryFailed();
    return await runFleet(session, journal, { jobs: flags.jobs, limits, reports: flags });
  },
});
