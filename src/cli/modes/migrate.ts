import { AludelError } from "../../errors.ts";
import type { Catalogue } from "../../project/workspace/catalogue.ts";
import type { GoalRequest } from "../../project/migrate/goal.ts";
import {
  type MigrationRequest,
  planMigration,
  type PlannedMigration,
  runMigration,
} from "../../project/migrate/migration.ts";
import type { DatabaseAccess } from "../../project/workspace/database_access.ts";
import { projectMissing } from "../../project/workspace/project.ts";
import type { CommandContext } from "../arguments/command.ts";
import {
  DATABASE_FLAG,
  type FlagValues,
  refuseSeveralModes,
  SHARED_FLAGS,
} from "../arguments/flag.ts";
import { type OpenTarget, openTarget } from "../session/database.ts";
import { migrationContext, runHost } from "../session/run.ts";
import { Session } from "../session/session.ts";
import type { CheckedStep } from "../../runner/request.ts";
import { reportPlan, RunReport } from "../render/run.ts";
import { shell } from "../../text/next_step.ts";

/** The flags of every command that runs revisions. */
export const RUN_FLAGS = {
  ...DATABASE_FLAG,
  dryRun: { kind: "switch", help: "print what would run, and change nothing" },
  sql: { kind: "switch", help: "print a script for the sqlite3 shell, and change nothing" },
  transaction: {
    kind: "choice",
    values: ["all", "each"],
    help: "one transaction for the whole route (all), or one for each revision (each)",
  },
  resume: {
    kind: "choice",
    values: ["again", "skip"],
    help: "after an interrupted transaction=off script: run its statement again, or skip it",
  },
  rehearse: { kind: "switch", help: "run on a copy, measure, and leave the database alone" },
  rehearseKeep: {
    kind: "text",
    value: "PATH",
    help: "rehearse, and leave the copy there",
  },
  maxWait: {
    kind: "number",
    value: "MS",
    help: "how long a rebuild beside writers may keep them waiting (default: 100)",
  },
  restorePoints: {
    kind: "choice",
    values: ["hazard", "always", "never"],
    help: "when to copy the database first (default: hazard, see the settings)",
  },
  foreign: {
    kind: "switch",
    help: "run even if the database has records of another project only",
  },
} as const;

type RunFlags = FlagValues<typeof RUN_FLAGS> & FlagValues<typeof SHARED_FLAGS>;

/**
 * Resolves, checks, and runs revisions; or prints the plan or the script instead.
 * @param needsProject Whether the command needs a manifest.
 */
export async function migrate(
  context: CommandContext,
  flags: RunFlags,
  goal: GoalRequest,
  options: { readonly downFrom: "database" | "disk"; readonly needsProject: boolean },
): Promise<number | void> {
  refuseSeveralModes(flags);
  const session = new Session(context, flags);
  const workspace = options.needsProject ? session.workspace : session.workspaceIfAny;
  const target = openTarget(session, "run");
  const migration = migrationContext(session, target);
  const request: MigrationRequest = {
    goal,
    downFrom: options.downFrom,
    foreign: flags.foreign,
  };
  const report = new RunReport(context.ui, target.target);
  const planned = await planMigration(migration, request);
  if (workspace === null && planned.state.applied.length === 0) {
    throw projectMissing(session.project);
  }
  const transaction = flags.transaction ?? "all";
  if (flags.sql) {
    refuseScript(planned.policies);
    refuseUnrecorded(planned.catalogue);
    const { printScript } = await import("./script.ts");
    const { doubleQuotedStrings } = target.target;
    return printScript(context.ui, target.target.name, planned, {
      transaction,
      doubleQuotedStrings,
    });
  }
  if (flags.dryRun) {
    const { mayLose, online } = await foretell(session, target.access, planned);
    return reportPlan(context.ui, target.target, planned, { transaction, mayLose, online });
  }
  for (const notice of planned.route.notices) report.see(notice);
  if (
    planned.route.steps.length === 0 && planned.route.reseals.length === 0 &&
    planned.catalogue.past.length === 0
  ) {
    if (planned.online?.phase === "clean") await removeLeftovers(session, target, flags, report);
    return report.nothingToDo(planned);
  }
  session.announceExtensions();
  if (flags.rehearse || flags.rehearseKeep !== undefined) {
    const { rehearseMigration } = await import("./rehearsal.ts");
    const { catalogue } = planned;
    return await rehearseMigration(session, flags, { target, migration, request, catalogue });
  }
  const { restorePoints } = flags;
  using host = runHost(session, target, (event) => report.see(event), {
    restorePoints,
    maxWaitMs: flags.maxWait,
  });
  const outcome = await runMigration(migration, request, planned, host, {
    transaction,
    ...(flags.resume !== undefined && { resume: flags.resume }),
  });
  report.done(outcome, planned);
}

/** Removes the rest of the old table after an interrupted rebuild beside writers. */
async function removeLeftovers(
  session: Session,
  target: OpenTarget,
  { maxWait }: RunFlags,
  report: RunReport,
): Promise<void> {
  const { cleanUp } = await import("../../runner/online/clean.ts");
  using host = runHost(session, target, (event) => report.see(event), {
    maxWaitMs: maxWait,
  });
  await using connection = await host.connect({ doubleQuotedStrings: false });
  await cleanUp(connection, host);
}

/** @throws {AludelError} `policy-script`, because the sqlite3 shell does not obey the policies of the database. */
function refuseScript(policies: ReadonlySet<string>): void {
  if (policies.size === 0) return;
  const names = [...policies].join(", ");
  throw new AludelError("policy-script", "A script for the sqlite3 shell cannot obey policies", {
    notes: [
      `This database has ${names}`,
      "Such a script stops at once on a database with policies",
    ],
    outcome: "Nothing was printed",
    next: [shell`aludel upgrade --dry-run # see what would run`, shell`aludel protect`],
  });
}

/**
 * @throws {AludelError} `squash-script`, because a script compares the records first, and the next run changes them.
 */
function refuseUnrecorded({ past }: Catalogue): void {
  const [first] = past;
  if (first === undefined) return;
  throw new AludelError(
    "squash-script",
    "The database must record a squash before there can be a script",
    {
      revision: first.record.id,
      notes: [`"${first.record.id}" replaces revisions that it has records of`],
      outcome: "Nothing was printed",
      next: [shell`aludel upgrade ${first.record.id} # record it, and run nothing`],
    },
  );
}

/** The information of --dry-run besides the route: possible losses, a sentence each, and the steps beside writers. */
async function foretell(
  session: Session,
  access: DatabaseAccess,
  { route: { steps } }: PlannedMigration,
): Promise<{ readonly mayLose: string[]; readonly online: ReadonlySet<CheckedStep> }> {
  const { onlineSteps } = await import("../../runner/online/rebuild.ts");
  const connection = await access.look();
  if (connection === null) {
    return {
      mayLose: [],
      online: await onlineSteps(undefined, { online: { rows: undefined } }, steps),
    };
  }
  try {
    const { predictLosses } = await import("../../runner/hazard.ts");
    const rows = session.settings.online?.rows;
    return {
      mayLose: await predictLosses(connection, steps),
      online: await onlineSteps(() => Promise.resolve(connection), { online: { rows } }, steps),
    };
  } finally {
    await connection.close();
  }
}
