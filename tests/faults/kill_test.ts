import assert from "node:assert/strict";
import type { RunProject } from "../scenarios/run_project.ts";
import { longProject, lookAt, type Sight, start } from "./faulty_project.ts";

const REVISIONS = 300;
const ROUNDS = 25; // in each of the two modes

/** Removes the database with what belongs to it. */
function startOver(project: RunProject): void {
  for (const suffix of ["", "-journal", "-wal", "-shm"]) {
    try {
      Deno.removeSync(project.database + suffix);
    } catch (error) {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    }
  }
}

for (const mode of ["all", "each"]) {
  Deno.test(`an upgrade --transaction ${mode} that is killed anywhere leaves a revision boundary`, {
    ignore: Deno.build.os === "windows",
  }, async () => {
    const args = ["--transaction", mode];
    using project = longProject(REVISIONS);
    // How long one takes that is left alone: the kills are spread over it.
    const started = performance.now();
    await project.done("upgrade", ...args);
    const whole = performance.now() - started;
    startOver(project);
    let inside = 0;
    let recorded = 0;
    for (let round = 0; round < ROUNDS; round++) {
      const child = start(project, "upgrade", ...args);
      const pause = whole * (0.1 + 0.9 * Math.random());
      const timer = setTimeout(() => {
        try {
          child.kill("SIGKILL");
        } catch {
          // It has ended by itself.
        }
      }, pause);
      await child.output();
      clearTimeout(timer);
      const sight = lookAt(project.database);
      assert.equal(sight.integrity, "ok", `after ${pause} ms`);
      assert.equal(sight.recorded, sight.done, `after ${pause} ms`);
      assert.ok(sight.recorded >= recorded, "a committed revision is gone");
      if (mode === "all") assert.ok([0, REVISIONS].includes(sight.recorded));
      if (sight.recorded > recorded && sight.recorded < REVISIONS) inside++;
      recorded = sight.recorded;
      // A database that is half done is killed again on its way.
      if (mode === "each" && recorded < REVISIONS && round < ROUNDS - 1) continue;
      if (recorded < REVISIONS) await project.done("upgrade", ...args);
      const complete: Sight = { integrity: "ok", recorded: REVISIONS, done: REVISIONS };
      assert.deepEqual(lookAt(project.database), complete);
      startOver(project);
      recorded = 0;
    }
    if (mode === "each") assert.ok(inside > 0, "no kill hit the middle of a run");
  });
}
