import { findAlembic } from "./peers/alembic.ts";
import { findDbmate } from "./peers/dbmate.ts";
import { drizzlePeer } from "./peers/drizzle.ts";
import { knexPeer } from "./peers/knex.ts";
import { findNodePeers, type NodePeers } from "./peers/node_peers.ts";
import type { Finding, Peer } from "./peers/peer.ts";
import { findSqitch } from "./peers/sqitch.ts";
import { findSqlMigrate } from "./peers/sql_migrate.ts";
import { findYoyo } from "./peers/yoyo.ts";
import { findTool, type Tool } from "./tool.ts";

/** What Aludel is compared with, as far as it was found; a note for each that was not. */
export interface Field {
  readonly sqlite3: Tool | undefined;
  readonly sha256sum: Tool | undefined;
  readonly git: Tool | undefined;
  readonly nodePeers: NodePeers | undefined;
  readonly peers: readonly Peer[];
  readonly notes: readonly string[];
}

/** Looks for the tools and the peers; those of npm are installed into the user's cache. */
export async function findField(): Promise<Field> {
  const [sqlite3, sha256sum, git, nodePeers] = await Promise.all([
    findTool("sqlite3", ["-version"]),
    findTool("sha256sum", ["--version"]),
    findTool("git", ["--version"]),
    findNodePeers(),
  ]);
  const findings: readonly Finding[] = await Promise.all([
    findDbmate(),
    findSqlMigrate(),
    ...(typeof nodePeers === "string"
      ? [nodePeers]
      : [drizzlePeer(nodePeers), knexPeer(nodePeers)]),
    findAlembic(),
    findYoyo(),
    findSqitch(),
  ]);
  const missing = Object.entries({ sqlite3, sha256sum, git }).flatMap(([name, tool]) =>
    tool === undefined ? [`\`${name}\` is not installed: left out.`] : []
  );
  return {
    sqlite3,
    sha256sum,
    git,
    nodePeers: typeof nodePeers === "string" ? undefined : nodePeers,
    peers: findings.filter((one) => typeof one !== "string"),
    notes: [...missing, ...findings.filter((one) => typeof one === "string")],
  };
}
