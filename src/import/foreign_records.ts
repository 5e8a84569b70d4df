/** What a database says that the other tool, and Aludel, have applied. */
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
 * Reads what the tool has recorded.
 *
 * @returns null if the database lacks its table.
 * @throws {AludelError} `import-state` for a state that cannot be taken over: dirty, or of files that are not there.
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
      say("Name the tool that keeps it: aludel import TOOL"),
    ]);
  }
  if (state.fault !== null) {
    throw stateError(state.fault, [], [say(`Repair it as ${tool.title} says, and import again`)]);
  }
  const keys = new Set(history.revisions.map(({ key }) => key));
  const unknown = state.applied.filter(({ key }) => !keys.has(key));
  if (unknown.length > 0) {
    throw stateError(
      `${tool.title} has applied "${unknown[0]!.key}", and no file of that name is here`,
      unknown.slice(1).map(({ key }) => `nor of "${key}"`),
      [say("Bring the file back, from the branch that it is on, and import again"), BASELINE],
    );
  }
  return state;
}

/** A state of the other tool that cannot be taken over. */
export function stateError(
  fact: string,
  notes: readonly string[],
  next: readonly NextStep[],
): AludelError {
  return new AludelError("import-state", fact, { notes, outcome: "Nothing was written", next });
}

/**
 * Holds the checksums that the tool recorded against the files.
 * @returns Notices, for a tool that goes on. @throws {AludelError} `import-edited` for one that does not.
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
    notes: others.map((file) => `so has ${file}`),
    outcome: "Nothing was written",
    next: [
      shell`git log -p -- ${first} # see what changed`,
      say(`Put it back as it was, or repair the records as ${tool.title} says`),
    ],
  });
}

/** What Aludel has recorded. @throws {AludelError} `import-state` if a revision of it is not here. */
export async function recordedIds(
  connection: Connection,
  graph: RevisionGraph,
): Promise<readonly RevisionId[]> {
  const { applied } = await readState(connection);
  const unknown = applied.find(({ id }) => !graph.has(id));
  if (unknown === undefined) return applied.map(({ id }) => id);
  throw stateError(
    `Aludel's records of "${connection.name}" name revision "${unknown.id}", which is not here`,
    [],
    [shell`aludel status`],
  );
}

/** Refuses records with a gap: what a revision follows must be there with it. */
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
      `${tool.title} has applied "${keys.get(id) ?? id}", and not "${
        keys.get(missing) ?? missing
      }", which comes before it`,
      [],
      [say(`Apply it by ${tool.apply}, and import again`)],
    );
  }
}

/** The error for a database that is not empty, and has no records of anybody. */
export function noRecords({ tool, place }: FoundTool): AludelError {
  return stateError(
    `The database has tables, and no table "${place.table}" that says what ${tool.title} has applied`,
    [],
    [
      again`--table NAME # if that is not the name of its table`,
      say("Name the database that it works on: -d PATH"),
      BASELINE,
    ],
  );
}
