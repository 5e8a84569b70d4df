import { DATABASE } from "../aludel_project.ts";
import type { WorkloadRevision } from "../workload.ts";
import { linkModules, NODE_RELEASES, type NodePeers } from "./node_peers.ts";
import type { Finding } from "./peer.ts";

/** knex with better-sqlite3. */
export function knexPeer(peers: NodePeers): Finding {
  const knex = (name: string, ...more: string[]) => ({
    name: `knex ${name}`,
    command: [peers.node, `${peers.modules}/knex/bin/cli.js`, name, ...more],
  });
  return {
    name: "knex",
    release: `${NODE_RELEASES.knex} (${peers.release})`,
    most: 10_000,
    memory: [],
    write: (folder, revisions) => {
      linkModules(folder, peers);
      writeProject(folder, revisions);
    },
    upgrade: knex("migrate:latest"),
    status: knex("migrate:currentVersion"),
    history: knex("migrate:list"),
    downgrade: knex("migrate:rollback", "--all"),
  };
}

function writeProject(folder: string, revisions: readonly WorkloadRevision[]): void {
  Deno.mkdirSync(`${folder}/migrations`);
  Deno.writeTextFileSync(
    `${folder}/knexfile.js`,
    `module.exports = {\n  client: "better-sqlite3",\n` +
      `  connection: { filename: "${DATABASE}" },\n  useNullAsDefault: true,\n};\n`,
  );
  for (const { number, up, down } of revisions) {
    Deno.writeTextFileSync(
      `${folder}/migrations/${20200101000000 + number}_step.js`,
      `exports.up = ${runAll(up)};\nexports.down = ${runAll(down)};\n`,
    );
  }
}

function runAll(statements: readonly string[]): string {
  const lines = statements.map((one) => `  await knex.raw(${JSON.stringify(one)});\n`);
  return `async (knex) => {\n${lines.join("")}}`;
}
