import { host } from "../../host/mod.ts";
import { AludelError } from "../../errors.ts";
import { parseRange, type RefRange } from "../../graph/ref.ts";
import { textsInHistory } from "../../git/base.ts";
import type { PlannedMigration } from "../../project/migrate/migration.ts";
import {
  type OfflineContext,
  type OfflineStamp,
  planOffline,
  planOfflineStamp,
} from "../../project/migrate/offline.ts";
import type { CheckedRoute, TransactionMode } from "../../runner/request.ts";
import { sqlite3Script, stampScript } from "../../runner/shell/script.ts";
import { PROGRAM, RELEASE } from "../../text/program.ts";
import type { RevisionId } from "../../graph/revision.ts";
import type { CommandContext } from "../arguments/command.ts";
import { reportWarning } from "../render/changes.ts";
import { refuseSeveralModes } from "../arguments/flag.ts";
import { Session } from "../session/session.ts";
import type { Ui } from "../terminal/ui.ts";
import { shell } from "../../text/next_step.ts";
import { movementJson, noticesJson, stampJson } from "../render/answer.ts";
import type { RevisionGraph } from "../../graph/revision_graph.ts";

/** Prints the script of `--sql` for a database. */
export function printScript(
  ui: Ui,
  database: string,
  planned: PlannedMigration,
  options: { readonly transaction: TransactionMode; readonly doubleQuotedStrings: boolean },
): void {
  const { catalogue: { graph, applied }, route } = planned;
  print(ui, route, { database, graph, start: [...applied] }, options);
}

/** Prints the script of `--sql A:B`, which needs no database. */
export async function printOfflineScript(
  context: CommandContext,
  flags: ScriptFlags & { readonly transaction: TransactionMode | undefined },
  text: string,
  direction: "upgrade" | "downgrade",
): Promise<void> {
  const { range, session, offline } = openOffline(context, flags, text, direction);
  const { start, route } = await planOffline(offline, range, direction);
  const { doubleQuotedStrings } = session.settings;
  const { graph } = offline.workspace;
  print(context.ui, route, { database: null, graph, start }, {
    transaction: flags.transaction ?? "all",
    doubleQuotedStrings,
  });
}

/** Prints the script of `stamp REF --sql`. */
export function printStampScript(ui: Ui, planned: OfflineStamp, database: string | null): void {
  const script = stampScript({
    ...planned,
    known: planned.graph.ids,
    appliedBy: APPLIED_BY,
    nullDevice: NULL_DEVICE,
  });
  ui.json({ database, dryRun: true, ...stampJson(planned), kept: null, script });
  ui.script(script.trimEnd());
}

/** Prints the script of `stamp A:B --sql`, which needs no database. */
export async function printOfflineStampScript(
  context: CommandContext,
  flags: ScriptFlags,
  text: string,
): Promise<void> {
  const { range, offline } = openOffline(context, flags, text, "stamp");
  printStampScript(context.ui, await planOfflineStamp(offline, range), null);
}

const APPLIED_BY = `${PROGRAM} ${RELEASE}`;

/** The name of the null device. A script usually runs on the system that made it. */
const NULL_DEVICE = host.os === "windows" ? "NUL" : "/dev/null";

interface ScriptFlags {
  readonly sql: boolean;
  readonly dryRun: boolean;
  readonly config: string | undefined;
}

/** Reads the files for a range. @throws {AludelError} `usage` without --sql; `project-missing`, `ref-syntax`. */
function openOffline(
  context: CommandContext,
  flags: ScriptFlags,
  text: string,
  command: string,
): {
  readonly range: RefRange;
  readonly session: Session;
  readonly offline: OfflineContext;
} {
  const range = parseRange(text);
  if (!flags.sql) {
    throw new AludelError("usage", `"${text}" is a range, and only --sql takes one`, {
      next: [shell`aludel ${command} ${text} --sql`],
    });
  }
  refuseSeveralModes(flags);
  const session = new Session(context, flags);
  const offline = {
    workspace: session.workspace,
    drafts: session.settings.drafts,
    sealedTexts: textsInHistory(session.project.migrations),
  };
  return { range, session, offline };
}

function print(
  ui: Ui,
  route: CheckedRoute,
  { database, graph, start }: {
    readonly database: string | null;
    readonly graph: RevisionGraph;
    /** The revisions that the database has applied, or must have applied. */
    readonly start: readonly RevisionId[];
  },
  options: { readonly transaction: TransactionMode; readonly doubleQuotedStrings: boolean },
): void {
  for (const notice of route.notices) reportWarning(ui, notice);
  const script = sqlite3Script({
    steps: route.steps,
    reseals: route.reseals,
    start,
    ...options,
    appliedBy: APPLIED_BY,
    nullDevice: NULL_DEVICE,
  });
  ui.json({
    database,
    dryRun: true,
    ...movementJson({ graph, applied: start }, route.steps),
    steps: route.steps.map(({ direction, id }) => ({ direction, id })),
    resealed: route.reseals.map(({ id }) => id),
    notices: noticesJson(route.notices),
    script,
  });
  ui.script(script.trimEnd());
}
