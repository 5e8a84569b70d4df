import { AludelError } from "../../errors.ts";
import { parseRef } from "../../graph/ref.ts";
import {
  type DevOutcome,
  type DevRequest,
  followSchema,
  stopFollowing,
  type StoppedDev,
} from "../../project/author/dev.ts";
import type { SchemaReader } from "../../project/author/schema_reader.ts";
import { NO_HINTS, type RenameHints } from "../../schema/diff/renames.ts";
import { planStamp, stamp } from "../../project/migrate/stamp.ts";
import type { RestorePolicy, RunEvent } from "../../runner/request.ts";
import { shell } from "../../text/next_step.ts";
import type { CommandContext } from "../arguments/command.ts";
import type { FlagValues, SHARED_FLAGS } from "../arguments/flag.ts";
import {
  changesJson,
  reportChanges,
  reportSchemaNotices,
  suggestRenamesTo,
} from "../render/changes.ts";
import { errorText } from "../render/error_text.ts";
import { RunReport } from "../render/run.ts";
import { type OpenTarget, openTarget } from "../session/database.ts";
import { migrationContext, runHost } from "../session/run.ts";
import { schemaReader } from "../session/schemas.ts";
import { Session } from "../session/session.ts";
import { watchSchema } from "./watching.ts";

/** The flags of `dev`. */
type DevFlags = FlagValues<typeof SHARED_FLAGS> & {
  readonly database: string | undefined;
  readonly lockTimeout: number | undefined;
  readonly once: boolean;
  readonly stop: boolean;
  readonly restorePoints: RestorePolicy | undefined;
};

/**
 * Brings a database to the wanted schema each time that changes, or ends that, for `dev`.
 * @throws {AludelError} The errors of the project, of reading the schemas, of planning and of running.
 */
export async function developDatabase(context: CommandContext, flags: DevFlags): Promise<void> {
  const { ui } = context;
  const session = new Session(context, flags);
  const { workspace, settings } = session;
  const open = openTarget(session, "run");
  const { target, access } = open;
  const report = new RunReport(ui, target);
  const { restorePoints } = flags;
  const hostOf = () =>
    runHost(session, open, (event) => {
      if (!OF_STEPS.has(event.type)) report.see(event);
    }, { restorePoints });
  const place = { workspace, settings, target, access };
  const onRun = (program: string) => ui.notice(`Running: ${program}`);
  if (flags.once || flags.stop) {
    using host = hostOf();
    const request = { ...place, host, reader: schemaReader(session) };
    if (flags.stop) {
      const hints = await hintsOf(request.reader);
      return await tellStopped(session, open, request, await stopFollowing(request, hints));
    }
    const wanted = await request.reader.wanted(onRun);
    reportSchemaNotices(ui, wanted);
    const outcome = await followSchema(request, wanted);
    suggestRenamesTo(ui, outcome.comparison, wanted.name);
    ui.json(answerOf(open, "followed", outcome));
    return tell(session, open, outcome, wanted.name);
  }
  ui.notice("Press Ctrl-C to stop watching.");
  ui.hint(
    shell`aludel dev --stop # when you are finished, then aludel revision --autogenerate -m MSG`,
  );
  await watchSchema(session, place, {
    hostOf,
    onRun,
    onDone: (outcome, wanted) => {
      reportSchemaNotices(ui, wanted);
      suggestRenamesTo(ui, outcome.comparison, wanted.name);
      tell(session, open, outcome, wanted.name);
    },
    onFault: (error: AludelError) => ui.error(errorText(error, ui.talkStyle, ui.here)),
  });
}

/** The renames that the wanted schema declares; none if it cannot be read at the moment. */
async function hintsOf(reader: SchemaReader): Promise<RenameHints> {
  try {
    return (await reader.wanted(() => {})).hints;
  } catch (error) {
    if (error instanceof AludelError) return NO_HINTS;
    throw error;
  }
}

/** The events of revisions, which are not printed because this SQL is not a revision. */
const OF_STEPS: ReadonlySet<RunEvent["type"]> = new Set(
  ["step-started", "statement", "step-done", "committed", "rolled-back"],
);

function tell(
  { ui }: Session,
  { target }: OpenTarget,
  { comparison }: DevOutcome,
  name: string,
): void {
  reportChanges(ui, comparison);
  ui.data(`"${target.name}" has the schema of ${name}.`);
}

function answerOf({ target }: OpenTarget, kind: string, outcome: DevOutcome | undefined) {
  return {
    database: target.name,
    kind,
    ...changesJson(outcome?.comparison.changes ?? []),
    sql: outcome?.sql ?? "",
  };
}

async function tellStopped(
  session: Session,
  open: OpenTarget,
  { host }: DevRequest,
  stopped: StoppedDev,
): Promise<void> {
  const { ui } = session;
  const { name } = open.target;
  switch (stopped.kind) {
    case "clean":
      ui.json(answerOf(open, stopped.kind, undefined));
      return ui.notice(`"${name}" has the schema of its revisions: there is nothing to stop.`);
    case "reached": {
      const planned = await planStamp(migrationContext(session, open), {
        refs: stopped.heads.map(parseRef),
        purge: false,
      });
      await stamp(planned, host);
      ui.json(answerOf(open, stopped.kind, undefined));
      return ui.data(`"${name}" has the schema of ${stopped.heads.join(", ")}, which is recorded.`);
    }
    case "back":
      ui.json(answerOf(open, stopped.kind, stopped));
      reportChanges(ui, stopped.comparison);
      ui.data(`"${name}" has the schema of its revisions.`);
      ui.hint(shell`aludel revision --autogenerate -m MSG # write the change as one draft`);
  }
}
