import type { RenameHints } from "../schema/diff/renames.ts";
import { foldName } from "../sql/identifier.ts";
import { type Mention, readMentions } from "../sql/mentions.ts";
import type { Script } from "../sql/script.ts";

/** The fate of a table that statements drop or rename. */
export interface TableFate {
  /** The folded name before. */
  readonly before: string;
  /** The folded name afterwards of the table or its replacement; null if it was dropped without one. */
  readonly after: string | null;
  /** Whether it was dropped. A table of that name afterwards is a replacement. */
  readonly dropped: boolean;
  /** All folded names that the table and its replacements had. */
  readonly aliases: ReadonlySet<string>;
}

/**
 * Whether a table was replaced by an empty one, so that DROP TABLE declares the loss of its rows.
 * @param copies The statements that copy rows. `into` is folded.
 */
export function isEmptied(fate: TableFate, copies: readonly { readonly into: string }[]): boolean {
  return fate.dropped && fate.after !== null &&
    !copies.some(({ into }) => fate.aliases.has(into));
}

/** The fates of tables and the new names of columns, read from statements without running them. */
export interface TableFates {
  /** The tables that were dropped or renamed, by folded name before. */
  readonly touched: ReadonlyMap<string, TableFate>;
  /** The folded name of a table afterwards; its own name if it was not touched. */
  tableAfter(name: string): string;
  /** The folded name of a column afterwards. @param table The name before. @param column The name before. */
  columnAfter(table: string, column: string): string;
}

/** A table that existed before the statements, or that they created. `origin` is its first name. */
export interface TableTrack {
  readonly origin: string;
  readonly created: boolean;
  readonly aliases: Set<string>;
  /** The present names of renamed columns, by their first names. */
  readonly columns: Map<string, string>;
  /** The table that took one of its names after it was dropped, by being created or renamed. */
  successor?: { readonly track: TableTrack; readonly isCreated: boolean };
}

/**
 * Follows tables through CREATE, DROP and RENAME in the order of the statements.
 *
 * After "create new, copy, drop old, rename new" the new table is the replacement of the old one, because it has its
 * name. After "rename old, create new" the old table still exists under its new name.
 */
export class TableTracker {
  /** The tables by present name; null for a name whose table was dropped or renamed. */
  readonly #byName = new Map<string, TableTrack | null>();
  readonly #firsts = new Map<string, TableTrack>();
  readonly #dropped = new Set<TableTrack>();
  readonly #touched = new Set<TableTrack>();
  readonly #temporary = new Set<string>();
  readonly #existing: ReadonlySet<string> | undefined;

  /**
   * @param existing The folded names of the tables before. If left out, a table that is used before it is created is
   * assumed to exist.
   */
  constructor(existing?: ReadonlySet<string>) {
    this.#existing = existing;
  }

  /** The table of the main schema with a folded name; undefined if there is none. */
  find(name: string): TableTrack | undefined {
    const current = this.#byName.get(name);
    if (current !== undefined) return current ?? undefined;
    if (this.#existing !== undefined && !this.#existing.has(name)) return undefined;
    return this.#trackOf(name);
  }

  /** A table that existed before and its replacements, in order. @param first Its folded name before. */
  line(first: string): readonly TableTrack[] {
    return lineOf(this.#firsts.get(first));
  }

  /** Whether a folded name without a schema now means a temporary table. */
  isTemporary(name: string): boolean {
    return this.#temporary.has(name);
  }

  /** Follows the next mention. */
  see(mention: Mention): void {
    if (mention.inTrigger || isTemporary(mention, this.#temporary)) return;
    const name = foldName(mention.name);
    if (mention.kind === "create-table" || mention.kind === "create-virtual-table") {
      // CREATE TABLE IF NOT EXISTS does nothing if the table exists.
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
      // A renamed table may already have a replacement under one of its names, preferably its last one. A table that
      // replaced another one by a rename does not count.
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

  /** The fates of the tables so far. */
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

  /** Makes a table that gets a name the successor of the dropped tables that had it. */
  #replace(name: string, track: TableTrack, isCreated: boolean): void {
    const replaced = [...this.#dropped].filter((each) =>
      each !== track && each.successor === undefined && each.aliases.has(name)
    );
    if (replaced.length === 0) return;
    // The new table of a rebuild replaces the old one, not a left-over of an earlier try that had its first name.
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

/** Follows tables through all mentions in order. @returns Their fates, as from {@linkcode TableTracker.fates}. */
export function traceTables(mentions: readonly Mention[]): TableFates {
  const tracker = new TableTracker();
  for (const mention of mentions) tracker.see(mention);
  return tracker.fates();
}

/** A table and its replacements, in order. */
function lineOf(track: TableTrack | undefined): TableTrack[] {
  const line: TableTrack[] = [];
  for (let next = track; next !== undefined && !line.includes(next); next = next.successor?.track) {
    line.push(next);
  }
  return line;
}

/**
 * Whether a mention means a temporary table, which a name without a schema finds first.
 * @param names The present temporary tables. The function updates them.
 */
function isTemporary({ kind, name, schema, to }: Mention, names: Set<string>): boolean {
  const folded = foldName(name);
  const isMeant = schema === undefined ? names.has(folded) : foldName(schema) === "temp";
  if (!isMeant) return false;
  if (kind === "create-table" && schema === undefined) return false; // It creates another one in main.
  if (kind === "create-table") names.add(folded);
  if (kind === "drop-table" || kind === "rename-table") names.delete(folded);
  if (kind === "rename-table" && to !== undefined) names.add(foldName(to));
  return true;
}

/** Reads the renames from a script's statements, as hints to compare the schemas before and after it. */
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
