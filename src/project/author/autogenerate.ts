import { type Connection, SqlError } from "../../db/connection.ts";
import type { ScratchConnection } from "../../db/open_scratch.ts";
import { AludelError } from "../../errors.ts";
import { findPlaceholders } from "../../replay/rows/placeholders.ts";
import type { Scratch } from "../../replay/scratch.ts";
import {
  BY_HAND,
  DOWN_UNTRIED,
  selfCheck,
  type SelfCheckRequest,
  type SelfCheckResult,
} from "../../replay/self_check.ts";
import { partOf, reachedNames } from "../../schema/diff/reached_part.ts";
import { type Change, reverseChanges } from "../../schema/model/change.ts";
import type { Schema } from "../../schema/model/model.ts";
import { planChanges } from "../../schema/plan/plan.ts";
import {
  type FillValue,
  objectKey,
  type Plan,
  type PlanOptions,
  type Release,
  writePlan,
} from "../../schema/plan/statement.ts";
import { foldName, quoteName } from "../../sql/identifier.ts";
import type { Comparison } from "./schema_reader.ts";
import type { DraftTexts } from "./write_revision.ts";

/** The views and triggers of two schemas that do not compile, by the keys of {@linkcode objectKey}. */
interface BrokenSides {
  readonly from: ReadonlySet<string>;
  readonly to: ReadonlySet<string>;
}

/** Everything compiles. */
const NOTHING_BROKEN: BrokenSides = { from: new Set(), to: new Set() };

/**
 * Finds the views and triggers that do not compile in either schema. Of the wanted schema, only the part that the
 * changes reach is tried; the rest is the same as in the present one.
 *
 * @param present A database with the present schema; it is restored afterwards.
 */
export async function findBrokenSides(
  { from, to, changes }: Comparison,
  present: ScratchConnection,
  scratch: Scratch,
): Promise<BrokenSides> {
  const broken = hasCompiled(from) ? await findBrokenIn(present, scratch) : new Set<string>();
  const names = reachedNames([from, to], [changes.flatMap(changedNames).map(quoteName).join(" ")]);
  const kept = new Set(keysOutside(from, names).filter((key) => broken.has(key)));
  const part = partOf(to, names);
  if (!hasCompiled(part)) return { from: broken, to: kept };
  await using wanted = await scratch.with(part);
  return { from: broken, to: new Set([...kept, ...await findBrokenIn(wanted, scratch)]) };
}

/** Finds what does not compile without the application's functions, because a run compiles without them. */
async function findBrokenIn(
  connection: ScratchConnection,
  scratch: Scratch,
): Promise<ReadonlySet<string>> {
  if (connection.standIns.size === 0) {
    return await connection.withoutStandIns(() => findBroken(connection));
  }
  await using bare = scratch.openImage(connection.image());
  return await bare.withoutStandIns(() => findBroken(bare));
}

function hasCompiled({ views, triggers }: Schema): boolean {
  return views.size + triggers.size > 0;
}

function keysOutside({ views, triggers }: Schema, names: ReadonlySet<string>): string[] {
  return [
    ...[...views.values()].filter(({ name }) => !names.has(foldName(name))),
    ...[...triggers.values()].filter(({ table }) => !names.has(foldName(table))),
  ].map(({ kind, name }) => objectKey(kind, foldName(name)));
}

function changedNames(change: Change): string[] {
  switch (change.kind) {
    case "create-table":
    case "drop-table":
      return [change.table.name];
    case "create-object":
    case "drop-object":
      return [change.object.name];
    case "alter-table":
    case "replace-object":
      return [change.from.name, change.to.name];
  }
}

/** A difference to write a revision for. */
export interface AutogenerateRequest {
  readonly comparison: Comparison;
  readonly message: string;
  /** Whether to write a down. */
  readonly down: boolean;
  /** The oldest SQLite that will run it. */
  readonly sqlite: Release;
  readonly columnOrder: boolean;
  /** With the limits of where the revision will run. */
  readonly scratch: Scratch;
  /** Opens a database on which the earlier revisions were replayed. By default, one with the present schema. */
  readonly parent?: () => Promise<ScratchConnection>;
  /** As for {@linkcode selfCheck}. */
  readonly extent?: SelfCheckRequest["extent"];
}

/** A revision that was tried, but is not written yet. */
export interface GeneratedRevision {
  readonly texts: DraftTexts;
  readonly up: Plan;
  readonly down: Plan;
  /** What could not be tried, a sentence each. */
  readonly notices: readonly string[];
  readonly tried: SelfCheckResult["tried"];
}

/**
 * Plans a difference and tries the plan by running it (see {@linkcode selfCheck}). If it fails, another plan sets all
 * views and triggers aside, for schemas whose tokens do not tell enough.
 *
 * @throws {AludelError} `autogenerate-failed`, and the errors of running the plan.
 */
export async function autogenerate(request: AutogenerateRequest): Promise<GeneratedRevision> {
  const { comparison, scratch } = request;
  if (comparison.changes.length === 0) {
    const { texts, up, down } = plan(request, { ...NOTHING_BROKEN, fill: undefined }, "needed");
    return { texts: texts("file"), up, down, notices: [], tried: { up: "rows", down: "rows" } };
  }
  const { parent: replayed } = request;
  const open = replayed === undefined
    ? () => scratch.with(comparison.from)
    : async () => await scratch.within(await replayed());
  await using parent = await open();
  const broken = await findBrokenSides(comparison, parent, scratch);
  const fill = request.down
    ? await findPlaceholders(scratch, comparison.from, reverseChanges(comparison.changes))
    : undefined;
  try {
    return await attempt(request, { ...broken, fill }, "needed", parent);
  } catch (first) {
    if (!(first instanceof AludelError)) throw first;
    try {
      await using another = await open();
      return await attempt(request, { ...broken, fill }, "all", another);
    } catch {
      throw explain(first);
    }
  }
}

type Aside = NonNullable<PlanOptions["aside"]>;

/** Facts about both schemas for a plan. */
interface Findings extends BrokenSides {
  readonly fill: FillValue | undefined;
}

/** @param parent A database with the present schema; it is changed. */
async function attempt(
  request: AutogenerateRequest,
  found: Findings,
  aside: Aside,
  parent: ScratchConnection,
): Promise<GeneratedRevision> {
  const { texts, up, down } = plan(request, found, aside);
  const trial = texts("trial");
  const { notices, tried } = await selfCheck({
    ...request.comparison,
    up: trial.up,
    down: request.down ? trial.down : null,
    columnOrder: request.columnOrder,
    scratch: request.scratch,
    parent,
    ...(request.extent && { extent: request.extent }),
  });
  const isOpen = request.down && down.statements.some(({ choice }) => choice !== undefined);
  if (!isOpen) return { texts: texts("file"), up, down, notices, tried };
  const others = notices.filter((notice) => notice !== DOWN_UNTRIED);
  return {
    texts: texts("file"),
    up,
    down,
    notices: [...others, "The down.sql was not tried: it asks for values that only you can choose"],
    tried: { ...tried, down: "empty" },
  };
}

function plan(
  { comparison: { from, to, changes }, message, sqlite }: AutogenerateRequest,
  found: Findings,
  aside: Aside,
) {
  const up = planChanges(from, to, changes, { sqlite, aside, broken: found.from });
  const down = planChanges(to, from, reverseChanges(changes), {
    sqlite,
    aside,
    broken: found.to,
    missingValues: "placeholder",
    ...(found.fill && { fill: found.fill }),
  });
  const title = message.split(/[\r\n\0]/, 1)[0]!.trim();
  const lost = lostByUp(up);
  const texts = (purpose: "file" | "trial"): DraftTexts => ({
    up: writePlan(up, { title: `Up: ${title}`, purpose }),
    down: writePlan(down, { title: `Down: ${title}`, notes: lost, purpose }),
  });
  return { texts, up, down };
}

/** Comment lines for a down about what it cannot restore. */
function lostByUp(up: Plan): string[] {
  const lost = up.statements.flatMap(({ hazards }) => hazards)
    .filter(({ code }) => LOSSES.has(code)).map(({ message }) => message);
  return lost.length === 0 ? [] : ["This does not bring back what up.sql took away:", ...lost];
}

const LOSSES: ReadonlySet<string> = new Set([
  "drop-table",
  "drop-column",
  "drop-virtual-table",
  "convert-values",
]);

/** Explains an error of the generated SQL, whose files do not exist. */
function explain(error: AludelError): AludelError {
  const notes = [
    ...error.notes,
    "The generated SQL was being tried in memory; nothing was written",
  ];
  const outcome = "No file was written";
  if (error.code !== "sql-failed") return error.with({ notes, outcome });
  // There is no revision to name or edit.
  return new AludelError("sql-failed", "A statement of the generated SQL failed", {
    ...(error.place && { place: error.place }),
    ...(error.sqlite !== undefined && { sqlite: error.sqlite }),
    notes,
    outcome,
    next: BY_HAND,
    cause: error,
  });
}

/** The maximum number of broken objects to look for. */
const MOST = 10_000;

/**
 * The views and triggers of a database that SQLite cannot compile, because they name missing objects. A rename compiles
 * all of them and fails at the first broken one. That is dropped, until the rename succeeds; then everything is
 * rolled back.
 *
 * @param connection A database that may be written into, with no transaction open.
 * @returns Keys as {@linkcode objectKey} writes them.
 */
export async function findBroken(connection: Connection): Promise<Set<string>> {
  const broken = new Set<string>();
  await connection.execute("BEGIN");
  try {
    await connection.execute('CREATE TABLE "probe__1" (a)');
    for (let round = 0; round < MOST; round++) {
      const found = await tryRename(connection);
      if (found === undefined) break;
      const key = objectKey(found.kind, foldName(found.name));
      if (broken.has(key)) break;
      broken.add(key);
      await connection.execute(`DROP ${found.kind.toUpperCase()} ${quoteName(found.name)}`);
    }
  } finally {
    await connection.execute("ROLLBACK");
  }
  return broken;
}

async function tryRename(
  connection: Connection,
): Promise<{ readonly kind: "view" | "trigger"; readonly name: string } | undefined> {
  try {
    await connection.execute('ALTER TABLE "probe__1" RENAME TO "probe__2"');
    await connection.execute('ALTER TABLE "probe__2" RENAME TO "probe__1"');
    return undefined;
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    const objects = await connection.query(
      "SELECT type, name FROM main.sqlite_schema WHERE type IN ('view', 'trigger')",
    );
    // The message has the name without quotes, so only the schema tells where the name ends.
    return objects
      .map((row) => ({ kind: row.type as "view" | "trigger", name: row.name as string }))
      .filter(({ kind, name }) => error.sqlite.startsWith(`error in ${kind} ${name}`))
      .toSorted((a, b) => b.name.length - a.name.length)[0];
  }
}
