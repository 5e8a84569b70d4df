import { Journal } from "../../../fleet/journal.ts";
import type { RunFacts } from "../../../fleet/journal_format.ts";
import { newRunName } from "../../../fleet/journal_folder.ts";
import { toSecond } from "../../../text/layout.ts";
import { PROGRAM, RELEASE } from "../../../text/program.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { defineCommand } from "../../arguments/command.ts";
import {
  FLEET_ARGUMENT,
  goalOf,
  JOBS_FLAG,
  namedMembers,
  SOURCE_FLAGS,
} from "../../modes/fleet.ts";
import {
  goalLineages,
  LIMIT_FLAGS,
  readLimits,
  REPORT_FLAGS,
  runFleet,
} from "../../modes/fleet_run.ts";
import { Session } from "../../session/session.ts";

export const command = defineCommand({
  name: "fleet upgrade",
  description: [
    "Applies revisions to many databases, each as aludel upgrade does: with its own lock, its own transaction, loss checks and restore points. The databases are named as for aludel fleet status; one that does not exist is an error, and is not created.",
    "The run first reads all of them and writes its plan to a journal, .aludel/fleet/RUN.db. It stops at the first error of a new kind; with --on-error stop at any error, with --on-error max=5 at the fifth, with --on-error continue at none. aludel fleet resume continues where it stopped, also after a crash.",
    "Exits 4 if some databases failed, 1 if none was upgraded.",
  ],
  flags: {
    ...SOURCE_FLAGS,
    to: { kind: "text", value: "REF", help: "where to go (default: head)" },
    ...LIMIT_FLAGS,
    ...REPORT_FLAGS,
    ...JOBS_FLAG,
    lockTimeout: DATABASE_FLAG.lockTimeout,
    transaction: {
      kind: "choice",
      values: ["all", "each"],
      help: "one transaction for the whole route (all), or one for each revision (each)",
    },
    restorePoints: {
      kind: "choice",
      values: ["hazard", "always", "never"],
      help: "when to copy a database first (default: hazard, see the settings)",
    },
    foreign: {
      kind: "switch",
      help: "upgrade databases with records of another project only, too",
    },
  },
  positional: [FLEET_ARGUMENT],
  examples: [
    { command: "aludel fleet upgrade --glob 'tenants/*.db'", says: "applies all that is pending" },
    {
      command: "aludel fleet upgrade tenants --canary 5%",
      says: "stops after a twentieth of them",
    },
    {
      command: "aludel fleet upgrade tenants --on-error max=10 --jobs 4",
      says: "four at a time, until ten have failed",
    },
  ],
  async run(context, flags, [argument]) {
    const { runtime } = context;
    const session = new Session(context, flags);
    const { workspace, settings } = session;
    const limits = readLimits(flags);
    const { members, source } = await namedMembers(session, flags, argument);
    const to = flags.to ?? "head";
    const goal = goalOf(session, to);
    session.announceExtensions();
    const began = toSecond(runtime.now());
    const run = newRunName(settings.root, began);
    const facts: RunFacts = {
      run,
      source,
      to,
      goal,
      lineages: goalLineages(workspace, goal),
      options: {
        transaction: flags.transaction ?? "all",
        ...(flags.restorePoints !== undefined && { restorePoints: flags.restorePoints }),
        lockTimeoutMs: session.lockTimeoutMs,
        foreign: flags.foreign,
      },
      began,
      appliedBy: `${PROGRAM} ${RELEASE}, fleet run ${run}`,
    };
    await using journal = await Journal.create(settings.root, facts, members);
    return await runFleet(session, journal, { jobs: flags.jobs, limits, reports: flags });
  },
});
