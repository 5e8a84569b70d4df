import { type Connection, SqlError } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import { displayName, foldName, quoteName, unquote } from "../../sql/identifier.ts";
import { type Mention, readMentions } from "../../sql/mentions.ts";
import type { Script, Statement } from "../../sql/script.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import { placeOf } from "../../text/position.ts";
import { type NextStep, say } from "../../text/next_step.ts";
import { readCopyStatement } from "../loss/copy_statement.ts";
import { NOTHING_RUN } from "../failure.ts";
import type { CheckedStep, RunHost } from "../request.ts";

/** A column of the new table, and the column of the old one whose values it gets; both folded. */
export interface CopiedColumn {
  readonly target: string;
  readonly source: string;
}

/** A CREATE INDEX of the script, and the parts of its text. */
export interface RebuiltIndex {
  /** The index of the statement in the script. */
  readonly statement: number;
  readonly name: string;
  readonly unique: boolean;
  /** The text after the table's name: the indexed columns and WHERE. */
  readonly rest: string;
  /** The text as SQLite stores it. */
  readonly kept: string;
}

/**
 * The parts of a script that rebuilds one table as autogenerate writes it (docs/rebuild.md): create the new table,
 * copy, two renames, drop the old one, create the indexes again. `create`, `copy` and `drop` are indexes of statements.
 */
export interface Rebuild {
  readonly table: string;
  /** The first name of the new table, and the last name of the old one. */
  readonly into: string;
  readonly away: string;
  readonly create: number;
  readonly copy: number;
  readonly drop: number;
  readonly columns: readonly CopiedColumn[];
  readonly indexes: readonly RebuiltIndex[];
}

/** The error for a script or a table that cannot be rebuilt beside writers. */
export function onlineRefused(
  script: Pick<Script, "file" | "text">,
  reason: string,
  { statement, revision, notes = [] }: {
    readonly statement?: Statement;
    readonly revision?: string;
    readonly notes?: readonly string[];
  } = {},
  next: readonly NextStep[] = [],
): AludelError {
  return new AludelError("online-refused", reason, {
    place: statement === undefined
      ? { file: script.file }
      : placeOf(script.file, script.text, statement.start),
    ...(revision !== undefined && { revision }),
    notes,
    outcome: NOTHING_RUN,
    next: [
      ...next,
      say("Take `-- aludel: online` out, to rebuild the table while writers wait (docs/online.md)"),
    ],
  });
}

/** The statements that may precede or follow a rebuild. They change no rows and are fast. */
const BESIDE: ReadonlySet<Mention["kind"]> = new Set([
  "create-view",
  "create-trigger",
  "drop-view",
  "drop-trigger",
  "drop-index",
]);

/**
 * Finds the parts of a rebuild in a script.
 * @throws {AludelError} `online-refused` if the script is not a rebuild, or does more.
 */
export function readRebuild(script: Script): Rebuild {
  const { text, statements } = script;
  const mentions = statements.map((statement) =>
    readMentions(text, statement).find(({ inTrigger }) => !inTrigger)
  );
  const find = (kind: Mention["kind"], matches: (mention: Mention) => boolean = () => true) =>
    mentions.findIndex((mention) => mention?.kind === kind && matches(mention));
  const create = find("create-table");
  const copy = find("insert", ({ name }) => same(name, mentions[create]?.name));
  const rename = find("rename-table", ({ name }) => same(name, mentions[create]?.name));
  const table = mentions[rename]?.to;
  const away = mentions[find("rename-table", ({ name }) => same(name, table))]?.to;
  const drop = find("drop-table", ({ name }) => same(name, away));
  const into = mentions[create]?.name;
  if (table === undefined || away === undefined || into === undefined || copy < 0 || drop < 0) {
    throw onlineRefused(script, "The script is not the rebuild of a table", {
      notes: [
        "A rebuild creates the new table, copies the rows, and exchanges the tables by two renames, as autogenerate writes it",
      ],
    });
  }
  const indexes: RebuiltIndex[] = [];
  for (const [at, statement] of statements.entries()) {
    const mention = mentions[at];
    if (at === create || at === copy || at === drop) continue;
    if (mention === undefined) {
      if (statement.verb === "PRAGMA") continue;
    } else if (BESIDE.has(mention.kind)) continue;
    else if (
      mention.kind === "rename-table" && (same(mention.to, table) || same(mention.to, away))
    ) {
      continue;
    } else if (mention.kind === "insert" && same(mention.name, "sqlite_sequence")) continue;
    else if (mention.kind === "create-index" && same(mention.on, table) && at > rename) {
      indexes.push(readIndex(text, statement, at));
      continue;
    }
    throw onlineRefused(
      script,
      `The script does more than rebuild table ${displayName(table)}`,
      { statement },
      [say("Move the statement into a revision of its own")],
    );
  }
  return {
    table,
    into,
    away,
    create,
    copy,
    drop,
    columns: readColumns(script, table, copy),
    indexes,
  };
}

function same(a: string | undefined, b: string | undefined): boolean {
  return a !== undefined && b !== undefined && foldName(a) === foldName(b);
}

/**
 * Reads the columns of the copy.
 * @throws {AludelError} `online-refused` unless it copies all rows without expressions.
 */
function readColumns(script: Script, table: string, at: number): readonly CopiedColumn[] {
  const statement = script.statements[at]!;
  const copy = readCopyStatement(script.text, statement);
  const refuse = (reason: string) => onlineRefused(script, reason, { statement });
  if (copy?.columns === undefined || copy.columns.length !== copy.items.length) {
    throw refuse("The copy of the rows does not name its columns");
  }
  if (!copy.projects || copy.from !== foldName(table) || !endsWithTable(script.text, statement)) {
    throw refuse(`The copy does not take every row of table ${displayName(table)} unchanged`);
  }
  return copy.columns.map((target, index) => {
    const item = copy.items[index]!;
    if (item.kind !== "column") throw refuse(`The copy computes column ${displayName(target)}`);
    return { target, source: item.name };
  });
}

/** Whether the statement ends after the only table of FROM. */
function endsWithTable(text: string, { start, end }: Statement): boolean {
  const tokenizer = new Tokenizer(text, start, end);
  const tokens: string[] = [];
  while (tokenizer.nextSignificant() && tokenizer.kind !== "semicolon") {
    tokens.push(tokenizer.current);
  }
  return tokens.at(-2)?.toUpperCase() === "FROM" || tokens.at(-4)?.toUpperCase() === "FROM";
}

/**
 * Reads a CREATE INDEX.
 * @param statement The index of the statement in its script; any number if there is no script.
 */
export function readIndex(
  text: string,
  { start, end }: Pick<Statement, "start" | "end">,
  statement: number,
): RebuiltIndex {
  const tokenizer = new Tokenizer(text, start, end);
  const word = () => tokenizer.current.toUpperCase();
  tokenizer.nextSignificant(); // CREATE
  tokenizer.nextSignificant();
  const unique = word() === "UNIQUE";
  if (unique) tokenizer.nextSignificant();
  tokenizer.nextSignificant(); // IF, or the name
  if (word() === "IF" && tokenizer.kind === "word") {
    for (let i = 0; i < 3; i++) tokenizer.nextSignificant();
  }
  let { start: nameStart } = tokenizer;
  let name = tokenizer.current;
  tokenizer.nextSignificant();
  if (tokenizer.current === ".") {
    tokenizer.nextSignificant();
    ({ start: nameStart } = tokenizer);
    name = tokenizer.current;
    tokenizer.nextSignificant();
  }
  tokenizer.nextSignificant(); // the table, after ON
  const body = (from: number) => text.slice(from, end).replace(/\s*;\s*$/, "");
  return {
    statement,
    name: unquote(name),
    unique,
    rest: body(tokenizer.end),
    kept: `CREATE ${unique ? "UNIQUE " : ""}INDEX ${body(nameStart)}`,
  };
}

/** Returns the statement that creates an index with another name on another table. */
export function indexAs({ unique, rest }: RebuiltIndex, name: string, table: string): string {
  return `CREATE ${unique ? "UNIQUE " : ""}INDEX ${quoteName(name)} ON ${quoteName(table)}${rest}`;
}

/**
 * Selects the steps that run beside writers: those whose header asks for it, and rebuilds of tables with at least
 * `online.rows` rows.
 * @param open Opens the database to count rows; undefined if there is none.
 */
export async function onlineSteps(
  open: (() => Promise<Connection>) | undefined,
  { online }: Pick<RunHost, "online">,
  steps: readonly CheckedStep[],
): Promise<ReadonlySet<CheckedStep>> {
  const found = new Set<CheckedStep>();
  if (online === undefined) return found;
  for (const step of steps) {
    const { script } = step;
    if (script.header.online) found.add(step);
    else if (
      online.rows !== undefined && open !== undefined &&
      await isLargeRebuild(open, script, online.rows)
    ) {
      found.add(step);
    }
  }
  return found;
}

async function isLargeRebuild(
  open: () => Promise<Connection>,
  script: Script,
  rows: number,
): Promise<boolean> {
  if (!/legacy_alter_table/i.test(script.text)) return false;
  try {
    const table = quoteName(readRebuild(script).table);
    const [row] = await (await open()).query(
      `SELECT count(*) AS n FROM (SELECT 1 FROM main.${table} LIMIT ${rows})`,
    );
    return Number(row?.["n"]) >= rows;
  } catch (error) {
    // The script is not a rebuild, or an earlier step creates the table.
    if (error instanceof SqlError) return false;
    if (error instanceof AludelError && error.code === "online-refused") return false;
    throw error;
  }
}
