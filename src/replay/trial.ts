import type { ScratchConnection } from "../db/open_scratch.ts";
import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import { checkScript } from "./check_script.ts";
import { fittingDatabase } from "./rows/fitting.ts";
import { replayScript, type ReplaySource, type ScriptText } from "./history.ts";
import type { Scratch } from "./scratch.ts";
import { tryScript } from "../runner/try_script.ts";
import { compareSchemas } from "../schema/diff/compare.ts";
import type { Schema } from "../schema/model/model.ts";
import { fillTables } from "./rows/fill.ts";
import { displayName } from "../sql/identifier.ts";
import type { Script } from "../sql/script.ts";
import { countOf, findContentLosses, readContents } from "./contents.ts";
import type { ReplayTree } from "./tree.ts";
import { renamesOf } from "./script_renames.ts";
import { runAsserts } from "./asserts.ts";
import { missingFor, schemaText } from "./schema_text.ts";
import { touchedSchema } from "./touched_tables.ts";
import { fillVirtualTables } from "./rows/virtual.ts";

/** What a trial needs. */
export interface TrialContext {
  readonly tree: ReplayTree;
  readonly sourceOf: (id: RevisionId) => ReplaySource;
  readonly scratch: Scratch;
  readonly sqliteVersion: string;
}

/** Rows that are made for each table: enough for gaps, NULLs and repeated values. */
export const ROWS = 5;

/** How many rows to make, or those of {@linkcode ROWS} that the schema after the up allows too. */
export type Filling = number | "fitting";

/**
 * What running a revision up, down and up again has shown.
 *
 * `exact`: the down gives back schema, rows, rowids and sequences · `lossy`: it gives back the schema, and not all
 * data · `one-way`: it has no down, and its up works · `fails`: something does not work, or the schema is another.
 */
export type TrialVerdict =
  | { readonly kind: "exact" }
  | { readonly kind: "lossy"; readonly losses: readonly string[] }
  | { readonly kind: "one-way" }
  | { readonly kind: "fails"; readonly stage: TrialStage; readonly error: AludelError };

/** Where a trial can fail: `schema` after the down, `again` when the up is run a second time. */
export type TrialStage = "before" | "seed" | "up" | "assert" | "down" | "schema" | "again";

/** A verdict with what else is worth knowing. */
export interface TrialResult {
  readonly verdict: TrialVerdict;
  /** How many rows there were to lose. */
  readonly rows: number;
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
 * @param rows Does not matter where there is a seed.sql.
 */
export async function trial(
  id: RevisionId,
  context: TrialContext,
  rows: Filling,
): Promise<TrialResult> {
  const facts = { rows: 0, notices: [] as string[] };
  for (;;) {
    try {
      const verdict = await runTrial(id, context, rows, facts);
      return { verdict, ...facts };
    } catch (error) {
      if (!(error instanceof StageFailure)) throw error;
      const { stage, cause } = error;
      // A function that only the application has: noticed, and there in the next database.
      if (context.scratch.learns(cause)) continue;
      if (!(cause instanceof AludelError)) throw cause;
      return { verdict: { kind: "fails", stage, error: cause }, ...facts };
    }
  }
}

async function runTrial(
  id: RevisionId,
  context: TrialContext,
  rows: Filling,
  facts: { rows: number; notices: string[] },
): Promise<TrialVerdict> {
  const { tree, sourceOf, sqliteVersion } = context;
  const source = sourceOf(id);
  await using parent = await at("before", () => tree.before(id));
  const up = await at("up", () => tree.scriptOf(id));
  const down = source.down &&
    await at("down", () => readText(source.down!, id, sqliteVersion));
  const texts = [source.up, source.down, source.seed, source.asserts].flatMap((one) =>
    one?.text ?? []
  );
  const schema = await tree.schemaOf(parent);
  const touched = touchedSchema(schema, texts);
  facts.notices = [];
  if (source.seed !== null) {
    const { seed } = source;
    const script = await at("seed", () => readText(seed, id, sqliteVersion));
    await at("seed", () => runPlainly(parent, id, script));
  } else if (rows !== 0) {
    const options = { seed: 1, rows: rows === "fitting" ? ROWS : rows };
    const { unfilled } = await fillTables(parent, touched, options);
    facts.notices.push(
      ...unfilled.map(({ table, reason }) =>
        `No row could be made for ${displayName(table)}: ${reason}`
      ),
    );
  }
  await using fitting = rows === "fitting"
    ? await at("up", () => sieve(id, context, parent, schema))
    : null;
  const connection = fitting ?? parent;
  if (source.seed === null && rows !== 0) {
    await fillVirtualTables(connection, touched, rows === "fitting" ? ROWS : rows);
  }
  const text = await schemaText(connection);
  const contents = await readContents(connection, touched);
  facts.rows = countOf(contents);

  // What runs outside a transaction runs without guards: these could roll nothing back.
  const isGuarded = [up, down].every((script) => script?.header.transaction !== "off");
  const run = (direction: "up" | "down", script: Script) =>
    isGuarded
      ? tryScript(connection, { id, direction, script })
      : runPlainly(connection, id, script);
  await at("up", () => run("up", up));
  if (source.asserts !== null) {
    await at("assert", () => runAsserts(connection, id, source.asserts!));
  }
  if (down === null) return { kind: "one-way" };
  const applied = await schemaText(connection);

  await at("down", () => run("down", down));
  const left = await missingFor(
    connection,
    text,
    () => schema,
    context.scratch.doubleQuotedStrings,
  );
  if (left.length > 0) throw new StageFailure("schema", schemaError(source, left));
  const losses = findContentLosses(contents, await readContents(connection, touched));

  await at("again", () => run("up", up));
  const again = await missingFor(connection, applied, async () => {
    await using once = await tree.at([id]);
    return await tree.schemaOf(once);
  }, context.scratch.doubleQuotedStrings);
  if (again.length > 0) throw new StageFailure("again", againError(source, again));
  return losses.length === 0 ? { kind: "exact" } : { kind: "lossy", losses };
}

/** A database with those rows of the parent that the schema after the up allows too. */
async function sieve(
  id: RevisionId,
  { tree, scratch }: TrialContext,
  parent: ScratchConnection,
  from: Schema,
): Promise<ScratchConnection> {
  await using after = await tree.at([id]);
  const to = await tree.schemaOf(after);
  const changes = compareSchemas(from, to, { renames: renamesOf(tree.scriptOf(id)) });
  return await fittingDatabase({ scratch, from, to, changes }, parent);
}

/** Says of an error at which stage it came. */
async function at<T>(stage: TrialStage, work: () => T | Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw new StageFailure(stage, error);
  }
}

function readText({ file, text }: ScriptText, id: RevisionId, sqliteVersion: string): Script {
  return checkScript(file, text, id, sqliteVersion);
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

function schemaError({ id, down }: ReplaySource, left: readonly string[]): AludelError {
  return new AludelError("proof-schema", "The down.sql does not give back the schema", {
    revision: id,
    place: { file: down!.file },
    notes: left.map((line) => `missing: ${line}`),
    next: [`aludel edit ${id}`],
  });
}

function againError({ id, up }: ReplaySource, left: readonly string[]): AludelError {
  return new AludelError("proof-schema", "The up.sql gives another schema the second time", {
    revision: id,
    place: { file: up.file },
    notes: left.map((line) => `missing: ${line}`),
    next: [`aludel edit ${id}`],
  });
}
