import { isOfAnotherProject } from "../../../project/workspace/catalogue.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { openDatabase } from "../../session/database.ts";
import { Session } from "../../session/session.ts";
import { RevisionPrinter } from "../../render/revision.ts";
import { shell } from "../../../text/next_step.ts";

export const command = defineCommand({
  name: "current",
  description: [
    'Prints the revisions that the database is at, a line for each applied branch. It changes nothing and reads no SQL files: "aludel status" finds files that were edited since.',
  ],
  flags: {
    ...DATABASE_FLAG,
    checkHeads: { kind: "switch", alias: "c", help: "exit 3 unless the database is at all heads" },
    verbose: { kind: "switch", alias: "v", help: "print all details" },
  },
  positional: [],
  examples: [
    { command: "aludel current", says: "prints the revisions that the database is at" },
    { command: "aludel current --check-heads", says: "fails in CI if something is pending" },
  ],
  async run(context, flags) {
    const { ui } = context;
    const session = new Session(context, flags);
    const { target, state, present, catalogue } = await openDatabase(session);
    const workspace = flags.checkHeads || state.applied.length === 0
      ? session.workspace
      : session.workspaceIfAny;
    const { graph, applied, onDisk } = catalogue;
    const current = graph.headsOf(applied, "parents");
    const missing = graph.headsOf(onDisk, "parents").filter((id) => !applied.has(id));
    // Unknown revisions may be newer than the heads of this checkout, or on another branch.
    const unknown = current.filter((id) => !onDisk.has(id));
    const atHeads = missing.length === 0 && unknown.length === 0;
    const foreign = workspace !== null && isOfAnotherProject(catalogue);
    const printer = new RevisionPrinter(catalogue, session.folder, ui.style, "unmarked");
    ui.json({
      database: target.name,
      exists: present,
      current,
      heads: workspace === null ? null : graph.headsOf(onDisk, "parents"),
      revisions: current.map((id) => printer.json(id)),
      atHeads: workspace === null ? null : atHeads,
    });
    for (const id of current) {
      ui.data(flags.verbose ? `${printer.block(id)}\n` : printer.summary(id));
    }
    if (current.length === 0) {
      ui.notice(
        !present
          ? `"${target.name}" does not exist yet: no revision is applied.`
          : state.format === "absent"
          ? `"${target.name}" has no records of Aludel: no revision is applied.`
          : `"${target.name}" is at base: no revision is applied.`,
      );
    }
    if (unknown.length > 0) {
      const { locateUnknown, NAME_ANOTHER, SWITCH_DATABASE } = await import(
        "../../../git/branches.ts"
      );
      const located = await locateUnknown(session.project.migrations, unknown);
      for (const { says } of located) ui.notice(says);
      ui.hint(foreign ? NAME_ANOTHER : SWITCH_DATABASE);
    }
    if (!flags.checkHeads || atHeads) return 0;
    if (unknown.length > 0) {
      ui.warning(`${listed(unknown)} applied but not on disk: another branch may be checked out`);
    }
    if (missing.length > 0) {
      ui.warning(`Not at all heads: ${listed(missing)} pending`);
      if (!foreign) ui.hint(shell`aludel upgrade heads`);
    }
    return 3;
  },
});

function listed(ids: readonly string[]): string {
  return `${ids.join(", ")} ${ids.length === 1 ? "is" : "are"}`;
}
