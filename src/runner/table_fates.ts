import { foldName } from "../sql/identifier.ts";
import type { Mention } from "../sql/mentions.ts";

/** What became of a table that statements drop or rename. */
export interface TableFate {
  /** The folded name before. */
  readonly before: string;
  /** The folded name under which it, or the table that replaced it, stands after; null: dropped for good. */
  readonly after: string | null;
  /** Every folded name that the table or its replacement had on the way. */
  readonly aliases: ReadonlySet<string>;
}

/** The fates of tables, and where columns have gone, read from statements without running them. */
export interface TableFates {
  /** Only tables that a DROP or a RENAME names, by folded name before. */
  readonly touched: ReadonlyMap<string, TableFate>;
  /** The name after of a table; the same for one that is not touched. */
  tableAfter(name: string): string;
  /** The name after of a table's column. */
  columnAfter(table: string, column: string): string;
}

/** A table by its first name: one from before, or one that the statements create. */
interface Track {
  readonly origin: string;
  readonly created: boolean;
  readonly aliases: Set<string>;
  readonly columns: Map<string, string>;
}

/**
 * Follows tables through CREATE, DROP and RENAME in the order of the statements.
 *
 * The recipe "create new, copy, drop old, rename new" makes the new table the old one's replacement, because
 * it takes the old one's name. "Rename old away, create new" makes the old one live on under the other name.
 */
export function traceTables(mentions: readonly Mention[]): TableFates {
  const standing = new Map<string, Track | null>();
  const firsts = new Map<string, Track>();
  const dropped = new Set<Track>();
  const touched = new Set<Track>();
  const trackOf = (name: string): Track => {
    const current = standing.get(name);
    if (current) return current;
    const created = current === null;
    const track = { origin: name, created, aliases: new Set([name]), columns: new Map() };
    standing.set(name, track);
    if (!created) firsts.set(name, track);
    return track;
  };
  const temporary = new Set<string>();
  for (const mention of mentions) {
    if (mention.inTrigger || isTemporary(mention, temporary)) continue;
    const name = foldName(mention.name);
    if (mention.kind === "create-table" || mention.kind === "create-virtual-table") {
      // CREATE TABLE IF NOT EXISTS over a standing table creates nothing.
      if (standing.get(name)) continue;
      if (!standing.has(name)) standing.set(name, null);
      trackOf(name);
    } else if (mention.kind === "drop-table") {
      const track = trackOf(name);
      touched.add(track);
      dropped.add(track);
      standing.set(name, null);
    } else if (mention.kind === "rename-table" && mention.to !== undefined) {
      const track = trackOf(name);
      const to = foldName(mention.to);
      touched.add(track);
      track.aliases.add(to);
      standing.set(name, null);
      standing.set(to, track);
    } else if (mention.kind === "rename-column" && mention.column && mention.to !== undefined) {
      const { columns } = trackOf(name);
      const from = foldName(mention.column);
      const first = [...columns].find(([, now]) => now === from)?.[0] ?? from;
      columns.set(first, foldName(mention.to));
    }
  }
  const fates = new Map<string, TableFate>();
  for (const [name, track] of firsts) {
    if (!touched.has(track)) continue;
    fates.set(name, fateOf(name, track, dropped, standing));
  }
  return {
    touched: fates,
    tableAfter: (name) => fates.get(foldName(name))?.after ?? foldName(name),
    columnAfter: (table, column) =>
      firsts.get(foldName(table))?.columns.get(foldName(column)) ?? foldName(column),
  };
}

function fateOf(
  name: string,
  track: Track,
  dropped: ReadonlySet<Track>,
  standing: ReadonlyMap<string, Track | null>,
): TableFate {
  if (!dropped.has(track)) {
    const after = [...track.aliases].findLast((alias) => standing.get(alias) === track) ?? name;
    return { before: name, after, aliases: track.aliases };
  }
  // Its last name counts most: a table may be renamed first, then rebuilt, and a new one take the first name.
  const after = [...track.aliases].findLast((alias) => standing.get(alias)) ?? null;
  const replacement = after === null ? undefined : standing.get(after);
  return {
    before: name,
    after,
    aliases: new Set([...track.aliases, ...(replacement?.aliases ?? [])]),
  };
}

/**
 * Whether a mention means a table of the temporary schema, which a name without a schema finds first.
 * @param names The temporary tables that stand; kept up to date.
 */
function isTemporary({ kind, name, schema, to }: Mention, names: Set<string>): boolean {
  const folded = foldName(name);
  const isMeant = schema === undefined ? names.has(folded) : foldName(schema) === "temp";
  if (!isMeant) return false;
  if (kind === "create-table" && schema === undefined) return false; // In main, beside the other.
  if (kind === "create-table") names.add(folded);
  if (kind === "drop-table" || kind === "rename-table") names.delete(folded);
  if (kind === "rename-table" && to !== undefined) names.add(foldName(to));
  return true;
}
