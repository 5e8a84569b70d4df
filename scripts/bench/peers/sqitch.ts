import { DATABASE } from "../aludel_project.ts";
import { findTool, outputOf } from "../tool.ts";
import { scriptOf, type WorkloadRevision } from "../workload.ts";
import type { Finding } from "./peer.ts";

/** Sqitch, from Debian. It keeps its records in a database of their own. */
export async function findSqitch(): Promise<Finding> {
  const tool = await findTool("sqitch", ["--version"]);
  const driver = await outputOf("perl", ["-MDBD::SQLite", "-e1"]);
  if (tool === undefined || driver === undefined) {
    return "Sqitch is not installed (`apt-get install sqitch libdbd-sqlite3-perl`): left out.";
  }
  const sqitch = (name: string, ...more: string[]) => ({
    name: `sqitch ${name}`,
    command: ["sqitch", name, ...more],
  });
  const target = `db:sqlite:${DATABASE}`;
  return {
    name: "Sqitch",
    release: tool.release,
    most: 1_000,
    memory: ["sqitch.db"],
    write: writeProject,
    upgrade: sqitch("deploy", target),
    status: sqitch("status", target),
    history: sqitch("plan"),
    downgrade: sqitch("revert", "-y", target),
  };
}

function writeProject(folder: string, revisions: readonly WorkloadRevision[]): void {
  const plan = ["%syntax-version=1.0.0", "%project=bench", ""];
  for (const way of ["deploy", "revert"]) Deno.mkdirSync(`${folder}/${way}`);
  Deno.writeTextFileSync(`${folder}/sqitch.conf`, "[core]\n\tengine = sqlite\n");
  for (const { number, message, up, down } of revisions) {
    const time = new Date(Date.UTC(2020, 0, 1) + number * 60_000).toISOString().slice(0, 19);
    const before = number === 1 ? "" : ` [step_${number - 1}]`;
    plan.push(`step_${number}${before} ${time}Z Bench <bench@example.org> # ${message}`);
    for (const [way, statements] of [["deploy", up], ["revert", down]] as const) {
      const script = `BEGIN;\n${scriptOf(statements)}COMMIT;\n`;
      Deno.writeTextFileSync(`${folder}/${way}/step_${number}.sql`, script);
    }
  }
  Deno.writeTextFileSync(`${folder}/sqitch.plan`, `${plan.join("\n")}\n`);
}
