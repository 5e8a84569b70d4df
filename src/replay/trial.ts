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

/** Rows that are made for each table: enough for every value that {@linkcode fillTables} knows. */
export const ROWS = 12;

/** Rows for each virtual table: all their values are of one kind. */
const VIRTUAL_ROWS = 5;

/**
 * Which rows to make: a number, those of {@linkcode ROWS} that the schema after the up allows too, `plain` ones without
 * anything awkward, or `free` ones, of which none is made for what the down picks: it is to pick what the up adds.
 */
export type Filling = number | "fitting" | "plain" | "free";

/**
 * What running a revision up, down and up again has shown.
 *
 * `exact`: the down gives back schema, rows, rowids and sequences · `lossy`: it gives back the schema, and not all
 * data · `untried`: it seems exact, but tables that it reaches had no row · `one-way`: it has no down, and its up
 * works · `fails`: something does not work, or the schema is another.
 */
export type TrialVerdict =
  | { readonly kind: "exact" }
  | { readonly kind: "lossy"; readonly losses: readonly string[] }
  | { readonly kind: "untried"; readonly empty: readonly string[] }
  | { readonly kind: "one-way" }
  | { readonly kind: "fails"; readonly stage: TrialStage; readonly error: AludelError };

/** Where a trial can fail: `schema` after the down, `again` when the up is run a second time. */
export type TrialStage = "before" | "seed" | "up" | "assert" | "down" | "schema" | "again";

/** A verdict with what else is worth knowing. */
export interface TrialResult {
  readonly verdict: TrialVerdict;
  /** How many rows there were to lose, and in how many tables. */
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
 * Runs a revision up, down and up again on a database that the revisions under it made.
 *
 * @param rows Does not matter if there is a seed.sql.
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

async function runTrial(
  id: RevisionId,
  tree: ReplayTree,
  rows: Filling,
  facts: Facts,
): Promise<TrialVerdict> {
  const { scratch } = tree;
  const source = tree.sourceOf(id);
  let connection = await at("before", () => tree.before(id));
  try {
    const up = await at("up", () => tree.scriptOf(id));
    const down = source.down &&
      await at("down", () => readText(source.down!, id));
    const schema = await tree.schemaOf(connection);
    const texts = [source.up, source.down, source.seed, source.asserts]
      .flatMap((one) => one?.text ?? []);
    const touched = touchedSchema(schema, texts);
    if (source.seed !== null) {
      const { seed } = source;
      const script = await at("seed", () => readText(seed, id));
      await at("seed", () => runPlainly(connection, id, script));
    } else if (rows !== 0) {
      const meeting = rows === "free" ? [source.up.text, source.asserts?.text ?? ""] : texts;
      connection = await fill(
        id,
        tree,
        connection,
        { schema, touched, texts: meeting, rows },
        facts,
      );
    }
    if (texts.some((text) => text.includes("sqlite_stat"))) await connection.execute("ANALYZE");
    const before = await takeSnapshot(connection, touched);
    Object.assign(facts, countOf(before.contents));

    // What runs outside a transaction runs without guards: these could roll nothing back.
    const isGuarded = [up, down].every((script) => script?.header.transaction !== "off");
    const run = (stage: "up" | "down" | "again", script: Script) =>
      at(stage, async () => {
        const direction = stage === "down" ? "down" : "up";
        connection = await scratch.afresh(connection);
        const writes = await runObserved(connection, { id, direction, script }, isGuarded);
        const missing = scratch.missingOn(connection);
        if (missing.length > 0) throw functionMissing(id, script, missing);
        const expected = [...connection.standIns].map((name) => `${name}()`).join(", ");
        if (expected !== "" && stage !== "again") {
          facts.notices.push(`In ${direction}.sql ${expected} stood for NULL`);
        }
        return { script, writes };
      });
    const upRun = await run("up", up);
    if (source.asserts !== null) {
      await at("assert", () => runAsserts(connection, id, source.asserts!));
    }
    const empty = source.seed === null ? emptyTables(before.contents, touched, texts) : [];
    if (down === null) {
      return empty.length > 0 ? { kind: "untried", empty } : { kind: "one-way" };
    }
    const applied = await schemaText(connection);

    const downRun = await run("down", down);
    const { doubleQuotedStrings } = scratch;
    const missing = await missingFor(connection, before.schema, () => schema, doubleQuotedStrings);
    if (missing.length > 0) throw new StageFailure("schema", schemaError(source, missing));
    const seen = await lossesSince(before, connection, touched);
    const losses = [
      ...seen,
      ...unansweredWrites(upRun, downRun, schema).filter((write) => !isReported(seen, write))
        .map(({ loss }) => `${loss} and down.sql does not give back`),
    ];

    await run("again", up);
    const again = await missingFor(connection, applied, async () => {
      await using once = await tree.at([id]);
      return await tree.schemaOf(once);
    }, doubleQuotedStrings);
    if (again.length > 0) throw new StageFailure("again", againError(source, again));
    if (losses.length > 0) return { kind: "lossy", losses };
    return empty.length > 0 ? { kind: "untried", empty } : { kind: "exact" };
  } finally {
    await connection.close();
  }
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

/** Runs a script, with the guards of a run if it can, and notes what it writes. */
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

/** Makes rows in the tables that are touched. @returns The database with them; the one given is closed if it is another. */
async function fill(
  id: RevisionId,
  tree: ReplayTree,
  connection: ScratchConnection,
  { schema, touched, texts, rows }: {
    readonly schema: Schema;
    readonly touched: Schema;
    readonly texts: readonly string[];
    readonly rows: Filling;
  },
  facts: Facts,
): Promise<ScratchConnection> {
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
  let filled = connection;
  if (rows === "fitting") {
    filled = await at("up", async () => {
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
  await fillVirtualTables(filled, touched, Math.min(number, VIRTUAL_ROWS));
  return filled;
}

/** The tables that the texts reach and that have no row; of their parents there need not be any. */
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

/** Whether what the rows have shown says the same already. */
function isReported(seen: readonly string[], { table, column }: UnansweredWrite): boolean {
  return seen.some((loss) =>
    column === undefined
      ? loss.endsWith(` rows of ${table}`)
      : loss.startsWith(`values of ${column} in `)
  );
}

/** Says of an error at which stage it came. */
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

/** What an upgrade with this program will refuse. */
export function functionMissing(
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
