import { DATABASE } from "../aludel_project.ts";
import type { WorkloadRevision } from "../workload.ts";
import { linkModules, NODE_RELEASES, type NodePeers } from "./node_peers.ts";
import type { Finding } from "./peer.ts";

const PROGRAM = `const Database = require("better-sqlite3");
const { drizzle } = require("drizzle-orm/better-sqlite3");
const { migrate } = require("drizzle-orm/better-sqlite3/migrator");

const database = new Database("${DATABASE}");
migrate(drizzle(database), { migrationsFolder: "drizzle" });
database.close();
`;

/** drizzle-orm with better-sqlite3. It knows no way down, and no list. */
export function drizzlePeer(peers: NodePeers): Finding {
  return {
    name: "drizzle-orm",
    release: NODE_RELEASES["drizzle-orm"],
    most: 10_000,
    memory: [],
    write: (folder, revisions) => {
      linkModules(folder, peers);
      writeProject(folder, revisions);
    },
    upgrade: { name: "drizzle-orm migrate()", command: [peers.node, "migrate.cjs"] },
    status: undefined,
    history: undefined,
    downgrade: undefined,
  };
}

function writeProject(folder: string, revisions: readonly WorkloadRevision[]): void {
  Deno.mkdirSync(`${folder}/drizzle/meta`, { recursive: true });
  Deno.writeTextFileSync(`${folder}/migrate.cjs`, PROGRAM);
  const entries = revisions.map(({ number, up }, idx) => {
    const tag = `${String(idx).padStart(4, "0")}_step`;
    const script = up.join(";\n--> statement-breakpoint\n");
    Deno.writeTextFileSync(`${folder}/drizzle/${tag}.sql`, script);
    const when = Date.UTC(2020, 0, 1) + number * 1_000;
    return { idx, version: "6", when, tag, breakpoints: true };
  });
  const journal = { version: "7", dialect: "sqlite", entries };
  Deno.writeTextFileSync(`${folder}/drizzle/meta/_journal.json`, JSON.stringify(journal));
}
