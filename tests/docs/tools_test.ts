import assert from "node:assert/strict";
import { firstPython } from "../fixtures/python.ts";
import { hasRails } from "../fixtures/rails_project.ts";
import { DRIZZLE_1, isInstalled, linkModules, NODE, TOOLS } from "../fixtures/real_project.ts";
import { type TemporaryFolder, temporaryFolder } from "../scenarios/cli.ts";
import { toolOf } from "./block_runner.ts";
import { documents } from "./documents.ts";
import { followSession } from "./follow_session.ts";
import { newReader, POSIX } from "./reader.ts";
import { stepsOf } from "./session_step.ts";

/** What the blocks of a tool need. */
interface Scene {
  readonly isThere: boolean;
  readonly prepare: (folder: TemporaryFolder) => unknown;
}

const PYTHONS = ["python3", "/usr/bin/python3"];

const scenes: ReadonlyMap<string, Scene> = new Map([
  ["drizzle", {
    isThere: isInstalled(DRIZZLE_1),
    prepare: (folder) => DRIZZLE_1.make(folder, TOOLS!),
  }],
  ["alembic", bare(await firstPython(PYTHONS, "alembic") !== undefined)],
  ["django", bare(await firstPython(PYTHONS, "django.db") !== undefined)],
  ["rails", bare(await hasRails())],
  ...["knex", "kysely", "typeorm", "sqlite3"].map((name): [string, Scene] => [
    name === "sqlite3" ? "sequelize" : name,
    {
      isThere: isInstalled({ sign: `node_modules/${name}` }),
      prepare: (folder) => linkModules(folder, TOOLS!),
    },
  ]),
]);

function bare(isThere: boolean): Scene {
  return { isThere, prepare: () => {} };
}

for (const [name, { isThere, prepare }] of scenes) {
  Deno.test({
    name: `what the documents show in a project of ${name} really happens` +
      (isThere ? "" : " (skipped: the tool is not here)"),
    ignore: !isThere || POSIX.ignore,
    async fn() {
      const found = documents().flatMap((document) => {
        const blocks = document.blocks.filter((block) => toolOf(block) === name);
        return blocks.length === 0 ? [] : [{ path: document.path, blocks }];
      });
      assert.ok(found.length > 0);
      for (const { path, blocks } of found) {
        using folder = temporaryFolder();
        await prepare(folder);
        const reader = await newReader();
        try {
          // A reader's node is Deno, which does without packages; these are compiled for the one on PATH.
          const start = name === "drizzle"
            ? `node() { "${NODE}" "$@"; }`
            : 'rm -f "$(dirname "$(command -v aludel)")/node"';
          const type = (command: string, cwd: string) => reader.type(`${start}; ${command}`, cwd);
          await followSession(path, blocks.flatMap(stepsOf), {
            ...reader,
            folder: folder.path,
            type,
          });
        } finally {
          await reader.leave();
        }
      }
    },
  });
}
