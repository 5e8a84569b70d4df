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
    "Takes back what a run of aludel fleet upgrade did, and nothing else: each database goes back to where it was before, by the downs that it stored. Where the run lost something, or a revision has no down, the restore point of the run is put back instead. Databases that the run did not change are left alone.",
    "A database that has moved on since is refused, and so is a restore point if the database was written to since: --discard-writes puts it back all the same, and keeps what is there now as another restore point. A refused database keeps no other from being undone. Exits 4 if some were refused, 1 if none was undone.",
  ],
  flags: {
    ...JOBS_FLAG,
    discardWrites: {
      kind: "switch",
      help: "put restore points back also where something was written since",
    },
  },
  positional: [RUN_ARGUMENT],
  examples: [{ command: "aludel fleet undo", says: "takes back the newest run" }],
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
