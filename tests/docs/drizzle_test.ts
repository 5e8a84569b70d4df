import assert from "node:assert/strict";
import { DRIZZLE_1, isInstalled, NODE, TOOLS } from "../fixtures/real_project.ts";
import { temporaryFolder } from "../scenarios/cli.ts";
import { runnerOf } from "./block_runner.ts";
import { documents } from "./documents.ts";
import { followSession } from "./follow_session.ts";
import { newReader, POSIX } from "./reader.ts";
import { stepsOf } from "./session_step.ts";

const isThere = isInstalled(DRIZZLE_1);

Deno.test({
  name: "what the documents show in a project of Drizzle 1.0 really happens" +
    (isThere ? "" : " (skipped: Drizzle is not in ALUDEL_NPM_TOOLS)"),
  ignore: !isThere || POSIX.ignore,
  async fn() {
    const found = documents().flatMap((document) =>
      document.blocks.filter((block) => runnerOf(document, block) === "drizzle")
        .map((block) => ({ path: document.path, steps: stepsOf(block) }))
    );
    assert.ok(found.length > 0);
    for (const { path, steps } of found) {
      using folder = temporaryFolder();
      await DRIZZLE_1.make(folder, TOOLS!);
      const reader = await newReader();
      try {
        // A reader's node is Deno, which does without packages.
        const type = (command: string, cwd: string) =>
          reader.type(`node() { "${NODE}" "$@"; }; ${command}`, cwd);
        await followSession(path, steps, { ...reader, folder: folder.path, type });
      } finally {
        await reader.leave();
      }
    }
  },
});
