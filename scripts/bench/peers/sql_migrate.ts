import { DATABASE } from "../aludel_project.ts";
import { findDebianTool } from "../tool.ts";
import { scriptOf, type WorkloadRevision } from "../workload.ts";
import type { Finding } from "./peer.ts";

/** sql-migrate, from Debian. */
export async function findSqlMigrate(): Promise<Finding> {
  const tool = await findDebianTool("sql-migrate");
  if (tool === undefined) {
    return "sql-migrate is not installed (`apt-get install sql-migrate`): left out.";
  }
  const migrate = (name: string, ...more: string[]) => ({
    name: `sql-migrate ${name}`,
    command: ["sql-migrate", name, ...more],
  });
  return {
    name: "sql-migrate",
    release: tool.release,
    most: 10_000,
    memory: [],
    write: writeProject,
    upgrade: migrate("up"),
    status: migrate("status"),
    history: migrate("status"),
    downgrade: migrate("down", "-limit=0"),
  };
}

function writeProject(folder: string, revisions: readonly WorkloadRevision[]): void {
  Deno.mkdirSync(`${folder}/migrations`);
  Deno.writeTextFileSync(
    `${folder}/dbconfig.yml`,
    `development:\n  dialect: sqlite3\n  datasource: ${DATABASE}\n  dir: migrations\n`,
  );
  for (const { number, up, down } of revisions) {
    Deno.writeTextFileSync(
      `${folder}/migrations/${String(number).padStart(6, "0")}_step.sql`,
      `-- +migrate Up\n${scriptOf(up)}\n-- +migrate Down\n${scriptOf(down)}`,
    );
  }
}
