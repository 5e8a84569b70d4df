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
import { openTarget } from "../session/database.ts";
import { migrationContext, runHost } from "../session/run.ts";
import { Session } from "../session/session.ts";
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
 * @param needsProject Whether the command makes no sense without a manifest.
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
    const mayLose = await foretold(target.access, planned);
    return reportPlan(context.ui, target.target, planned, { transaction, mayLose });
  }
  for (const notice of planned.route.notices) report.see(notice);
  if (
    planned.route.steps.length === 0 && planned.route.reseals.length === 0 &&
    planned.catalogue.past.length === 0
  ) {
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
  });
  const outcome = await runMigration(migration, request, planned, host, {
    transaction,
    ...(flags.resume !== undefined && { resume: flags.resume }),
  });
  report.done(outcome, planned);
}

/** @throws {AludelError} `policy-script`: the sqlite3 shell does not know the policies of the database. */
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

/** @throws {AludelError} `squash-script`: a script begins by comparing the records, which the next run changes. */
function refuseUnrecorded({ past }: Catalogue): void {
  const [first] = past;
  if (first === undefined) return;
  throw new AludelError(
    "squash-script",
    "The database has to record a squash before a script fits",
    {
      revision: first.record.id,
      notes: [`"${first.record.id}" replaces revisions that it has records of`],
      outcome: "Nothing was printed",
      next: [shell`aludel upgrade ${first.record.id} # record it, and run nothing`],
    },
  );
}

/** Losses that the run may cause, a sentence each. */
async function foretold(access: DatabaseAccess, { route }: PlannedMigration): Promise<string[]> {
  const connection = await access.look();
  if (connection === null) return [];
  try {
    const { predictLosses } = await import("../../runner/hazard.ts");
    return await predictLosses(connection, route.steps);
  } finally {
    await connection.close();
  }
}
