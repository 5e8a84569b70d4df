import type { Connection } from "../db/connection.ts";
import type { RevisionId } from "../graph/revision.ts";
import { compareWith } from "../project/author/schema_reader.ts";
import type { Settings } from "../project/workspace/settings.ts";
import type { Change } from "../schema/model/change.ts";
import { describeChange } from "../schema/diff/describe.ts";
import { introspect } from "../schema/read/introspect.ts";
import type { ReplayTree } from "../replay/tree.ts";
import { schemaText } from "../replay/contents.ts";

/** Revisions that a database without records may be at. */
export interface Location {
  /** The heads; empty is the state before the first revision. */
  readonly heads: readonly RevisionId[];
  /** The differences between the database and the revisions; empty if there are none. */
  readonly changes: readonly Change[];
}

/** The result of {@linkcode locate}. */
export interface Located {
  /** The location with the same schema, or the nearest one. */
  readonly best: Location;
  /** Other locations with exactly the same schema, because only revisions that change rows are between them. */
  readonly others: readonly Location[];
}

/** Number of candidates whose schemas are compared: those with the most names in common. */
const COMPARED = 50;

/** A state of the history, with the properties that are cheap to read. */
interface Candidate {
  readonly heads: readonly RevisionId[];
  /** The number of applied revisions. */
  readonly size: number;
  /** Whether the stored definitions are equal to the database's. */
  readonly isExact: boolean;
  readonly distance: number;
}

/**
 * Finds the revision whose schema a database has, among the states on the way to all heads, and the states of each
 * revision with its ancestors and dependencies.
 *
 * @throws {AludelError} The errors of replaying.
 */
export async function locate(
  connection: Connection,
  tree: ReplayTree,
  settings: Pick<Settings, "exclude" | "columnOrder">,
): Promise<Located> {
  const text = await schemaText(connection);
  const live = await introspect(connection);
  const candidates = await findCandidates(text, tree);
  const exact = candidates.filter(({ isExact }) => isExact);
  let nearest: { readonly candidate: Candidate; readonly changes: readonly Change[] } | undefined;
  if (exact.length === 0) {
    for (const candidate of candidates.toSorted(byDistance).slice(0, COMPARED)) {
      await using replayed = await tree.at(candidate.heads);
      const { changes } = compareWith(settings, live, await introspect(replayed, [live]));
      if (changes.length === 0) exact.push(candidate);
      else if (nearest === undefined || weight(changes) < weight(nearest.changes)) {
        nearest = { candidate, changes };
      }
    }
  }
  if (exact.length === 0 && nearest !== undefined) {
    const { candidate: { heads }, changes } = nearest;
    return { best: { heads, changes }, others: [] };
  }
  const [best, ...rest] = exact.toSorted((a, b) => b.size - a.size);
  const others = rest.filter((other) => !hasSameStatements(other, best!, tree));
  return { best: locationOf(best!), others: others.map(locationOf) };
}

function locationOf({ heads }: Candidate): Location {
  return { heads, changes: [] };
}

function byDistance(a: Candidate, b: Candidate): number {
  return a.distance - b.distance || b.size - a.size;
}

function weight(changes: readonly Change[]): number {
  return changes.flatMap(describeChange).length;
}

/** Whether only revisions without statements, such as merges, are between two states. */
function hasSameStatements(lower: Candidate, upper: Candidate, tree: ReplayTree): boolean {
  const below = tree.graph.ancestors(lower.heads, "all");
  const above = tree.graph.ancestors(upper.heads, "all");
  return [...below].every((id) => above.has(id)) &&
    [...above].every((id) => below.has(id) || tree.scriptOf(id).statements.length === 0);
}

async function findCandidates(text: string, tree: ReplayTree): Promise<Candidate[]> {
  const { graph } = tree;
  const wanted = namesIn(text);
  const candidates: Candidate[] = [];
  const add = async (heads: readonly RevisionId[], size: number, connection: Connection) => {
    const own = await readNames(connection);
    const common = own.reduce((count, name) => wanted.has(name) ? count + 1 : count, 0);
    const distance = wanted.size + own.length - 2 * common;
    // Definitions are compared only if the names are the same, because reading them takes the whole schema.
    const isExact = distance === 0 && await schemaText(connection) === text;
    candidates.push({ heads, size, isExact, distance });
  };
  await using empty = await tree.scratch.open();
  await add([], 0, empty);
  const done = new Set<RevisionId>();
  const seen = new Set<RevisionId>();
  await tree.walk(graph.ids, async (id, connection) => {
    done.add(id);
    const heads = graph.headsOf(done, "all");
    if (heads.length === 1) seen.add(id);
    await add(heads, done.size, connection);
  });
  for (const id of graph.ids) {
    if (seen.has(id)) continue;
    await using connection = await tree.at([id]);
    await add([id], graph.ancestors([id], "all").size, connection);
  }
  return candidates;
}

/** The kinds and names in a {@linkcode schemaText}. */
function namesIn(text: string): ReadonlySet<string> {
  const rows = JSON.parse(text) as readonly (readonly [type: string, name: string])[];
  return new Set(rows.map(([type, name]) => `${type} ${name.toLowerCase()}`));
}

/** The same for a database. The query returns one value, because a row for each name takes three times as long. */
async function readNames(connection: Connection): Promise<readonly string[]> {
  const [row] = await connection.query(
    "SELECT json_group_array(type || ' ' || name) AS names FROM main.sqlite_schema " +
      "WHERE name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE 'aludel\\_%' ESCAPE '\\'",
  );
  return JSON.parse(String(row!["names"]).toLowerCase());
}
