import fc from "fast-check";
import { DatabaseSync } from "node:sqlite";
import { formatManifest } from "../../../src/manifest/manifest.ts";
import { withDraft } from "../../fixtures/memory_project.ts";
import { aludelCommand, run } from "../../scenarios/cli.ts";
import { runInProcess } from "../../fixtures/fake_runtime.ts";
import { type Contents, contentsText, readContents } from "./contents.ts";
import { type DatabaseRecipe, databaseRecipe, databaseSql } from "./filled_database.ts";
import {
  honestScript,
  hostileScript,
  type ScriptRecipe,
  writeScript,
  type WrittenScript,
} from "./hostile_script.ts";
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
  | "nothing lost"
  | "lost and kept"
  | "kept for nothing"
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

/**
 * The law of loss: a run that exits with 0 has lost nothing that no restore point named in its output holds; one that
 * does not has changed nothing, or has stopped where a transaction ended; and a script that loses nothing is neither
 * refused nor preceded by a copy.
 *
 * @param realProgram Whether the run is a process of its own.
 * @throws {Broken}
 */
export async function keepsTheLaw(
  { database, script }: LawCase,
  realProgram = false,
): Promise<Verdict> {
  const folder = Deno.makeTempDirSync({ prefix: "aludel-law-" });
  try {
    return await judge(folder, database, script, realProgram);
  } finally {
    Deno.removeSync(folder, { recursive: true });
  }
}

async function judge(
  folder: string,
  recipe: DatabaseRecipe,
  scriptRecipe: ScriptRecipe,
  realProgram: boolean,
): Promise<Verdict> {
  const project = new Project(folder, settingsText(recipe));
  const made = await makeDatabase(project, recipe, scriptRecipe.honest);
  const copy = project.copy("script.db");
  const before = readContents(project.copy("before.db"));
  const script = writeScript(scriptRecipe, copy);
  if (script.kinds.length === 0) return "nothing to do";
  script.revisions.forEach(({ header, statements }, at) => {
    const lines = [
      ...header.map((each) => `-- aludel: ${each}`),
      ...statements.map((each) => `${each};`),
    ];
    project.add(`r${at + 1}`, `${lines.join("\n")}\n`, at === 0 ? "r0" : `r${at}`);
  });
  const args = ["upgrade", `r${script.revisions.length}`, "--json"];
  if (scriptRecipe.transaction === "each") args.push("--transaction", "each");
  const outcome = realProgram ? await project.process(args) : await project.aludel(args);
  const after = readContents(project.copy("after.db"));
  const points = project.points(outcome);
  const files = () =>
    new Map([
      ...project.scripts(),
      ["rows.sql", rowsScript(made.rows)],
      ["run.sh", runScript(recipe, made.branch, args)],
      ["output", `exit ${outcome.code}\n${outcome.stdout}${outcome.stderr}`],
    ]);
  const fail = (what: string, facts: readonly string[]) =>
    new Broken(what, facts, script.kinds, files());

  const state = contentsText(after);
  if (outcome.code === 0) {
    const known = made.known;
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
  const allowed = mayStop ? script.boundaries : script.boundaries.slice(0, 1);
  if (!allowed.includes(state)) {
    throw fail(`${code} changed the database`, differences(script.boundaries[0]!, state));
  }
  if (scriptRecipe.honest) throw fail(`refused ${code}`, [outcome.stdout]);
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
  return `refused ${code}`;
}

/** A restore point that the output names. */
interface NamedPoint {
  readonly contents: Contents;
  /** Whether it holds lost rows alone, and not the whole database. */
  readonly rowsOnly: boolean;
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

function settingsText({ keepsRows, hasLittleMemory }: DatabaseRecipe): string {
  const settings = {
    database: "sqlite:app.db",
    ...keepsRows && { restoreRowsFrom: 0, restoreRowsShare: 100 },
    ...hasLittleMemory && { comparisonMemory: 1 },
  };
  return `${JSON.stringify(settings)}\n`;
}

interface MadeDatabase {
  /** What it holds after the first revision. */
  readonly known: Contents;
  /** The statements of hands. */
  readonly rows: readonly string[];
  readonly branch: boolean;
}

/** Makes the first revision, runs it, and fills the database. */
async function makeDatabase(
  project: Project,
  recipe: DatabaseRecipe,
  honest: boolean,
): Promise<MadeDatabase> {
  const sql = databaseSql(recipe);
  project.add("r0", scriptText(taken(":memory:", sql.schema)), null);
  const database = project.open();
  database.exec(`PRAGMA page_size = ${recipe.pageSize}; PRAGMA encoding = '${recipe.encoding}'`);
  database.exec("VACUUM");
  if (recipe.wal) database.exec("PRAGMA journal_mode = WAL");
  database.close();
  await project.done(["upgrade", "r0"]);
  const known = readContents(project.copy("known.db"));
  // A hand's column or constraint would be lost by an honest rebuild that does not know it.
  const drift = honest
    ? sql.drift.filter((group) => !group.some((each) => /^(?:ALTER|UPDATE)|__hand/.test(each)))
    : sql.drift;
  // A branch would be refused to rebuild as a hand does.
  const branch = recipe.isDriftBranch && drift.length > 0 &&
    !drift.flat().some((each) => /__hand|"legacy"/.test(each));
  const rows = byHand(project, (database) => [
    ...sql.rows.filter((row) => take(database, row)),
    ...branch ? [] : drift.flatMap((group) => takeAll(database, group)),
  ]);
  if (branch) {
    const copy = new DatabaseSync(project.copy("branch.db"), {
      enableForeignKeyConstraints: false,
    });
    const statements = drift.flatMap((group) => takeAll(copy, group));
    copy.close();
    const isUpdate = (each: string) => each.startsWith("UPDATE");
    project.add("b1", scriptText(statements.filter((each) => !isUpdate(each))), "r0");
    await project.done(["upgrade", "b1"]);
    rows.push(
      ...byHand(
        project,
        (database) => statements.filter((each) => isUpdate(each) && take(database, each)),
      ),
    );
  }
  return { known, rows, branch };
}

/** Works on the database without its triggers: those that fire while rows are made would leave few of them. */
function byHand(project: Project, work: (database: DatabaseSync) => string[]): string[] {
  const database = project.open();
  const triggers = database.prepare("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
    .all();
  for (const { name } of triggers) database.exec(`DROP TRIGGER "${name}"`);
  const done = work(database);
  for (const { sql } of triggers) database.exec(String(sql));
  database.close();
  return done;
}

function scriptText(statements: readonly string[]): string {
  return statements.map((each) => `${each};\n`).join("");
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
    `set +e; sqlite3 app.db .dump > before; aludel ${args.join(" ")}; echo "exit $?"`,
    "sqlite3 app.db .dump > after; diff before after | grep -v aludel_; ls app.db.restore",
    "",
  ].join("\n");
}

function taken(path: string, statements: readonly string[]): string[] {
  const database = new DatabaseSync(path, { enableForeignKeyConstraints: false });
  try {
    return statements.filter((each) => take(database, each));
  } finally {
    database.close();
  }
}

function take(database: DatabaseSync, statement: string): boolean {
  try {
    database.exec(statement);
    return true;
  } catch {
    return false;
  }
}

/** Runs statements, all or none; returns those that it ran. */
function takeAll(database: DatabaseSync, statements: readonly string[]): readonly string[] {
  database.exec("BEGIN");
  const all = statements.every((each) => take(database, each));
  if (database.isTransaction) database.exec(all ? "COMMIT" : "ROLLBACK");
  database.exec("PRAGMA legacy_alter_table = OFF");
  return all ? statements : [];
}

interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder with revisions and a database. */
class Project {
  readonly #folder: string;
  readonly #settings: string;
  #manifest: Parameters<typeof formatManifest>[0] = { revisions: [] };
  readonly #scripts = new Map<string, string>();
  #clock = 0;

  constructor(folder: string, settings: string) {
    this.#folder = folder;
    this.#settings = settings;
    Deno.writeTextFileSync(`${folder}/aludel.json`, settings);
    Deno.mkdirSync(`${folder}/migrations`);
  }

  add(id: string, up: string, parent: string | null): void {
    this.#manifest = withDraft(this.#manifest, id, parent === null ? [] : [parent]);
    const migrations = `${this.#folder}/migrations`;
    Deno.writeTextFileSync(`${migrations}/manifest.json`, formatManifest(this.#manifest));
    Deno.mkdirSync(`${migrations}/${id}`);
    Deno.writeTextFileSync(`${migrations}/${id}/up.sql`, up);
    this.#scripts.set(`migrations/${id}/up.sql`, up);
  }

  scripts(): ReadonlyMap<string, string> {
    return new Map([
      ...this.#scripts,
      ["migrations/manifest.json", formatManifest(this.#manifest)],
      ["aludel.json", this.#settings],
    ]);
  }

  open(): DatabaseSync {
    return new DatabaseSync(`${this.#folder}/app.db`, {
      enableForeignKeyConstraints: false,
      enableDoubleQuotedStringLiterals: true,
    });
  }

  /** Copies the database as it is on disk; no connection is open. */
  copy(name: string): string {
    const to = `${this.#folder}/${name}`;
    for (const end of ["", "-wal", "-journal"]) {
      try {
        Deno.copyFileSync(`${this.#folder}/app.db${end}`, `${to}${end}`);
      } catch (error) {
        if (!(error instanceof Deno.errors.NotFound)) throw error;
      }
    }
    return to;
  }

  async aludel(args: readonly string[]): Promise<Outcome> {
    return await runInProcess(args, {
      cwd: this.#folder,
      now: () => new Date(Date.UTC(2026, 10, 23, 10, 15, this.#clock++)),
      monotonicMs: () => performance.now(),
      sleep: (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds)),
    });
  }

  async process(args: readonly string[]): Promise<Outcome> {
    const [program, ...before] = aludelCommand();
    return await run(program!, [...before, ...args], { cwd: this.#folder });
  }

  async done(args: readonly string[]): Promise<void> {
    const { code, stderr } = await this.aludel(args);
    if (code !== 0) throw new Error(`aludel ${args.join(" ")}: ${stderr}`);
  }

  /** What the restore points hold that the output names. */
  points({ stdout, stderr }: Outcome): NamedPoint[] {
    const names = (stderr + stdout).match(/\b\d{4}-\d\d-\d\d_\d{6}(?:_\d+)?\b/g) ?? [];
    return [...new Set(names)].map((name, at) => {
      const point = `${this.#folder}/app.db.restore/${name}`;
      const { file, holds } = JSON.parse(Deno.readTextFileSync(`${point}/point.json`));
      Deno.copyFileSync(`${point}/${file}`, `${this.#folder}/point${at}.db`);
      const contents = readContents(`${this.#folder}/point${at}.db`);
      return { contents, rowsOnly: holds === "rows" };
    });
  }
}
