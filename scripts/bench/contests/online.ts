import { DATABASE } from "../aludel_project.ts";
import type { Contender, Contest } from "../contest.ts";
import { runQuietly } from "../process.ts";
import { scriptOf } from "../workload.ts";
import { aludel, counted, denoRun, newFolder, type Yard } from "../yard.ts";
import { around, fill, INDEXES, SETTINGS, tableOf } from "./rebuild.ts";

/** Rebuilds of a large table that let others write, beside the one that does not. */
export function onlineContest(yard: Yard): readonly Contest[] {
  const full = `${newFolder(yard, "online")}/full.db`;
  fill(full, yard.rows, "WAL");
  const plain = project(yard, full, "plain", aludel(yard, "upgrade"));
  const own = (name: string, command: readonly string[]) => project(yard, full, name, command);
  return [{
    kind: "online",
    count: yard.rows,
    title: `rebuild of ${counted(yard.rows, "row")} beside writers, 8 columns, 2 indexes`,
    references: [plain.name],
    contenders: [
      plain,
      own("online", aludel(yard, "upgrade")),
      own("online, --max-wait 10000", aludel(yard, "upgrade", "--max-wait", "10000")),
      own(
        "online, beside a writer",
        denoRun("beside_writer.ts", DATABASE, ...aludel(yard, "upgrade", "--max-wait", "250")),
      ),
    ],
    notes: [
      "The writer is another process with 200 transactions a second. A run counts only if its last table has every " +
      "write of it, and no COMMIT or BEGIN of it took more than 250 ms.",
    ],
  }];
}

function project(
  yard: Yard,
  full: string,
  name: string,
  command: readonly string[],
): Contender {
  const cwd = newFolder(yard, `online-${name.replace(/\W+/g, "-")}`);
  runQuietly(cwd, aludel(yard, "init"));
  Deno.writeTextFileSync(`${cwd}/aludel.json`, SETTINGS);
  Deno.writeTextFileSync(
    `${cwd}/schema.sql`,
    scriptOf([tableOf("t", "BIGINT"), ...INDEXES]),
  );
  runQuietly(cwd, aludel(yard, "revision", "--autogenerate", "--from", full, "-m", "rebuild"));
  if (name !== "plain") {
    const [folder] = [...Deno.readDirSync(`${cwd}/migrations`)].filter(({ isDirectory }) =>
      isDirectory
    );
    for (const file of ["up.sql", "down.sql"]) {
      const path = `${cwd}/migrations/${folder!.name}/${file}`;
      Deno.writeTextFileSync(path, `-- aludel: online\n${Deno.readTextFileSync(path)}`);
    }
  }
  return {
    name: `aludel upgrade, ${name}`,
    role: name === "plain" ? "limit" : "own",
    command,
    cwd,
    memory: true,
    rounds: 3,
    ...around(cwd, full, yard.rows, "BIGINT"),
  };
}
