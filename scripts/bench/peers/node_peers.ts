import { npmPackages, npmPlatform } from "../npm_packages.ts";
import { outputOf } from "../tool.ts";

/** The releases that the peers for Node are measured with. */
export const NODE_RELEASES = {
  node: "22.23.3",
  knex: "3.3.0",
  "better-sqlite3": "13.2.0",
  "drizzle-orm": "0.45.4",
  "drizzle-kit": "0.31.11",
} as const;

/** Where the peers for Node are, and a Node that can load their driver. */
export interface NodePeers {
  readonly node: string;
  readonly modules: string;
  /** Of the driver and its SQLite, and of Node, in words. */
  readonly release: string;
}

const PROBE = `const Database = require("better-sqlite3");
const { v } = new Database(":memory:").prepare("SELECT sqlite_version() AS v").get();
console.log("Node " + process.versions.node + ", better-sqlite3 " +
  require("better-sqlite3/package.json").version + ", SQLite " + v);`;

/**
 * knex, drizzle and their driver from npm. The driver's newest release aborts under an old Node, so one comes from
 * npm as well; where there is none for the platform, the system's is tried.
 */
export async function findNodePeers(): Promise<NodePeers | string> {
  const { node: nodeRelease, ...packages } = NODE_RELEASES;
  const pinned = Object.entries(packages).map(([name, release]) => `${name}@${release}`);
  const folder = await npmPackages(`node-peers-${packages.knex}`, pinned);
  if (folder === undefined) {
    return `${pinned.join(", ")} could not be installed from npm: left out.`;
  }
  const name = `node-${npmPlatform()}`;
  const own = await npmPackages(`${name}-${nodeRelease}`, [`${name}@${nodeRelease}`]);
  const nodes = own === undefined ? ["node"] : [`${own}/node_modules/${name}/bin/node`, "node"];
  for (const node of nodes) {
    const release = (await outputOf(node, ["-e", PROBE], folder))?.trim();
    if (release) return { node, modules: `${folder}/node_modules`, release };
  }
  return "better-sqlite3 does not load under this Node: knex and drizzle are left out.";
}

/** Lets a project find the packages. */
export function linkModules(folder: string, { modules }: NodePeers): void {
  Deno.symlinkSync(modules, `${folder}/node_modules`);
}
