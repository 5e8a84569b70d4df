import { abortOnline } from "../../runner/online/clean.ts";
import { displayName } from "../../sql/identifier.ts";
import { shell } from "../../text/next_step.ts";
import type { CommandContext } from "../arguments/command.ts";
import type { FlagValues, SHARED_FLAGS } from "../arguments/flag.ts";
import { RunReport } from "../render/run.ts";
import { openTarget } from "../session/database.ts";
import { runHost } from "../session/run.ts";
import { Session } from "../session/session.ts";
import type { RUN_FLAGS } from "./migrate.ts";

/** Gives up a rebuild beside writers, for `upgrade --abort-online`. */
export async function abortRebuild(
  context: CommandContext,
  flags: FlagValues<typeof RUN_FLAGS> & FlagValues<typeof SHARED_FLAGS>,
): Promise<void> {
  const { ui } = context;
  const session = new Session(context, flags);
  const target = openTarget(session, "look");
  const report = new RunReport(ui, target.target);
  using host = runHost(session, target, (event) => report.see(event), {
    maxWaitMs: flags.maxWait,
  });
  const present = await target.access.look();
  await present?.close();
  if (present === null) {
    ui.json({ database: target.target.name, aborted: null });
    return ui.notice("No rebuild is under way.");
  }
  await using connection = await host.connect({ doubleQuotedStrings: false });
  const progress = await abortOnline(connection, host);
  const aborted = progress === undefined || progress.phase === "clean" ? undefined : progress;
  ui.json({
    database: target.target.name,
    aborted: aborted === undefined ? null : { revision: aborted.revision, table: aborted.table },
  });
  if (aborted !== undefined) {
    ui.notice(`Gave up rebuilding table ${displayName(aborted.table)}; it is as it was.`);
    return ui.hint(shell`aludel status`);
  }
  ui.notice(
    progress === undefined
      ? "No rebuild is under way."
      : `Removed what was left of the old table ${displayName(progress.table)}.`,
  );
}
