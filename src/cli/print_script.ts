import { AludelError } from "../errors.ts";
import { parseRange } from "../graph/ref.ts";
import { committedTexts } from "../git/committed_texts.ts";
import { gitFolder } from "../git/git_folder.ts";
import { localSqliteVersion } from "../project/database_access.ts";
import { digest } from "../project/digest.ts";
import type { PlannedMigration } from "../project/migration.ts";
import { projectMissing } from "../project/project.ts";
import { openWorkspace } from "../project/workspace.ts";
import { planOffline } from "../project/offline.ts";
import type { CheckedRoute } from "../runner/checked_route.ts";
import type { TransactionMode } from "../runner/segments.ts";
import { sqlite3Script } from "../runner/sqlite3_script.ts";
import { PROGRAM, RELEASE } from "../text/program.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { CommandContext } from "./command.ts";
import { refuseSeveralModes } from "./exclusive_flags.ts";
import { openProject } from "./open_project.ts";
import type { Ui } from "./ui.ts";

/** Prints the script of `--sql` from what a database has applied. */
export function printScript(
  ui: Ui,
  planned: PlannedMigration,
  options: { readonly transaction: TransactionMode; readonly doubleQuotedStrings: boolean },
): void {
  print(ui, planned.route, [...planned.catalogue.applied], options);
}

/** Prints the script of `--sql A:B`, which needs no database. */
export async function printOfflineScript(
  context: CommandContext,
  flags: {
    readonly sql: boolean;
    readonly dryRun: boolean;
    readonly config: string | undefined;
    readonly transaction: TransactionMode | undefined;
  },
  text: string,
  direction: "upgrade" | "downgrade",
): Promise<void> {
  const range = parseRange(text);
  if (!flags.sql) {
    throw new AludelError("usage", `"${text}" is a range, and only --sql takes one`, {
      next: [`aludel ${direction} ${text} --sql`],
    });
  }
  refuseSeveralModes(flags);
  const project = openProject(context, flags);
  const workspace = openWorkspace(project.files);
  if (workspace === null) throw projectMissing(project);
  const { start, route } = await planOffline(
    {
      workspace,
      drafts: project.settings.drafts,
      digest,
      sealedTexts: (entry) => committedTexts(gitFolder(project.migrations), entry, digest),
      sqliteVersion: await localSqliteVersion(),
    },
    range,
    direction,
  );
  const { doubleQuotedStrings } = project.settings;
  print(context.ui, route, start, { transaction: flags.transaction ?? "all", doubleQuotedStrings });
}

function print(
  ui: Ui,
  route: CheckedRoute,
  start: readonly RevisionId[],
  options: { readonly transaction: TransactionMode; readonly doubleQuotedStrings: boolean },
): void {
  for (const notice of route.notices) ui.warning(notice.message);
  const script = sqlite3Script({
    steps: route.steps,
    reseals: route.reseals,
    start,
    ...options,
    appliedBy: `${PROGRAM} ${RELEASE}`,
  });
  ui.json({ start, steps: route.steps.map(({ direction, id }) => ({ direction, id })), script });
  ui.data(script.trimEnd());
}
