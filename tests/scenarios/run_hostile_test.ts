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
        const points = project.points(run);
        assert.deepEqual(unkept(before, after, points), []);
        if (points.length === 1) await expectBack(project, before, points[0]!.rowsOnly);
      } finally {
        Deno.removeSync(folder, { recursive: true });
      }
    });
  }
}

/** The newest point gives everything back, or says that it does not. */
async function expectBack(
  project: LawProject,
  before: Contents,
  holdsRows: boolean,
): Promise<void> {
  const back = await project.aludel(["restore", ...holdsRows ? ["--rows"] : []]);
  assert.doesNotMatch(back.stderr, /^error/m);
  const now = readContents(project.copy("restored.db"));
  const missing = [...findLosses(before, now, NO_RENAMES, NOTHING).keys()];
  if (holdsRows && back.code !== 0) assert.match(back.stderr, /are not back/);
  else assert.deepEqual([back.code, missing], [0, []], back.stderr);
}

function settings(holdsRows: boolean): string {
  const database = "sqlite:app.db";
  return JSON.stringify(
    holdsRows ? { database, restoreRowsFrom: 0, restoreRowsShare: 100 } : { database },
  );
}

const NOTHING = { known: null, dropped: new Set<string>() };

/** What is neither in the database nor in a point. */
function unkept(
  before: Contents,
  after: Contents,
  points: ReturnType<LawProject["points"]>,
): string[] {
  let left = [...findLosses(before, after, NO_RENAMES, NOTHING).keys()];
  for (const { contents, rowsOnly } of points) {
    if (rowsOnly) {
      const held = heldRows(before, contents, NO_RENAMES);
      left = left.filter((thing) => !held.has(thing));
    } else {
      const missing = findLosses(before, contents, NO_RENAMES, NOTHING);
      left = left.filter((thing) => missing.has(thing));
    }
  }
  return left;
}
