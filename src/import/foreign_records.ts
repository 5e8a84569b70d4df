/** The records of the other tool, and of Aludel, in a database. */
import { type Connection, SqlError } from "../db/connection.ts";
import { AludelError } from "../errors.ts";
import type { RevisionId } from "../graph/revision.ts";
import type { RevisionGraph } from "../graph/revision_graph.ts";
import { readState } from "../state/state.ts";
import { again, type NextStep, say, shell } from "../text/next_step.ts";
import { BASELINE, type ForeignHistory, type ForeignState, type FoundTool } from "./foreign.ts";
import type { ImportPlan } from "./plan_import.ts";

/** Whether a database has a table. */
export async function hasTable(connection: Connection, name: string): Promise<boolean> {
  const rows = await connection.query(
    "SELECT 1 FROM main.sqlite_schema WHERE type = 'table' AND name = ? COLLATE NOCASE",
    [name],
  );
  return rows.length > 0;
}

/**
 * Reads the tool's records.
 *
 * @returns null if the database lacks its table.
 * @throws {AludelError} `import-state` for a state that cannot be taken over: dirty, or with missing files.
 */
export async function readForeignState(
  connection: Connection,
  { tool, place }: FoundTool,
  history: ForeignHistory,
): Promise<ForeignState | null> {
  if (!await hasTable(connection, place.table)) return null;
  let state: ForeignState;
  try {
    state = await tool.state((sql) => connection.query(sql), place, history);
  } catch (error) {
    if (!(error instanceof SqlError)) throw error;
    throw stateError(`The table "${place.table}" is not one of ${tool.title}`, [error.sqlite], [
      say("Name the tool that made it: aludel import TOOL"),
    ]);
  }
  if (state.fault !== null) {
    throw stateError(state.fault, [], [
      say(`Repair it as the documentation of ${tool.title} says, and import again`),
    ]);
  }
  const keys = new Set(history.revisions.map(({ key }) => key));
  const unknown = state.applied.filter(({ key }) => !keys.has(key));
  if (unknown.length > 0) {
    throw stateError(
      `${tool.title} has applied "${unknown[0]!.key}", whose file is missing`,
      unknown.slice(1).map(({ key }) => `The file of "${key}" is missing too`),
      [say("Bring the file back, from the branch that it is on, and import again"), BASELINE],
    );
  }
  return state;
}

/** The error for a state of the other tool that cannot be taken over. */
function stateError(
  fact: string,
  notes: readonly string[],
  next: readonly NextStep[],
): AludelError {
  return new AludelError("import-state", fact, { notes, outcome: "Nothing was written", next });
}

/**
 * Compares the checksums in the tool's records with the files.
 * @returns Notices, if the tool ignores edits. @throws {AludelError} `import-edited` if it does not.
 */
export function compareChecksums(
  state: ForeignState,
  plan: ImportPlan,
  history: ForeignHistory,
  { tool }: FoundTool,
): readonly string[] {
  const files = new Map(plan.revisions.map(({ key, file }) => [key, file]));
  const expected = new Map(history.revisions.map(({ key, checksums }) => [key, checksums]));
  const edited = state.applied.filter(({ key, checksum }) => {
    const possible = expected.get(key) ?? [];
    return checksum !== null && possible.length > 0 && !possible.includes(checksum);
  });
  const [first, ...others] = edited.map(({ key }) => files.get(key)!);
  if (first === undefined) return [];
  if (tool.onEdit === "ignores") {
    return [first, ...others].map((file) =>
      `${file} has changed since ${tool.title} applied it; the schemas are compared anyway`
    );
  }
  throw new AludelError("import-edited", `The file has changed since ${tool.title} applied it`, {
    place: { file: first },
    notes: others.map((file) => `${file} has changed too`),
    outcome: "Nothing was written",
    next: [
      shell`git log -p -- ${first} # see what changed`,
      say(`Put it back as it was, or repair the records as ${tool.title} says`),
    ],
  });
}

/** The ids in Aludel's records. @throws {AludelError} `import-state` if one of them is not on disk. */
export async function recordedIds(
  connection: Connection,
  graph: RevisionGraph,
): Promise<readonly RevisionId[]> {
  const { applied } = await readState(connection);
  const unknown = applied.find(({ id }) => !graph.has(id));
  if (unknown === undefined) return applied.map(({ id }) => id);
  throw stateError(
    `Aludel's records in "${connection.name}" have revision "${unknown.id}", which is not on disk`,
    [],
    [shell`aludel status`],
  );
}

/** Refuses records with a gap: an applied revision's parents must be applied too. */
export function requireWhole(
  there: ReadonlySet<RevisionId>,
  graph: RevisionGraph,
  { revisions }: ImportPlan,
  { tool }: FoundTool,
): void {
  const keys = new Map(revisions.map(({ key, entry }) => [entry.id, key]));
  for (const id of there) {
    const missing = graph.parentsOf(id).find((parent) => !there.has(parent));
    if (missing === undefined) continue;
    throw stateError(
      `${tool.title} has applied "${keys.get(id) ?? id}", but not "${
        keys.get(missing) ?? missing
      }", which precedes it`,
      [],
      [say(`Apply it by ${tool.apply}, and import again`)],
    );
  }
}

/** The error for a database with tables but without records of any tool. */
export function noRecords({ tool, place }: FoundTool): AludelError {
  return stateError(
    `The database has tables, but no table "${place.table}" with the records of ${tool.title}`,
    [],
    [
      again`--table NAME # if its table has another name`,
      say("Name the right database: -d PATH"),
      BASELINE,
    ],
  );
}
