import { lookAtFleet } from "../../../fleet/look.ts";
import { say, shell } from "../../../text/next_step.ts";
import { defineCommand } from "../../arguments/command.ts";
import {
  CommandCrew,
  FLEET_ARGUMENT,
  goalOf,
  jobCount,
  JOBS_FLAG,
  namedMembers,
  SOURCE_FLAGS,
} from "../../modes/fleet.ts";
import { FleetTable, hereOf, sightJson } from "../../render/fleet.ts";
import { Session } from "../../session/session.ts";

export const command = defineCommand({
  name: "fleet status",
  description: [
    "Reads many databases and counts them by what needs doing: pending revisions, databases of another project, locked and unreadable ones. Exits 3 if anything needs doing, 0 if nothing does.",
    "The databases are the files that match --glob, the result of a query (--query control.db 'SELECT path FROM tenant'), the output of a command (--from), or a fleet of the settings (fleets).",
    "--json prints a line of JSON for each database and one for all of them.",
  ],
  flags: {
    ...SOURCE_FLAGS,
    ...JOBS_FLAG,
    verbose: { kind: "switch", alias: "v", help: "list every database that needs something" },
  },
  positional: [FLEET_ARGUMENT],
  examples: [
    { command: "aludel fleet status --glob 'tenants/*.db'", says: "all databases of a folder" },
    { command: "aludel fleet status tenants", says: "a fleet of the settings" },
    {
      command: "aludel fleet status --query control.db 'SELECT path FROM tenant'",
      says: "the databases that another one lists",
    },
  ],
  async run(context, flags, [argument]) {
    const { ui, runtime } = context;
    const session = new Session(context, flags);
    const { workspace } = session;
    const { members } = await namedMembers(session, flags, argument);
    const goal = goalOf(session, "heads");
    const table = new FleetTable(flags.verbose ? Infinity : undefined);
    {
      using work = new CommandCrew(session, {
        jobs: jobCount(flags.jobs, members.length, runtime),
        goal,
        options: {
          transaction: "all",
          lockTimeoutMs: session.lockTimeoutMs,
          foreign: false,
        },
        appliedBy: "",
      });
      await lookAtFleet(members, work.crew, (member, sight) => {
        table.add(member, sight);
        ui.jsonLine(sightJson(member, sight), hereOf(member.database.url));
        work.show(`${table.count} of ${members.length} databases`);
      });
    }
    const clean = table.isClean;
    ui.json({ databases: table.count, heads: workspace.graph.heads, states: table.counts, clean });
    for (const line of table.lines(ui.style)) ui.data(line);
    if (clean) ui.notice("Nothing to do.");
    if (table.pending > 0) {
      ui.hint(shell`aludel fleet upgrade ${sourceWords(flags, argument)}`);
    }
    const [other] = table.others;
    if (other !== undefined) ui.hint(shell`aludel status -d ${other} # look at one of the others`);
    else if (!clean && table.pending === 0) {
      ui.hint(say("Check out the branch that has their revisions"));
    }
    return clean ? 0 : 3;
  },
});

/** The arguments that name the same fleet. */
function sourceWords(
  { glob, query, from }: {
    readonly glob: readonly string[];
    readonly query: string | undefined;
    readonly from: string | undefined;
  },
  argument: string | undefined,
): string[] {
  return [
    ...glob.flatMap((pattern) => ["--glob", pattern]),
    ...(query === undefined ? [] : ["--query", query]),
    ...(from === undefined ? [] : ["--from", from]),
    ...(argument === undefined ? [] : [argument]),
  ];
}
