import type { ScratchConnection } from "../db/open_scratch.ts";
import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import { checkScript } from "./check_script.ts";
import { fittingDatabase } from "./rows/fitting.ts";
import { replayScript, type ReplaySource, type ScriptText } from "./history.ts";
import { type Trial, tryScript } from "../runner/try_script.ts";
import { compareSchemas } from "../schema/diff/compare.ts";
import type { Schema } from "../schema/model/model.ts";
import { fillTables } from "./rows/fill.ts";
import { displayName, foldName } from "../sql/identifier.ts";
import type { Script } from "../sql/script.ts";
import {
  type Contents,
  countOf,
  type DatabaseFacts,
  findContentLosses,
  findFactLosses,
  missingFor,
  readContents,
  readFacts,
  schemaText,
} from "./contents.ts";
import { mentionedNames } from "../schema/model/model.ts";
import { ScriptWrites, type UnansweredWrite, unansweredWrites } from "./writes.ts";
import type { ReplayTree } from "./tree.ts";
import { renamesOf } from "../runner/table_fates.ts";
import { runAsserts } from "./asserts.ts";
import { touchedSchema } from "./touched_tables.ts";
import { fillVirtualTables } from "./rows/virtual.ts";
import { say, shell } from "../text/next_step.ts";

/** The number of rows for each table: enough for every kind of value of {@linkcode fillTables}. */
export const ROWS = 12;

/** The number of rows for each virtual table, whose values are all of one kind. */
const VIRTUAL_ROWS = 5;

/**
 * The rows to make: a number; `fitting`: those of {@linkcode ROWS} that the schema after the up also allows; `plain`: rows
 * without unusual values; `free`: rows that are not made for the conditions of the down, which should select what the up
 * adds.
 */
export type Filling = number | "fitting" | "plain" | "free";

/**
 * The result of running a revision up, down and up again.
 *
 * `exact`: the down restores schema, rows, rowids and sequences · `lossy`: it restores the schema, but not all
 * data · `untried`: it seems exact, but tables that it reaches had no rows · `one-way`: it has no down, and its up
 * works · `fails`: a script fails, or the schema differs.
 */
export type TrialVerdict =
  | { readonly kind: "exact" }
  | { readonly kind: "lossy"; readonly losses: readonly string[] }
  | { readonly kind: "untried"; readonly empty: readonly string[] }
  | { readonly kind: "one-way" }
  | { readonly kind: "fails"; readonly stage: TrialStage; readonly error: AludelError };

/** The stage at which a trial can fail: `schema` after the down, `again` at the second run of the up. */
export type TrialStage = "before" | "seed" | "up" | "assert" | "down" | "schema" | "again";

/** A verdict and further facts. */
export interface TrialResult {
  readonly verdict: TrialVerdict;
  /** The number of rows that could be lost, and of their tables. */
  readonly rows: number;
  readonly tables: number;
  /** What could not be tried, a sentence each. */
  readonly notices: readonly string[];
}

/** A failure of some stage. */
class StageFailure extends Error {
  constructor(readonly stage: TrialStage, override readonly cause: unknown) {
    super(stage, { cause });
  }
}

/**
 * Runs a revision up, down and up again on a database with the earlier revisions.
 *
 * @param rows Ignored if there is a seed.sql.
 */
export async function trial(
  id: RevisionId,
  tree: ReplayTree,
  rows: Filling,
): Promise<TrialResult> {
  const facts: Facts = { rows: 0, tables: 0, notices: [] };
  try {
    const verdict = await runTrial(id, tree, rows, facts);
    return { verdict, ...facts };
  } catch (error) {
    if (!(error instanceof StageFailure)) throw error;
    const { stage, cause } = error;
    if (!(cause instanceof AludelError)) throw cause;
    return { verdict: { kind: "fails", stage, error: cause }, ...facts };
  }
}

interface Facts {
  rows: number;
  tables: number;
  readonly notices: string[];
}

/** What a trial works with. Some of its steps replace the connection. */
interface Ground {
  readonly id: RevisionId;
  readonly tree: ReplayTree;
  readonly source: ReplaySource;
  readonly facts: Facts;
  connection: ScratchConnection;
}

async function runTrial(
  id: RevisionId,
  tree: ReplayTree,
  rows: Filling,
  facts: Facts,
): Promise<TrialVerdict> {
  const source = tree.sourceOf(id);
  const ground = { id, tree, source, facts, connection: await at("before", () => tree.before(id)) };
  try {
    return await tryBothWays(ground, rows);
  } finally {
    await ground.connection.close();
  }
}

async function tryBothWays(ground: Ground, rows: Filling): Promise<TrialVerdict> {
  const { id, tree, source, facts } = ground;
  const up = await at("up", () => tree.scriptOf(id));
  const down = source.down && await at("down", () => readText(source.down!, id));
  const schema = await tree.schemaOf(ground.connection);
  const texts = [source.up, source.down, source.seed, source.asserts]
    .flatMap((one) => one?.text ?? []);
  const touched = touchedSchema(schema, texts);
  await addRows(ground, { schema, touched, texts, rows });
  if (texts.some((text) => text.includes("sqlite_stat"))) {
    await ground.connection.execute("ANALYZE");
  }
  const before = await takeSnapshot(ground.connection, touched);
  Object.assign(facts, countOf(before.contents));

  // A script outside a transaction runs without guards: these could not roll anything back.
  const isGuarded = [up, down].every((script) => script?.header.transaction !== "off");
  const upRun = await runScript(ground, "up", up, isGuarded);
  if (source.asserts !== null) {
    await at("assert", () => runAsserts(ground.connection, id, source.asserts!));
  }
  const empty = source.seed === null ? emptyTables(before.contents, touched, texts) : [];
  if (down === null) return empty.length > 0 ? { kind: "untried", empty } : { kind: "one-way" };
  const applied = await schemaText(ground.connection);

  const downRun = await runScript(ground, "down", down, isGuarded);
  await requireSchema(ground, "schema", before.schema, () => schema);
  const seen = await lossesSince(before, ground.connection, touched);
  const losses = [
    ...seen,
    ...unansweredWrites(upRun, downRun, schema).filter((write) => !isReported(seen, write))
      .map(({ loss }) => `${loss} and down.sql does not give back`),
  ];

  await runScript(ground, "again", up, isGuarded);
  await requireSchema(ground, "again", applied, async () => {
    await using once = await tree.at([id]);
    return await tree.schemaOf(once);
  });
  if (losses.length > 0) return { kind: "lossy", losses };
  return empty.length > 0 ? { kind: "untried", empty } : { kind: "exact" };
}

/** The schema before a trial, the part of it that the texts reach, and the rows to make there. */
interface TrialRows {
  readonly schema: Schema;
  readonly touched: Schema;
  readonly texts: readonly string[];
  readonly rows: Filling;
}

/** Adds the rows of the revision's seed.sql, or else generated ones. */
async function addRows(ground: Ground, wanted: TrialRows): Promise<void> {
  const { id, source } = ground;
  const { seed, up, asserts } = source;
  if (seed !== null) {
    const script = await at("seed", () => readText(seed, id));
    await at("seed", () => runPlainly(ground.connection, id, script));
  } else if (wanted.rows !== 0) {
    const texts = wanted.rows === "free" ? [up.text, asserts?.text ?? ""] : wanted.texts;
    await fill(ground, { ...wanted, texts });
  }
}

/** Runs one of the revision's scripts, and returns it with its writes. */
function runScript(
  ground: Ground,
  stage: "up" | "down" | "again",
  script: Script,
  isGuarded: boolean,
): Promise<{ readonly script: Script; readonly writes: ScriptWrites }> {
  const { id, facts, tree: { scratch } } = ground;
  return at(stage, async () => {
    const direction = stage === "down" ? "down" : "up";
    ground.connection = await scratch.afresh(ground.connection);
    const { connection } = ground;
    const writes = await runObserved(connection, { id, direction, script }, isGuarded);
    const missing = scratch.missingOn(connection);
    if (missing.length > 0) throw functionMissing(id, script, missing);
    const expected = [...connection.standIns].map((name) => `${name}()`).join(", ");
    if (expected !== "" && stage !== "again") {
      facts.notices.push(`In ${direction}.sql ${expected} stood for NULL`);
    }
    return { script, writes };
  });
}

/** Makes sure that a database has a schema again. @throws {StageFailure} */
async function requireSchema(
  { connection, source, tree: { scratch } }: Ground,
  stage: "schema" | "again",
  text: string,
  schema: () => Schema | Promise<Schema>,
): Promise<void> {
  const missing = await missingFor(connection, text, schema, scratch.doubleQuotedStrings);
  if (missing.length === 0) return;
  const error = stage === "schema" ? schemaError(source, missing) : againError(source, missing);
  throw new StageFailure(stage, error);
}

/** A database at one moment. */
interface Snapshot {
  readonly schema: string;
  readonly contents: Contents;
  readonly facts: DatabaseFacts;
}

async function takeSnapshot(connection: ScratchConnection, touched: Schema): Promise<Snapshot> {
  return {
    schema: await schemaText(connection),
    contents: await readContents(connection, touched),
    facts: await readFacts(connection),
  };
}

/** The rows and facts that a database has lost since a snapshot, a line for each kind. */
async function lossesSince(
  { contents, facts }: Snapshot,
  connection: ScratchConnection,
  touched: Schema,
): Promise<readonly string[]> {
  return [
    ...findContentLosses(contents, await readContents(connection, touched)),
    ...findFactLosses(facts, await readFacts(connection)),
  ];
}

/** Runs a script, if possible with the guards of a run, and records its writes. */
async function runObserved(
  connection: ScratchConnection,
  script: Trial,
  isGuarded: boolean,
): Promise<ScriptWrites> {
  const writes = new ScriptWrites();
  connection.observe(writes.note);
  if (isGuarded) await tryScript(connection, script);
  else {
    connection.authorize(() => null);
    await runPlainly(connection, script.id, script.script);
  }
  connection.observe(null);
  connection.authorize(null);
  return writes;
}

/** Makes rows in the tables that are reached. */
async function fill(
  ground: Ground,
  { schema, touched, texts, rows }: TrialRows,
): Promise<void> {
  const { id, tree, facts, connection } = ground;
  const number = typeof rows === "number" ? rows : ROWS;
  const { unfilled } = await fillTables(connection, touched, {
    seed: 1,
    rows: number,
    plain: rows === "plain",
    texts,
  });
  facts.notices.push(
    ...unfilled.map(({ table, reason }) =>
      `No row could be made for ${displayName(table)}: ${reason}`
    ),
  );
  if (rows === "fitting") {
    ground.connection = await at("up", async () => {
      await using after = await tree.at([id]);
      const to = await tree.schemaOf(after);
      const changes = compareSchemas(schema, to, { renames: renamesOf(tree.scriptOf(id)) });
      return await fittingDatabase(
        { scratch: tree.scratch, from: schema, to, changes },
        connection,
      );
    });
    await connection.close();
  }
  await fillVirtualTables(ground.connection, touched, Math.min(number, VIRTUAL_ROWS));
}

/** The tables without rows that the texts name, or that have a foreign key to a named one. */
function emptyTables(
  contents: Contents,
  touched: Schema,
  texts: readonly string[],
): readonly string[] {
  const named = new Set(texts.flatMap((text) => [...mentionedNames(text)]));
  return [...touched.tables].filter(([key, table]) =>
    contents.get(key)?.rows.length === 0 &&
    (named.has(key) || table.foreignKeys.some(({ parent }) => named.has(foldName(parent))))
  ).map(([, { name }]) => displayName(name));
}

/** Whether the losses of rows already report a write. */
function isReported(seen: readonly string[], { table, column }: UnansweredWrite): boolean {
  return seen.some((loss) =>
    column === undefined
      ? loss.endsWith(` rows of ${table}`)
      : loss.startsWith(`values of ${column} in `)
  );
}

/** Does some work, and adds the stage to its error. */
async function at<T>(stage: TrialStage, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new StageFailure(stage, error);
  }
}

function readText({ file, text }: ScriptText, id: RevisionId): Script {
  return checkScript(file, text, id);
}

async function runPlainly(
  connection: ScratchConnection,
  id: RevisionId,
  script: Script,
): Promise<void> {
  await connection.execute("BEGIN");
  try {
    await replayScript(connection, id, script);
    await connection.execute("COMMIT");
  } catch (error) {
    if (connection.inTransaction()) await connection.execute("ROLLBACK");
    throw error;
  }
}

/** The error for a function that an upgrade with this program will refuse. */
function functionMissing(
  id: RevisionId,
  { file }: Script,
  names: readonly string[],
): AludelError {
  const list = names.map((name) => `${name}()`).join(", ");
  return new AludelError(
    "sql-function-missing",
    `This SQLite has no function ${list}, so a run will refuse the file`,
    {
      revision: id,
      place: { file },
      notes: ["In memory it returns NULL, so that the rest can be tried"],
      next: [
        say(
          'Write the SQL without it, or name it in the setting "functions" if your application registers it',
        ),
      ],
    },
  );
}

function schemaError({ id, down }: ReplaySource, left: readonly string[]): AludelError {
  return new AludelError("proof-schema", "The down.sql does not give back the schema", {
    revision: id,
    place: { file: down!.file },
    notes: left.map((line) => `missing: ${line}`),
    next: [shell`aludel edit ${id}`],
  });
}

function againError({ id, up }: ReplaySource, left: readonly string[]): AludelError {
  return new AludelError("proof-schema", "The up.sql gives another schema the second time", {
    revision: id,
    place: { file: up.file },
    notes: left.map((line) => `missing: ${line}`),
    next: [shell`aludel edit ${id}`],
  });
}
