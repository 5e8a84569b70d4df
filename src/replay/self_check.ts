import type { Connection } from "../db/connection.ts";
import type { ScratchConnection } from "../db/open_scratch.ts";
import { AludelError } from "../errors.ts";
import { type Change, reverseChanges } from "../schema/model/change.ts";
import { compareSchemas } from "../schema/diff/compare.ts";
import { describeChange } from "../schema/diff/describe.ts";
import { introspect } from "../schema/read/introspect.ts";
import type { Schema } from "../schema/model/model.ts";
import { partOf, reachedNames } from "../schema/diff/reached_part.ts";
import { fillTables } from "./rows/fill.ts";
import { newRowid, survivingTables } from "./rows/surviving.ts";
import { quoteName } from "../sql/identifier.ts";
import { readScript } from "../sql/read_script.ts";
import { findRefusal } from "../sql/refused_text.ts";
import type { Script } from "../sql/script.ts";
import { tryScript } from "../runner/try_script.ts";
import { fittingDatabase, ROWS_TO_FIT } from "./rows/fitting.ts";
import { compareRows, type RowSnapshot, snapshotRows } from "./contents.ts";
import type { Scratch } from "./scratch.ts";
import { type NextStep, say, shell } from "../text/next_step.ts";

/** A generated revision to be checked. Texts have placeholders for values that a person must choose. */
export interface SelfCheckRequest {
  readonly from: Schema;
  readonly to: Schema;
  /** What {@linkcode compareSchemas} found between the two. */
  readonly changes: readonly Change[];
  readonly up: string;
  /** null for a revision that cannot be undone. */
  readonly down: string | null;
  readonly columnOrder: boolean;
  readonly scratch: Scratch;
  /** A database that the revisions before were replayed on; it is changed. */
  readonly parent?: ScratchConnection;
  /**
   * How much of the schema is tried if that makes no difference: `reached`, the default, what the two scripts can
   * reach, as {@linkcode reachedNames} tells · `whole`, all of it.
   */
  readonly extent?: "reached" | "whole";
}

/** What the check rests on. */
export interface SelfCheckResult {
  /** What could not be tried, a sentence each. */
  readonly notices: readonly string[];
  /** How far each script was tried. `up` is never `no`; `down` is where there is none. */
  readonly tried: { readonly up: Tried; readonly down: Tried };
}

/** `rows`: with rows in every table whose rows it must keep, or there was no such table · `empty`: without. */
export type Tried = "rows" | "empty" | "no";

/** A part of both schemas, closed in itself. */
interface Part {
  readonly from: Schema;
  readonly to: Schema;
  /** Names of tables and views of the wanted schema that are not in it. */
  readonly rest: readonly string[];
}

/**
 * Runs a generated up and down as the runner will: on the replayed parent, on an empty schema and on one
 * full of generated rows. The up must give exactly the wanted schema, the down the present one, and all that
 * both have must be kept: rows, values, rowids.
 *
 * The first up runs on the whole schema. The rest runs on what the two scripts can reach, which is all that can
 * differ; a failure there is believed once the whole schema has shown it too.
 *
 * @throws {AludelError} `autogenerate-failed`, with SQLite's words or the difference that is left.
 */
export async function selfCheck(request: SelfCheckRequest): Promise<SelfCheckResult> {
  const whole: Part = { from: request.from, to: request.to, rest: [] };
  const part = request.extent === "whole" || cascades(request) ? whole : reachedPart(request);
  try {
    return await checkBoth(request, part);
  } catch (error) {
    if (!(error instanceof AludelError) || part.rest.length === 0) throw error;
    await using empty = await request.scratch.with(request.from);
    return await checkBoth({ ...request, parent: empty }, whole);
  }
}

/** Whether foreign keys may be enforced meanwhile, which reach as far as there are children of children. */
function cascades({ up, down }: SelfCheckRequest): boolean {
  return [up, down ?? ""].some((text) => text.includes("foreign-keys"));
}

function reachedPart({ from, to, up, down }: SelfCheckRequest): Part {
  const names = reachedNames([from, to], [up, down ?? ""]);
  const keys = [...to.tables.keys(), ...to.views.keys()];
  return {
    from: partOf(from, names),
    to: partOf(to, names),
    rest: keys.filter((key) => !names.has(key)),
  };
}

async function checkBoth(request: SelfCheckRequest, part: Part): Promise<SelfCheckResult> {
  const { parent, scratch, from } = request;
  // What the parent was asked for is not what the scripts ask for.
  const open = parent !== undefined && parent.standIns.size === 0
    ? parent
    : parent === undefined
    ? await scratch.with(from)
    : scratch.openImage(parent.image());
  const missing = await roundTrip(request, open, part);
  if (open !== parent) await open.close();
  const down = request.down === null ? "no" : "rows";
  // Without a table there are no rows, and all has been tried.
  if (part.from.tables.size === 0) return { notices: missing, tried: { up: "rows", down } };
  const { notices, tried } = await checkWithAnyRows({ ...request, from: part.from, to: part.to });
  return { notices: [...missing, ...notices], tried };
}

/** Up, then down, on a database whose rows do not matter. @returns What SQLite lacks for them. */
async function roundTrip(
  request: SelfCheckRequest,
  connection: ScratchConnection,
  part: Part,
): Promise<readonly string[]> {
  const lacks = (file: string, before: readonly string[] = []) => {
    const names = request.scratch.missingOn(connection).filter((name) => !before.includes(name));
    return names.length === 0 ? [] : [
      `This SQLite has no function ${names.map((name) => `${name}()`).join(", ")}, so a run will ` +
      `refuse ${file} unless your application registers it: see the setting "functions"`,
    ];
  };
  await runUp(request, connection);
  const missing = lacks("up.sql");
  if (request.down === null) return missing;
  const before = request.scratch.missingOn(connection);
  if (part.rest.length > 0) connection.forget(part.rest);
  await runDown({ ...request, from: part.from, to: part.to }, connection);
  return [...missing, ...lacks("down.sql", before)];
}

/** With awkward rows and, if the down refuses those, with plain ones. */
async function checkWithAnyRows(request: SelfCheckRequest): Promise<SelfCheckResult> {
  const first = await checkWithRows(request, false);
  if (request.down === null || first.tried.down === "rows") return first;
  const second = await checkWithRows(request, true);
  if (second.tried.down !== "rows") return first;
  return first.tried.up === "rows" ? { ...second, tried: { up: "rows", down: "rows" } } : second;
}

async function checkWithRows(request: SelfCheckRequest, plain: boolean): Promise<SelfCheckResult> {
  const { scratch, from, to, changes } = request;
  await using filled = await scratch.with(from);
  await fillTables(filled, from, { seed: 1, rows: ROWS_TO_FIT, plain });
  const survivors = survivingTables(from, to, changes);
  // A NULL that becomes a rowid is numbered: a hazard says so, and such rows are not kept as they are.
  if (survivors.some((table) => newRowid(table) !== undefined)) {
    return await checkWithFittingRows(request, filled);
  }
  const before = await snapshotRows(filled, survivors, "from");
  try {
    await runUp(request, filled);
  } catch (error) {
    if (!isAboutRows(error)) throw error;
    return await checkWithFittingRows(request, filled);
  }
  return await checkKept(request, filled, before);
}

/** Rows that the wanted schema forbids are rightly refused. Those that both schemas allow must pass. */
async function checkWithFittingRows(
  request: SelfCheckRequest,
  filled: ScratchConnection,
): Promise<SelfCheckResult> {
  const { from, to, changes } = request;
  const survivors = survivingTables(from, to, changes);
  await using fitting = await fittingDatabase(request, filled);
  const before = await snapshotRows(fitting, survivors, "from");
  await runUp(request, fitting);
  const first = await checkKept(request, fitting, before);
  const empty = emptyTables(before);
  if (empty.length === 0) return first;
  // Few rows of a loose schema fit a strict one; those made for the strict one mostly fit the loose one.
  await using made = await fittingDatabase(request);
  const others = await snapshotRows(made, survivors, "from");
  const second = await tryKept(request, made, others);
  const untried = second === undefined
    ? empty
    : empty.filter((key) => others.get(key)?.rows.length === 0);
  return {
    notices: [
      ...(second ?? first).notices,
      ...untried.map((key) =>
        `The up could not be tried with rows in ${
          quoteName(key)
        }: none was found that fits both schemas`
      ),
    ],
    tried: untried.length === 0 && second !== undefined
      ? { up: "rows", down: second.tried.down }
      : { up: "empty", down: first.tried.down === "no" ? "no" : "empty" },
  };
}

/** Tries the up and the down with rows that may not survive the way there: undefined if they do not. */
async function tryKept(
  request: SelfCheckRequest,
  connection: ScratchConnection,
  before: RowSnapshot,
): Promise<SelfCheckResult | undefined> {
  try {
    await runUp(request, connection);
  } catch (error) {
    if (isAboutRows(error)) return undefined;
    throw error;
  }
  return await checkKept(request, connection, before);
}

/** What is said of a down that rows make fail. */
export const DOWN_UNTRIED =
  "The down could not be tried with rows: they lack the values that up drops";

/** After the up: whether it kept all rows, and the down does. */
async function checkKept(
  request: SelfCheckRequest,
  connection: ScratchConnection,
  before: RowSnapshot,
): Promise<SelfCheckResult> {
  const { from, to, changes, down } = request;
  const survivors = survivingTables(from, to, changes);
  refuseLostRows(before, await snapshotRows(connection, survivors, "to"), "up");
  const up = emptyTables(before).length === 0 ? "rows" : "empty";
  if (down === null) return { notices: [], tried: { up, down: "no" } };
  const back = survivingTables(to, from, reverseChanges(changes));
  const kept = await snapshotRows(connection, back, "from");
  try {
    await runDown(request, connection);
  } catch (error) {
    // Rows that got a mere placeholder for values that are gone need not fit.
    if (!isAboutRows(error)) throw error;
    return {
      notices: [DOWN_UNTRIED],
      tried: { up, down: "empty" },
    };
  }
  refuseLostRows(kept, await snapshotRows(connection, back, "to"), "down");
  return { notices: [], tried: { up, down: emptyTables(kept).length === 0 ? "rows" : "empty" } };
}

function emptyTables(snapshot: RowSnapshot): readonly string[] {
  return [...snapshot].filter(([, { rows }]) => rows.length === 0).map(([key]) => key);
}

async function runUp(request: SelfCheckRequest, connection: ScratchConnection): Promise<void> {
  const script = readChecked("up.sql", request.up);
  await attempt(connection, "up", script);
  await refuseDifference(request, connection, request.to, "up");
}

async function runDown(request: SelfCheckRequest, connection: ScratchConnection): Promise<void> {
  if (request.down === null) return;
  await attempt(connection, "down", readChecked("down.sql", request.down));
  await refuseDifference(request, connection, request.from, "down");
}

function readChecked(file: string, text: string): Script {
  const script = readScript(file, text);
  const refusal = findRefusal(script);
  if (refusal !== undefined) throw refusal;
  return script;
}

async function attempt(
  connection: ScratchConnection,
  direction: "up" | "down",
  script: Script,
): Promise<void> {
  await tryScript(connection, { id: "trial", direction, script });
}

/** What a person can do if the plan is not good enough. */
export const BY_HAND: readonly NextStep[] = [
  say("Change the schema in smaller steps"),
  shell`aludel revision -m MSG # write the SQL by hand`,
];

async function refuseDifference(
  { from, to, columnOrder, scratch }: SelfCheckRequest,
  connection: Connection,
  expected: Schema,
  direction: "up" | "down",
): Promise<void> {
  const actual = await introspect(connection, [from, to]);
  const left = compareSchemas(actual, expected, {
    columnOrder: direction === "up" && columnOrder,
    doubleQuotedStrings: scratch.doubleQuotedStrings,
  });
  if (left.length === 0) return;
  throw new AludelError(
    "autogenerate-failed",
    `The generated ${direction}.sql does not produce the expected schema`,
    { notes: left.flatMap(describeChange).map((line) => `missing: ${line}`), next: BY_HAND },
  );
}

function refuseLostRows(before: RowSnapshot, after: RowSnapshot, direction: "up" | "down"): void {
  const losses = compareRows(before, after);
  if (losses.length === 0) return;
  throw new AludelError(
    "autogenerate-failed",
    `The generated ${direction}.sql does not keep the rows`,
    { notes: losses, next: BY_HAND },
  );
}

/**
 * Whether rows were the reason, and not the statements. These have run on empty tables already, so that whatever SQLite
 * says now, a constraint or a function that refuses its argument, it says of the rows.
 */
function isAboutRows(error: unknown): boolean {
  return error instanceof AludelError &&
    (error.code === "foreign-key-violations" || error.code === "sql-failed");
}
