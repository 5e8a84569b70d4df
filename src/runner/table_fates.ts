import type { RenameHints } from "../schema/diff/renames.ts";
import { foldName } from "../sql/identifier.ts";
import { type Mention, readMentions } from "../sql/mentions.ts";
import type { Script } from "../sql/script.ts";

/** What became of a table that statements drop or rename. */
export interface TableFate {
  /** The folded name before. */
  readonly before: string;
  /** The folded name of it, or of the table that replaced it, afterwards; null: dropped for good. */
  readonly after: string | null;
  /** Whether a DROP TABLE removed it: a table of that name afterwards is a replacement. */
  readonly dropped: boolean;
  /** Every folded name that the table or its replacement had on the way. */
  readonly aliases: ReadonlySet<string>;
}

/**
 * Whether nothing was copied into the table that took this one's place: DROP TABLE and CREATE TABLE say so.
 * @param copies The statements that copy rows, with the folded names of the tables that they fill.
 */
export function isEmptied(fate: TableFate, copies: readonly { readonly into: string }[]): boolean {
  return fate.dropped && fate.after !== null &&
    !copies.some(({ into }) => fate.aliases.has(into));
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
export interface TableTrack {
  readonly origin: string;
  readonly created: boolean;
  readonly aliases: Set<string>;
  /** First name of a column → its name now; only those that were renamed. */
  readonly columns: Map<string, string>;
  /** Once it is dropped, the table that took one of its names: by its creation, or by a rename. */
  successor?: { readonly track: TableTrack; readonly isCreated: boolean };
}

/**
 * Follows tables through CREATE, DROP and RENAME in the order of the statements.
 *
 * The recipe "create new, copy, drop old, rename new" makes the new table the old one's replacement, because
 * it takes the old one's name. "Rename old away, create new" makes the old one live on under the other name.
 */
export class TableTracker {
  /** By name now; null if a table was dropped or renamed away. */
  readonly #byName = new Map<string, TableTrack | null>();
  readonly #firsts = new Map<string, TableTrack>();
  readonly #dropped = new Set<TableTrack>();
  readonly #touched = new Set<TableTrack>();
  readonly #temporary = new Set<string>();
  readonly #existing: ReadonlySet<string> | undefined;

  /**
   * @param existing The folded names of the tables from before; if left out, a name that is used before it is created
   * was there.
   */
  constructor(existing?: ReadonlySet<string>) {
    this.#existing = existing;
  }

  /** The table of the main schema that has a name now, which is given folded; undefined: none. */
  find(name: string): TableTrack | undefined {
    const current = this.#byName.get(name);
    if (current !== undefined) return current ?? undefined;
    if (this.#existing !== undefined && !this.#existing.has(name)) return undefined;
    return this.#trackOf(name);
  }

  /** A table from before, which is given by its first name, and its replacements, one after the other. */
  line(first: string): readonly TableTrack[] {
    return lineOf(this.#firsts.get(first));
  }

  /** Whether the name, which is given folded and without a schema, means a temporary table now. */
  isTemporary(name: string): boolean {
    return this.#temporary.has(name);
  }

  /** Follows one more mention, which has happened. */
  see(mention: Mention): void {
    if (mention.inTrigger || isTemporary(mention, this.#temporary)) return;
    const name = foldName(mention.name);
    if (mention.kind === "create-table" || mention.kind === "create-virtual-table") {
      // CREATE TABLE IF NOT EXISTS over a table that is there creates nothing.
      if (this.#byName.get(name)) return;
      if (!this.#byName.has(name)) {
        if (this.#existing?.has(name)) return;
        this.#byName.set(name, null);
      }
      this.#replace(name, this.#trackOf(name), true);
    } else if (mention.kind === "drop-table") {
      const track = this.#trackOf(name);
      this.#touched.add(track);
      this.#dropped.add(track);
      this.#byName.set(name, null);
      // It was renamed away, and a new one has its name already, unless that came by taking another table's place. Its
      // last name counts most.
      const others = new Set(
        [...this.#dropped].flatMap(({ successor }) =>
          successor === undefined || successor.isCreated ? [] : [successor.track]
        ),
      );
      const taken = [...track.aliases].map((alias) => this.#byName.get(alias))
        .findLast((each) => each?.created && !others.has(each));
      if (taken) track.successor = { track: taken, isCreated: false };
    } else if (mention.kind === "rename-table" && mention.to !== undefined) {
      const track = this.#trackOf(name);
      const to = foldName(mention.to);
      this.#touched.add(track);
      track.aliases.add(to);
      this.#byName.set(name, null);
      this.#byName.set(to, track);
      this.#replace(to, track, false);
    } else if (mention.kind === "rename-column" && mention.column && mention.to !== undefined) {
      const { columns } = this.#trackOf(name);
      const from = foldName(mention.column);
      const first = [...columns].find(([, now]) => now === from)?.[0] ?? from;
      columns.set(first, foldName(mention.to));
    }
  }

  /** What has become of the tables so far. */
  fates(): TableFates {
    const fates = new Map<string, TableFate>();
    for (const [name, track] of this.#firsts) {
      if (!this.#touched.has(track)) continue;
      fates.set(name, this.#fateOf(name, track));
    }
    const firsts = this.#firsts;
    return {
      touched: fates,
      tableAfter: (name) => fates.get(foldName(name))?.after ?? foldName(name),
      columnAfter: (table, column) => {
        let name = foldName(column);
        for (const track of lineOf(firsts.get(foldName(table)))) {
          name = track.columns.get(name) ?? name;
        }
        return name;
      },
    };
  }

  /** The table that takes a name replaces those that had it and are replaced. */
  #replace(name: string, track: TableTrack, isCreated: boolean): void {
    const replaced = [...this.#dropped].filter((each) =>
      each !== track && each.successor === undefined && each.aliases.has(name)
    );
    if (replaced.length === 0) return;
    // The new table of a rebuild replaces the old one, and not the left-over of an earlier try that had its first name.
    for (const each of this.#dropped) {
      if (each.successor?.track === track && each.successor.isCreated) delete each.successor;
    }
    for (const each of replaced) each.successor = { track, isCreated };
  }

  #fateOf(name: string, track: TableTrack): TableFate {
    const line = lineOf(track);
    const last = line.at(-1)!;
    const lastAlias = [...last.aliases].findLast((alias) => this.#byName.get(alias) === last);
    return {
      before: name,
      after: lastAlias ?? (this.#dropped.has(last) ? null : name),
      dropped: this.#dropped.has(track),
      aliases: new Set(line.flatMap(({ aliases }) => [...aliases])),
    };
  }

  #trackOf(name: string): TableTrack {
    const current = this.#byName.get(name);
    if (current) return current;
    const created = current === null;
    const track = { origin: name, created, aliases: new Set([name]), columns: new Map() };
    this.#byName.set(name, track);
    if (!created) this.#firsts.set(name, track);
    return track;
  }
}

/** Follows tables through all mentions, in order, as {@linkcode TableTracker} does. */
export function traceTables(mentions: readonly Mention[]): TableFates {
  const tracker = new TableTracker();
  for (const mention of mentions) tracker.see(mention);
  return tracker.fates();
}

/** A table and its replacements, one after the other. */
function lineOf(track: TableTrack | undefined): TableTrack[] {
  const line: TableTrack[] = [];
  for (let next = track; next !== undefined && !line.includes(next); next = next.successor?.track) {
    line.push(next);
  }
  return line;
}

/**
 * Whether a mention means a table of the temporary schema, which a name without a schema finds first.
 * @param names The present temporary tables; kept up to date.
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

/** The renames that a script's statements say, for a comparison of the schemas around it. */
export function renamesOf({ text, statements }: Script): RenameHints {
  const mentions = statements.flatMap((statement) => readMentions(text, statement))
    .filter(({ inTrigger }) => !inTrigger);
  const fates = traceTables(mentions);
  return {
    tables: [...fates.touched.values()].flatMap(({ before, after }) =>
      after === null || after === before ? [] : [{ from: before, to: after }]
    ),
    columns: mentions.flatMap(({ kind, name, column, to }) =>
      kind === "rename-column" && column !== undefined && to !== undefined
        ? [{ table: fates.tableAfter(name), from: column, to }]
        : []
    ),
  };
}
