import { DATABASE } from "../aludel_project.ts";
import { npmPackages, npmPlatform } from "../npm_packages.ts";
import { findTool } from "../tool.ts";
import { scriptOf, type WorkloadRevision } from "../workload.ts";
import type { Finding } from "./peer.ts";

const RELEASE = "2.36.0";

/** dbmate, from npm. */
export async function findDbmate(): Promise<Finding> {
  const folder = await npmPackages(`dbmate-${RELEASE}`, [`dbmate@${RELEASE}`]);
  const path = `${folder}/node_modules/@dbmate/${npmPlatform()}/bin/dbmate`;
  const tool = folder === undefined ? undefined : await findTool(path, ["--version"]);
  if (tool === undefined) return `dbmate ${RELEASE} could not be installed from npm: left out.`;
  const dbmate = (name: string) => ({
    name: `dbmate ${name}`,
    command: [path, "--url", `sqlite:${DATABASE}`, "--no-dump-schema", name],
  });
  return {
    name: "dbmate",
    release: tool.release,
    most: 10_000,
    memory: [],
    write: writeProject,
    upgrade: dbmate("up"),
    status: dbmate("status"),
    history: dbmate("status"),
    downgrade: { ...dbmate("rollback"), single: true },
  };
}

/** One file a revision, up and down in it. */
function writeProject(folder: string, revisions: readonly WorkloadRevision[]): void {
  Deno.mkdirSync(`${folder}/db/migrations`, { recursive: true });
  for (const { number, up, down } of revisions) {
    Deno.writeTextFileSync(
      `${folder}/db/migrations/${String(20200101000000 + number)}_step.sql`,
      `-- migrate:up\n${scriptOf(up)}\n-- migrate:down\n${scriptOf(down)}`,
    );
  }
}
