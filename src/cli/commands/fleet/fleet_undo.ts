import { Journal } from "../../../fleet/journal.ts";
import { findRun } from "../../../fleet/journal_folder.ts";
import { undoRun } from "../../../fleet/undo_run.ts";
import { shell } from "../../../text/next_step.ts";
import { defineCommand } from "../../arguments/command.ts";
import { CommandCrew, jobCount, JOBS_FLAG, RUN_ARGUMENT } from "../../modes/fleet.ts";
import { RunTalk } from "../../modes/fleet_run.ts";
import { grouped } from "../../render/fleet.ts";
import { Session } from "../../session/session.ts";

export const command = defineCommand({
  name: "fleet undo",
  description: [
    "Undoes a run of aludel fleet upgrade, and nothing else: each database returns to its earlier revisions by the downs that it stored. If the run lost data there, or a revision has no down, the run's restore point is restored instead. Databases that the run did not change are left alone.",
    "A database that has moved on since is refused. So is a restore point if the database was written to since: --discard-writes restores it nevertheless, and keeps the current content as another restore point. A refused database does not stop the others from being undone. Exits 4 if some were refused, 1 if none was undone.",
  ],
  flags: {
    ...JOBS_FLAG,
    discardWrites: {
      kind: "switch",
      help: "restore even if a database was written to since",
    },
  },
  positional: [RUN_ARGUMENT],
  examples: [{ command: "aludel fleet undo", says: "undoes the newest run" }],
  async run(context, flags, [text]) {
    const { ui, runtime } = context;
    const session = new Session(context, flags);
    const { settings: { root } } = session;
    const run = findRun(root, text);
    await using journal = await Journal.open(root, run, "write");
    session.announceExtensions();
    const { facts } = journal;
    const talk = new RunTalk(ui);
    const total = await journal.size();
    const end = await (async () => {
      using work = new CommandCrew(session, {
        jobs: jobCount(flags.jobs, total, runtime),
        goal: facts.goal,
        options: facts.options,
        appliedBy: facts.appliedBy,
      });
      return await undoRun({
        journal,
        crew: work.crew,
        halt: work.halt,
        clock: runtime,
        interrupted: work.interrupted,
        emit: (event) => {
          talk.see(event);
          work.show(talk.doing);
        },
      }, { discardWrites: flags.discardWrites });
    })();
    const { undone, failed, isInterrupted } = end;
    const counts = await journal.counts();
    ui.json({ run, databases: total, ...counts, stopped: isInterrupted ? "interrupted" : null });
    const parts = [
      `${grouped(undone)} undone`,
      ...(failed > 0 ? [`${grouped(failed)} could not be undone`] : []),
    ];
    ui.data(`Run ${ui.style.yellow(run)}: ${parts.join(", ")}.`);
    if (failed > 0) ui.hint(shell`aludel fleet report ${run} # see every database`);
    if (isInterrupted) {
      ui.hint(shell`aludel fleet undo ${run} # go on`);
      return 130;
    }
    if (failed === 0) return 0;
    return undone > 0 ? 4 : 1;
  },
});
