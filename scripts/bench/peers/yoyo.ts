import { DATABASE } from "../aludel_project.ts";
import { findDebianTool } from "../tool.ts";
import { scriptOf, type WorkloadRevision } from "../workload.ts";
import type { Finding } from "./peer.ts";

/** yoyo, from Debian. Its `list` is its status and its history. */
export async function findYoyo(): Promise<Finding> {
  const tool = await findDebianTool("yoyo");
  if (tool === undefined) return "yoyo is not installed (`apt-get install yoyo`): left out.";
  const yoyo = (name: string, ...more: string[]) => ({
    name: `yoyo ${name}`,
    command: [
      ...["yoyo", "--batch", "--no-config-file", name, ...more],
      ...["--database", `sqlite:///${DATABASE}`, "migrations"],
    ],
  });
  return {
    name: "yoyo",
    release: tool.release,
    most: 1_000,
    memory: [],
    write: writeProject,
    upgrade: yoyo("apply"),
    status: yoyo("list"),
    history: yoyo("list"),
    downgrade: yoyo("rollback", "--all"),
  };
}

function writeProject(folder: string, revisions: readonly WorkloadRevision[]): void {
  Deno.mkdirSync(`${folder}/migrations`);
  for (const { number, up, down } of revisions) {
    const before = number === 1 ? "" : `-- depends: ${nameOf(number - 1)}\n`;
    const file = `${folder}/migrations/${nameOf(number)}`;
    Deno.writeTextFileSync(`${file}.sql`, before + scriptOf(up));
    Deno.writeTextFileSync(`${file}.rollback.sql`, scriptOf(down));
  }
}

function nameOf(number: number): string {
  return `${String(number).padStart(6, "0")}_step`;
}
