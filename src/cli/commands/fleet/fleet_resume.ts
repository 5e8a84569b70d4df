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
    "Goes on with a run of aludel fleet upgrade that stopped: after its canary, after an error, after Ctrl-C or a crash. Databases that it has done are left alone, and one that was being upgraded when the process ended is asked how far it came.",
    "The kinds of errors that the run has had stop it no more. The revisions must still have the same texts: after a change, begin a new run.",
  ],
  flags: {
    ...LIMIT_FLAGS,
    ...REPORT_FLAGS,
    retry: { kind: "switch", help: "also try those again that failed" },
    jobs: JOBS_FLAG.jobs,
  },
  positional: [RUN_ARGUMENT],
  examples: [
    { command: "aludel fleet resume", says: "goes on with the newest run" },
    { command: "aludel fleet resume --canary 50%", says: "with half of what is left" },
    { command: "aludel fleet resume --retry", says: "with what failed, too" },
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
