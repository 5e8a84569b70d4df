import type { AuthorizedAction } from "../../db/connection.ts";
import { foldName } from "../../sql/identifier.ts";
import { type Mention, readMentions } from "../../sql/mentions.ts";
import type { Script, Statement } from "../../sql/script.ts";
import { type TableFates, type TableTrack, TableTracker } from "../table_fates.ts";
import { type CopyStatement, readCopyStatement } from "./copy_statement.ts";

/** What statements did to the rows of one table, as SQLite's authorizer saw it. */
export interface TableWrites {
  /** Whether a DELETE that names the table ran, or a REPLACE, which deletes what is in its way. */
  deletesDirectly: boolean;
  /** Whether an UPDATE or an UPSERT that names the table ran. */
  updatesDirectly: boolean;
  /** Whether a trigger or a foreign key deleted from it. */
  deletesIndirectly: boolean;
  /** Whether a trigger that the run itself makes wrote to it. */
  byOwnTrigger: boolean;
  /** The columns that anything updated, by their folded names before. */
  readonly updated: Set<string>;
  inserts: boolean;
  insertsDirectly: boolean;
  /** Whether a statement or a trigger could put rows in place of others. */
  mayReplace: boolean;
  /** The columns that ALTER TABLE dropped, by their folded names before. */
  readonly droppedColumns: Set<string>;
  /** Whether ALTER TABLE changed anything of it but its name. */
  altered: boolean;
  /** The statements that fill a table which the run creates. */
  readonly copies: { readonly copy: CopyStatement; readonly from: TableTrack | undefined }[];
  /** Other statements that write to it. */
  others: number;
}

// Numbers of SQLite's authorizer: https://sqlite.org/c3ref/c_alter_table.html
const DELETE = 9;
const INSERT = 18;
const UPDATE = 23;

interface Write {
  readonly action: number;
  readonly table: string;
  readonly column: string;
  /** The innermost trigger or view that does it; null: the statement itself. */
  readonly source: string | null;
}

const DEFINING: ReadonlySet<string> = new Set(["CREATE", "DROP", "ALTER"]);

/**
 * What the statements of a segment wrote to which table, under whatever name the table had then. SQLite's authorizer
 * tells it while each statement is compiled: triggers, the actions of foreign keys and the statement itself alike
 * (measured on 3.53; rows that ON CONFLICT REPLACE deletes are the exception, and are assumed).
 */
export class WriteLog {
  readonly #tracker: TableTracker;
  readonly #writes = new Map<TableTrack, TableWrites>();
  /** Whether a trigger of the database or of the script may replace rows. */
  readonly #triggersReplace: boolean;
  #pending = new Map<string, Write>();
  #scriptReplaces = false;
  readonly #dropped = new Set<string>();
  readonly #created = new Set<string>();
  #sequenceNamed = false;
  #removes = false;

  /**
   * @param existing The folded names of the tables that are there.
   * @param triggersReplace Whether a trigger that is there has the word REPLACE.
   */
  constructor(existing: ReadonlySet<string>, triggersReplace: boolean) {
    this.#tracker = new TableTracker(existing);
    this.#triggersReplace = triggersReplace;
  }

  /** What SQLite's authorizer is asked while a statement is compiled. */
  see({ action, arg1, arg2, database, source }: AuthorizedAction): void {
    if (action !== DELETE && action !== INSERT && action !== UPDATE) return;
    if (database !== "main" || arg1 === null) return;
    const column = action === UPDATE ? arg2 ?? "" : "";
    const key = `${action} ${source ?? ""} ${arg1}.${column}`;
    if (this.#pending.has(key)) return;
    this.#pending.set(key, { action, table: foldName(arg1), column: foldName(column), source });
  }

  /** The statement that SQLite was last asked about has run. */
  ran(script: Script, statement: Statement): void {
    const writes = this.#pending;
    this.#pending = new Map();
    const { verb } = statement;
    if (DEFINING.has(verb)) return this.#defined(script, statement);
    if (writes.size === 0) return;
    let mentioned: Mention | null | undefined;
    const mention = () => mentioned ??= readMentions(script.text, statement)[0] ?? null;
    const names = (table: string) => foldName(mention()?.name ?? "") === table;
    let copied: CopyStatement | undefined;
    for (const write of writes.values()) {
      const { action, table } = write;
      if (table === "sqlite_sequence") this.#sequenceNamed = true;
      const track = this.#tracker.find(table);
      if (track === undefined) continue;
      const found = this.#of(track);
      const direct = write.source === null && names(table);
      if (track.created) {
        // How a table that the run creates was filled, and what statements that name it did then, is all that matters.
        const copy = action === INSERT
          ? copied ??= readCopyStatement(script.text, statement)
          : undefined;
        // Besides the copy, whatever writes to it, a trigger for instance, changes what it copied.
        if (copy === undefined || write.source !== null) found.others++;
        else found.copies.push(this.#withSource(copy));
        if (!direct || copy !== undefined) continue;
        if (action === DELETE || mention()?.kind === "replace") found.deletesDirectly = true;
        if (action === INSERT) found.inserts = true;
        if (action === UPDATE) found.updated.add(firstColumn(track, write.column));
        continue;
      }
      if (write.source !== null && this.#created.has(foldName(write.source))) {
        found.byOwnTrigger = true;
      }
      if (action === DELETE) {
        if (direct) found.deletesDirectly = true;
        else found.deletesIndirectly = true;
      } else if (action === UPDATE) {
        if (direct) found.updatesDirectly = true;
        found.updated.add(firstColumn(track, write.column));
      } else {
        found.inserts = true;
        if (direct) found.insertsDirectly = true;
      }
      if (direct && mention()?.kind === "replace") {
        found.mayReplace = true;
        if (action === INSERT) found.deletesDirectly = true;
      }
      if (!direct && (this.#triggersReplace || this.#scriptReplaces)) found.mayReplace = true;
      if (!direct && mention()?.kind === "replace") found.mayReplace = true;
    }
  }

  /** Forgets what SQLite was asked about a statement that failed. */
  failed(): void {
    this.#pending.clear();
  }

  /** Whether a table, an index, a view or a trigger was dropped, or a table or column renamed. */
  get removes(): boolean {
    return this.#removes;
  }

  /** The folded names of the tables and views that statements drop. */
  get dropped(): ReadonlySet<string> {
    return this.#dropped;
  }

  /** The folded names of the views and triggers that statements create. */
  get created(): ReadonlySet<string> {
    return this.#created;
  }

  /** Whether a statement wrote to sqlite_sequence by name. */
  get sequenceNamed(): boolean {
    return this.#sequenceNamed;
  }

  /** What became of the tables. */
  get fates(): TableFates {
    return this.#tracker.fates();
  }

  /** The tables from before that were written to, by folded name before. */
  get written(): ReadonlyMap<string, TableWrites> {
    const found = new Map<string, TableWrites>();
    for (const [track, writes] of this.#writes) {
      if (!track.created) found.set(track.origin, writes);
    }
    return found;
  }

  /** How a table that now has this folded name was filled: undefined for one from before. */
  filled(name: string): TableWrites | undefined {
    const track = this.#tracker.find(name);
    return track?.created ? this.#of(track) : undefined;
  }

  /** What was written to the tables that took the place of one from before, one after the other; its name is folded. */
  replacements(before: string): readonly TableWrites[] {
    return this.#tracker.line(before).filter(({ created }) => created)
      .map((track) => this.#of(track));
  }

  /** The folded name that a column of a table of now had when the table was created. */
  columnThen(table: string, column: string): string {
    const track = this.#tracker.find(table);
    return track === undefined ? column : firstColumn(track, column);
  }

  /** The first name, folded, of the table that a copy was taken from; undefined for one that the run creates. */
  originOf(track: TableTrack | undefined): string | undefined {
    return track === undefined || track.created ? undefined : track.origin;
  }

  /** Finds the table that a copy is taken from, and gives its columns the names that they had before. */
  #withSource(copy: CopyStatement): TableWrites["copies"][number] {
    const { from: name } = copy;
    if (name === undefined || this.#tracker.isTemporary(name)) return { copy, from: undefined };
    const from = this.#tracker.find(name);
    if (from === undefined || from.columns.size === 0) return { copy, from };
    const items = copy.items.map((item) =>
      item.kind === "column" ? { ...item, name: firstColumn(from, item.name) } : item
    );
    return { copy: { ...copy, items }, from };
  }

  #of(track: TableTrack): TableWrites {
    let writes = this.#writes.get(track);
    if (writes === undefined) {
      writes = {
        deletesDirectly: false,
        updatesDirectly: false,
        deletesIndirectly: false,
        byOwnTrigger: false,
        updated: new Set(),
        inserts: false,
        insertsDirectly: false,
        mayReplace: false,
        droppedColumns: new Set(),
        altered: false,
        copies: [],
        others: 0,
      };
      this.#writes.set(track, writes);
    }
    return writes;
  }

  #defined(script: Script, statement: Statement): void {
    const mentions = readMentions(script.text, statement);
    const [first] = mentions;
    if (first === undefined) return;
    if (statement.verb !== "CREATE") this.#removes = true;
    if (first.kind === "drop-table" || first.kind === "drop-view") {
      this.#dropped.add(foldName(first.name));
    }
    if (first.kind === "create-trigger" || first.kind === "create-view") {
      this.#created.add(foldName(first.name));
    }
    if (first.kind === "create-trigger") {
      this.#scriptReplaces ||= /replace/i.test(script.text.slice(statement.start, statement.end));
    }
    const copy = first.kind === "create-table"
      ? readCopyStatement(script.text, statement)
      : undefined;
    const filling = copy === undefined ? undefined : this.#withSource(copy);
    if (statement.verb === "ALTER" && first.kind !== "rename-table") {
      const altered = this.#tracker.find(foldName(first.name));
      if (altered !== undefined) {
        this.#of(altered).altered = true;
        if (first.kind === "drop-column" && first.column !== undefined) {
          this.#of(altered).droppedColumns.add(firstColumn(altered, foldName(first.column)));
        }
      }
    }
    for (const mention of mentions) this.#tracker.see(mention);
    if (filling === undefined || first.schema !== undefined && foldName(first.schema) === "temp") {
      return;
    }
    const track = this.#tracker.find(foldName(first.name));
    if (track?.created) this.#of(track).copies.push(filling);
  }
}

/** The folded name that a column of now had before. */
function firstColumn(track: TableTrack, now: string): string {
  for (const [first, name] of track.columns) if (name === now) return first;
  return now;
}
