import { DatabaseSync } from "node:sqlite";
import fc from "fast-check";
import { type Contents, contentsOf, contentsText, readContents } from "./contents.ts";
import { type DatabaseRecipe, databaseRecipe } from "./filled_database.ts";
import {
  honestScript,
  hostileScript,
  type ScriptRecipe,
  type Way,
  writeScript,
  type WrittenScript,
} from "./hostile_script.ts";
import { KILLED, LawProject, type NamedPoint, type Outcome } from "./law_project.ts";
import { makeDatabase, scriptText, settingsText } from "./make_database.ts";
import { findLosses, heldRows, NO_RENAMES, type Renames } from "./losses.ts";

/** A database and the revisions that are run on it. */
export interface LawCase {
  readonly database: DatabaseRecipe;
  readonly script: ScriptRecipe;
}

export const lawCase: fc.Arbitrary<LawCase> = fc.record({
  database: databaseRecipe,
  script: fc.oneof(
    { weight: 4, arbitrary: hostileScript },
    { weight: 1, arbitrary: honestScript },
  ),
});

/** What became of a run that kept the law. */
export type Verdict =
  | "nothing to do"
  | "refused before"
  | "nothing lost"
  | "lost and kept"
  | "kept for nothing"
  | "killed before COMMIT"
  | "killed after COMMIT"
  | `refused ${string}`;

/** The law is broken. */
export class Broken extends Error {
  /** What happened: `lost`, `refused data-loss`. */
  readonly what: string;
  /** Which kinds of things are lost: `row`, `value`. */
  readonly lost: readonly string[];
  /** The writes that the script consists of. */
  readonly writes: readonly string[];
  /** The files of a folder that shows it. */
  readonly files: ReadonlyMap<string, string>;

  constructor(
    what: string,
    facts: readonly string[],
    writes: readonly string[],
    files: ReadonlyMap<string, string>,
  ) {
    const lost = what === "lost"
      ? [...new Set(facts.map((each) => each.split(" ")[0]!))].sort()
      : [];
    super([[what, ...lost].join(" "), ...facts].join("\n"));
    this.what = what;
    this.lost = lost;
    this.writes = [...new Set(writes)].sort();
    this.files = files;
  }

  /** What tells one fault from another, roughly. */
  get kind(): string {
    return `${[this.what, ...this.lost].join(" ")} [${this.writes.join(" ")}]`;
  }
}

/** What runs the scripts: this process, one of its own, or one that is killed after so many milliseconds. */
export interface Program {
  readonly isProcess?: boolean;
  readonly killedAfter?: number;
  /** Whether it is rehearsed before, which must foretell what is lost, or that it is refused. */
  readonly rehearses?: boolean;
}

/**
 * The law of loss: a run that exits with 0 has lost nothing that no restore point named in its output holds; one that
 * does not has changed nothing, or has stopped where a transaction ended; and a script that loses nothing is neither
 * refused nor preceded by a copy.
 *
 * A run that is killed leaves the database where a transaction ended, and what was lost in a restore point.
 *
 * @throws {Broken}
 */
export async function keepsTheLaw(
  { database, script }: LawCase,
  program: Program = {},
): Promise<Verdict> {
  const folder = Deno.makeTempDirSync({ prefix: "aludel-law-" });
  try {
    return await judge(folder, database, script, program);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function judge(
  folder: string,
  recipe: DatabaseRecipe,
  scriptRecipe: ScriptRecipe,
  program: Program,
): Promise<Verdict> {
  const project = new LawProject(folder, settingsText(recipe));
  const made = await makeDatabase(project, recipe, scriptRecipe.honest);
  const copy = project.copy("script.db");
  const before = readContents(project.copy("before.db"));
  const script = writeScript(scriptRecipe, copy);
  if (script.kinds.length === 0) return "nothing to do";
  // Going back to the first revision would undo the branch too.
  const way = made.branch && scriptRecipe.way === "downgrade" ? "upgrade" : scriptRecipe.way;
  const command = await addRevisions(project, script, way);
  if (command === undefined) return "refused before";
  const args = [...command, "--json"];
  if (scriptRecipe.transaction === "each") args.push("--transaction", "each");
  const foretold = program.rehearses
    ? lossesIn(await project.aludel([...args, "--rehearse"]))
    : undefined;
  const outcome = program.killedAfter !== undefined
    ? await project.killed(args, program.killedAfter)
    : program.isProcess
    ? await project.process(args)
    : await project.aludel(args);
  const after = readContents(project.copy("after.db"));
  const points = project.points(outcome);
  const files = () =>
    new Map([
      ...project.scripts(),
      ["rows.sql", rowsScript(made.rows)],
      ["run.sh", runScript(recipe, made.branch, args)],
      ...program.killedAfter === undefined
        ? []
        : [["killed", `${program.killedAfter} ms`] as const],
      ["output", `exit ${outcome.code}\n${outcome.stdout}${outcome.stderr}`],
    ]);
  const fail = (what: string, facts: readonly string[]) =>
    new Broken(what, facts, script.kinds, files());

  if (foretold !== undefined && foretold !== lossesIn(outcome)) {
    throw fail("foretold", [foretold, lossesIn(outcome)]);
  }
  const state = contentsText(after);
  if (outcome.code === 0) {
    const known = [made.known, ...readAncestors(project.knownPath, script)];
    const { renames, dropped } = script.revisions.at(-1)!;
    const losses = findLosses(before, after, renames, { known, dropped });
    const lost = unkept(losses, before, points, script);
    if (lost.length > 0) throw fail("lost", lost);
    // A column of another type may be copied first, on the word of its type.
    const isPlain = scriptRecipe.honest && !script.kinds.includes("rebuildWithText");
    if (isPlain && points.length > 0) throw fail("copied for nothing", []);
    if (state !== script.boundaries.at(-1)) {
      throw fail("another result", differences(script.boundaries.at(-1)!, state));
    }
    return losses.size > 0
      ? "lost and kept"
      : points.length > 0
      ? "kept for nothing"
      : "nothing lost";
  }
  const code = /"code":"([a-z0-9-]+)"/.exec(outcome.stdout)?.[1] ?? `exit ${outcome.code}`;
  if (outcome.code === 70) throw fail("a bug", [outcome.stderr]);
  const mayStop = scriptRecipe.transaction === "each" ||
    script.revisions.some(({ header }) => header.some((each) => /=o(?:ff|n)$/.test(each)));
  const wasKilled = outcome.code === KILLED;
  const allowed = mayStop
    ? script.boundaries
    : [script.boundaries[0]!, ...wasKilled ? [script.boundaries.at(-1)!] : []];
  if (!allowed.includes(state)) {
    throw fail(`${code} changed the database`, differences(script.boundaries[0]!, state));
  }
  if (scriptRecipe.honest && !wasKilled) throw fail(`refused ${code}`, [outcome.stdout]);
  if (state !== script.boundaries[0]) {
    // What the segments before took must be kept as well.
    const maps = script.revisions.map(({ renames, dropped }) => ({ renames, dropped }));
    const lost = maps.map(({ renames, dropped }) =>
      unkept(findLosses(before, after, renames, { known: null, dropped }), before, points, script)
    ).sort((a, b) =>
      a.length - b.length
    )[0] ?? [];
    if (lost.length > 0) throw fail("lost", lost);
  }
  if (wasKilled) {
    return state === script.boundaries[0] ? "killed before COMMIT" : "killed after COMMIT";
  }
  return `refused ${code}`;
}

/** What the revisions before the last one make, run after the first one on no rows, as far as SQLite takes them there. */
function readAncestors(path: string, { revisions }: WrittenScript): Contents[] {
  using database = new DatabaseSync(path, {
    enableForeignKeyConstraints: false,
    enableDoubleQuotedStringLiterals: true,
  });
  return revisions.slice(0, -1).map(({ statements }) => {
    for (const statement of statements) {
      try {
        database.exec(statement);
      } catch {
        // It needs rows, or what a hand made.
      }
    }
    return contentsOf(database);
  });
}

/** What a run, or its rehearsal, says that is lost; the code of its error if it is refused. */
function lossesIn({ code, stdout }: Outcome): string {
  const { error, lost, lostObjects } = JSON.parse(stdout);
  return code === 0 ? JSON.stringify({ lost, lostObjects }) : `refused: ${error?.code}`;
}

const NOTHING = "SELECT 1;\n";

/**
 * Adds the revisions that run the scripts in their order.
 * @returns The command that runs them; undefined if `stamp` refuses what is to be undone.
 */
async function addRevisions(
  project: LawProject,
  { revisions }: WrittenScript,
  way: Way,
): Promise<readonly string[] | undefined> {
  const texts = revisions.map(({ header, statements }) =>
    [...header.map((each) => `-- aludel: ${each}\n`), scriptText(statements) || NOTHING].join("")
  );
  const undone = way === "upgrade" ? 0 : way === "downgrade" ? texts.length : texts.length + 1 >> 1;
  const downs = texts.slice(0, undone).toReversed();
  const ups = texts.slice(undone);
  const count = Math.max(downs.length, ups.length);
  for (let at = 0; at < count; at++) {
    const parent = `r${at}`;
    project.add(`r${at + 1}`, ups[at] ?? NOTHING, parent, undone > 0 ? downs[at] : undefined);
  }
  if (way === "upgrade") return ["upgrade", `r${count}`];
  // What is undone was never run: the first of the scripts is the one that is run first.
  const { code } = await project.aludel(["stamp", `r${count}`]);
  if (code !== 0) return undefined;
  return way === "downgrade" ? ["downgrade", "r0"] : ["redo", "r1"];
}

/** The losses that no point holds. A point may have been made after any of the revisions. */
function unkept(
  losses: ReadonlyMap<string, string>,
  before: Contents,
  points: readonly NamedPoint[],
  script: WrittenScript,
): string[] {
  let left = [...losses];
  for (const point of points) {
    const maps: Renames[] = [NO_RENAMES, ...script.revisions.map(({ renames }) => renames)];
    for (const renames of maps) {
      if (point.rowsOnly) {
        const held = heldRows(before, point.contents, renames);
        left = left.filter(([thing]) => !held.has(thing));
        continue;
      }
      const missing = findLosses(before, point.contents, renames, {
        known: null,
        dropped: new Set(),
      });
      // A copy of the whole database has all that a hand added.
      left = left.filter(([thing]) => missing.has(thing) && !thing.startsWith("drift"));
    }
  }
  return left.map(([thing, fact]) => `${thing}: ${fact}`);
}

function differences(expected: string, actual: string): string[] {
  const [wanted, found] = [new Set(expected.split("\n")), new Set(actual.split("\n"))];
  return [
    ...[...wanted].filter((line) => !found.has(line)).map((line) => `- ${line}`),
    ...[...found].filter((line) => !wanted.has(line)).map((line) => `+ ${line}`),
  ];
}

function rowsScript(rows: readonly string[]): string {
  return `.dbconfig enable_trigger off\n.dbconfig dqs_dml on\n.dbconfig dqs_ddl on\n${
    scriptText(rows)
  }`;
}

function runScript(recipe: DatabaseRecipe, branch: boolean, args: readonly string[]): string {
  return [
    'set -e; here=$(dirname "$0"); T=$(mktemp -d); cp -r "$here/migrations" "$here/aludel.json" "$T"',
    'rows=$(realpath "$here/rows.sql"); cd "$T"',
    `sqlite3 app.db "PRAGMA page_size = ${recipe.pageSize}; PRAGMA encoding = '${recipe.encoding}'; VACUUM${
      recipe.wal ? "; PRAGMA journal_mode = WAL" : ""
    }"`,
    'aludel upgrade r0 -q; sqlite3 app.db < "$rows"',
    ...branch ? ["aludel upgrade b1 -q"] : [],
    ...args[0] === "upgrade"
      ? []
      : [`aludel stamp r$(ls -d migrations/r?* | wc -l | awk '{print $1 - 1}') -q`],
    `set +e; sqlite3 app.db .dump > before; aludel ${args.join(" ")}; echo "exit $?"`,
    "sqlite3 app.db .dump > after; diff before after | grep -v aludel_; ls app.db.restore",
    "",
  ].join("\n");
}
