import type { AuthorizedAction } from "../../db/connection.ts";
import { foldName } from "../../sql/identifier.ts";
import { type Mention, readMentions } from "../../sql/mentions.ts";
import type { Script, Statement } from "../../sql/script.ts";
import { type TableFates, type TableTrack, TableTracker } from "../table_fates.ts";
import { type CopyStatement, readCopyStatement } from "./copy_statement.ts";

/** The writes of statements to one table, as SQLite's authorizer reports them. */
export interface TableWrites {
  /** Whether a DELETE that names the table ran, or a REPLACE, which deletes conflicting rows. */
  deletesDirectly: boolean;
  /** Whether an UPDATE or an UPSERT that names the table ran. */
  updatesDirectly: boolean;
  /** Whether a trigger or a foreign key deleted from it. */
  deletesIndirectly: boolean;
  /** Whether a trigger that the run created wrote to it. */
  byOwnTrigger: boolean;
  /** The columns that were updated, by their folded names before. */
  readonly updated: Set<string>;
  inserts: boolean;
  insertsDirectly: boolean;
  /** Whether a statement or a trigger may have replaced rows. */
  mayReplace: boolean;
  /** The columns that ALTER TABLE dropped, by their folded names before. */
  readonly droppedColumns: Set<string>;
  /** Whether ALTER TABLE changed anything except its name. */
  altered: boolean;
  /** The statements that copied rows into it, for a table that the run created. */
  readonly copies: { readonly copy: CopyStatement; readonly from: TableTrack | undefined }[];
  /** The number of other writes to it. */
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
  /** The innermost trigger or view that writes; null if the statement itself does. */
  readonly source: string | null;
}

const DEFINING: ReadonlySet<string> = new Set(["CREATE", "DROP", "ALTER"]);

/**
 * Records which tables the statements of a segment wrote to, and follows renames. SQLite's authorizer reports the
 * writes of statements, triggers and foreign key actions while a statement is compiled (measured with 3.53). It does
 * not report rows that ON CONFLICT REPLACE deletes, so these are assumed.
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
   * @param existing The folded names of the existing tables.
   * @param triggersReplace Whether an existing trigger has the word REPLACE.
   */
  constructor(existing: ReadonlySet<string>, triggersReplace: boolean) {
    this.#tracker = new TableTracker(existing);
    this.#triggersReplace = triggersReplace;
  }

  /** To be called with each call of the authorizer while a statement is compiled. */
  see({ action, arg1, arg2, database, source }: AuthorizedAction): void {
    if (action !== DELETE && action !== INSERT && action !== UPDATE) return;
    if (database !== "main" || arg1 === null) return;
    const column = action === UPDATE ? arg2 ?? "" : "";
    const key = `${action} ${source ?? ""} ${arg1}.${column}`;
    if (this.#pending.has(key)) return;
    this.#pending.set(key, { action, table: foldName(arg1), column: foldName(column), source });
  }

  /** To be called when the compiled statement has run. */
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
        // Of a table that the run created, only its copies and the statements that name it matter.
        const copy = action === INSERT
          ? copied ??= readCopyStatement(script.text, statement)
          : undefined;
        // Any other write, for example by a trigger, changes the copied rows.
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

  /** To be called when the compiled statement has failed. Forgets its writes. */
  failed(): void {
    this.#pending.clear();
  }

  /** Whether a table, an index, a view or a trigger was dropped, or a table or column renamed. */
  get removes(): boolean {
    return this.#removes;
  }

  /** The folded names of the tables and views that were dropped. */
  get dropped(): ReadonlySet<string> {
    return this.#dropped;
  }

  /** The folded names of the views and triggers that were created. */
  get created(): ReadonlySet<string> {
    return this.#created;
  }

  /** Whether a statement wrote to sqlite_sequence by name. */
  get sequenceNamed(): boolean {
    return this.#sequenceNamed;
  }

  /** The fates of the tables. */
  get fates(): TableFates {
    return this.#tracker.fates();
  }

  /** The writes to tables that existed before, by folded name before. */
  get written(): ReadonlyMap<string, TableWrites> {
    const found = new Map<string, TableWrites>();
    for (const [track, writes] of this.#writes) {
      if (!track.created) found.set(track.origin, writes);
    }
    return found;
  }

  /** All folded names of the tables that were created, or got rows. */
  get filledTables(): ReadonlySet<string> {
    return new Set(
      [...this.#writes].flatMap(([{ created, aliases }, { inserts }]) =>
        created || inserts ? [...aliases] : []
      ),
    );
  }

  /** The writes to a table by its folded present name; undefined if it existed before. */
  filled(name: string): TableWrites | undefined {
    const track = this.#tracker.find(name);
    return track?.created ? this.#of(track) : undefined;
  }

  /** The writes to the replacements of a table, in order. @param before The folded name before. */
  replacements(before: string): readonly TableWrites[] {
    return this.#tracker.line(before).filter(({ created }) => created)
      .map((track) => this.#of(track));
  }

  /** The folded name that a column had when its table was created. @param table The folded present name. */
  columnThen(table: string, column: string): string {
    const track = this.#tracker.find(table);
    return track === undefined ? column : firstColumn(track, column);
  }

  /** The folded first name of the table that a copy was taken from; undefined if the run created it. */
  originOf(track: TableTrack | undefined): string | undefined {
    return track === undefined || track.created ? undefined : track.origin;
  }

  /** Finds the table that a copy is taken from, and replaces the column names of the copy by their first names. */
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
    if (first.schema !== undefined && foldName(first.schema) === "temp") return;
    const track = this.#tracker.find(foldName(first.name));
    if (!track?.created) return;
    // CREATE TABLE … AS writes rows without telling the authorizer the table's name.
    const writes = this.#of(track);
    if (filling !== undefined) writes.copies.push(filling);
  }
}

/** The first folded name of a column. @param now Its folded present name. */
function firstColumn(track: TableTrack, now: string): string {
  for (const [first, name] of track.columns) if (name === now) return first;
  return now;
}
