import assert from "node:assert/strict";
import { type Contents, contentsText, readContents } from "../property/loss/contents.ts";
import { LawProject } from "../property/loss/law_project.ts";
import { findLosses, heldRows, NO_RENAMES } from "../property/loss/losses.ts";
import { HOSTILE_CORNERS } from "./hostile_corners.ts";
import { HOSTILE_SCRIPTS } from "./hostile_scripts.ts";

// Hostile scripts, each on real files with both journals, with whole copies and with rows alone. The judge of the law of
// loss, which has nothing in common with the program, says whether all that was there is there or is kept.

/** The ways of running it: with which journal, and whether restore points hold lost rows alone. */
const WAYS = [
  { journal: "wal", transaction: "all", holdsRows: true },
  { journal: "delete", transaction: "each", holdsRows: false },
] as const;

for (const way of WAYS) {
  const { journal, transaction, holdsRows } = way;
  for (
    const { name, before: first, byHand, ups, ends } of [...HOSTILE_SCRIPTS, ...HOSTILE_CORNERS]
  ) {
    Deno.test(`hostile (${journal}, ${transaction}, ${holdsRows ? "rows" : "copies"}): ${name}`, async () => {
      const folder = Deno.makeTempDirSync();
      try {
        const project = new LawProject(folder, settings(holdsRows));
        project.add("r0", first, null);
        await project.done(["upgrade", "r0"]);
        using database = project.open();
        database.exec(`PRAGMA journal_mode = ${journal}; ${byHand ?? ""}`);
        database.close();
        ups.forEach((up, at) => project.add(`r${at + 1}`, up, `r${at}`));
        const before = readContents(project.copy("before.db"));
        const run = await project.aludel(["upgrade", "heads", "--transaction", transaction]);
        const after = readContents(project.copy("after.db"));
        if (ends !== "clean" && "refused" in ends) {
          assert.equal(run.code, 1, run.stderr);
          assert.match(run.stderr, /error\[data-loss\]/);
          assert.match(run.stderr, ends.refused);
          assert.equal(contentsText(after), contentsText(before));
          return;
        }
        assert.equal(run.code, 0, run.stderr);
        if (ends === "clean") assert.doesNotMatch(run.stderr, /^(?:lost|kept)/m);
        else assert.match(run.stderr, ends.kept);
        assert.deepEqual(unkept(before, after, project.points(run)), []);
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    });
  }
}

function settings(holdsRows: boolean): string {
  const database = "sqlite:app.db";
  return JSON.stringify(
    holdsRows ? { database, restoreRowsFrom: 0, restoreRowsShare: 100 } : { database },
  );
}

/** What is neither in the database nor in a point. */
function unkept(
  before: Contents,
  after: Contents,
  points: ReturnType<LawProject["points"]>,
): string[] {
  const nothing = { known: null, dropped: new Set<string>() };
  let left = [...findLosses(before, after, NO_RENAMES, nothing).keys()];
  for (const { contents, rowsOnly } of points) {
    if (rowsOnly) {
      const held = heldRows(before, contents, NO_RENAMES);
      left = left.filter((thing) => !held.has(thing));
    } else {
      const missing = findLosses(before, contents, NO_RENAMES, nothing);
      left = left.filter((thing) => missing.has(thing));
    }
  }
  return left;
}
