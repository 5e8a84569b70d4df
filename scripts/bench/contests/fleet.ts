import { DATABASE, writeAludelProject } from "../aludel_project.ts";
import type { Contest } from "../contest.ts";
import { runQuietly } from "../process.ts";
import { expectObjects, workload, workloadObjects } from "../workload.ts";
import { aludel, copyFolder, counted, denoRun, newFolder, removeAll, type Yard } from "../yard.ts";

/** So many revisions each database has, and so many it lacks. */
const STEPS = 5;

/** A fleet of small files that are looked at, and upgraded. */
export function fleetContest(yard: Yard): readonly Contest[] {
  const revisions = workload(2 * STEPS);
  const jobs = navigator.hardwareConcurrency;
  const cwd = newFolder(yard, "fleet");
  writeAludelProject(cwd, revisions);
  Deno.writeTextFileSync(
    `${cwd}/statements.json`,
    JSON.stringify(revisions.slice(STEPS).flatMap(({ up }) => up)),
  );
  runQuietly(cwd, aludel(yard, "upgrade", `+${STEPS}`));
  fill(`${cwd}/behind`, `${cwd}/${DATABASE}`, yard.databases);
  runQuietly(cwd, aludel(yard, "upgrade"));
  fill(`${cwd}/current`, `${cwd}/${DATABASE}`, yard.databases);
  const objects = workloadObjects(`${cwd}/${DATABASE}`);
  const restore = () => {
    removeAll(`${cwd}/fleet`);
    copyFolder(`${cwd}/behind`, `${cwd}/fleet`);
  };
  const check = () => {
    for (const { name } of Deno.readDirSync(`${cwd}/fleet`)) {
      expectObjects(`${cwd}/fleet/${name}`, objects);
    }
  };
  const size = counted(yard.databases, "database");
  const limit = (...more: readonly string[]) => ({
    name: `limit: node:sqlite, ${counted(jobs, "worker")}`,
    role: "limit" as const,
    command: denoRun("fleet_limit.ts", ...more),
    cwd,
    memory: true,
  });
  const own = (name: string, folder: string) => ({
    name: `aludel fleet ${name}`,
    role: "own" as const,
    command: aludel(yard, "fleet", name, "--jobs", `${jobs}`, "--glob", `${folder}/*.db`),
    cwd,
    memory: true,
  });
  const looking = limit("current", `${jobs}`);
  const running = limit("fleet", `${jobs}`, "statements.json");
  return [
    {
      kind: "fleet-status",
      count: yard.databases,
      title: `fleet status, ${size} up to date`,
      references: [looking.name],
      contenders: [looking, own("status", "current")],
      notes: ["The limit opens each database and reads one row."],
    },
    {
      kind: "fleet-upgrade",
      count: yard.databases,
      title: `fleet upgrade, ${size}, ${STEPS} revisions each`,
      references: [running.name],
      contenders: [running, own("upgrade", "fleet")].map((one) => ({
        ...one,
        prepare: restore,
        check,
      })),
      notes: ["The limit runs the same statements, in one transaction for each database."],
    },
  ];
}

function fill(folder: string, database: string, count: number): void {
  Deno.mkdirSync(folder);
  for (let at = 1; at <= count; at++) Deno.copyFileSync(database, `${folder}/${at}.db`);
}
