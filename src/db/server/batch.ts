import type { BatchGuard, BatchNote, SqlValue } from "../connection.ts";
import { foldName, quoteName, quoteText, sameName } from "../../sql/identifier.ts";
import type { Mention } from "../../sql/mentions.ts";
import { Tokenizer } from "../../sql/tokenizer.ts";
import { toHex } from "../../text/sha256.ts";
import type { Answer } from "./stream.ts";
import { type Aside, putBackText, setAsideText, unreferredCondition } from "./set_aside.ts";

/** A statement of a batch, as it is sent. */
export interface BatchStatement {
  readonly sql: string;
  readonly origin: unknown;
}

/** A statement of the transaction. */
export interface CollectedStatement extends BatchStatement {
  /** What it does with a table, if it creates, renames or drops one. */
  readonly mention?: Mention | undefined;
  /** For a DROP TABLE: the rows of other tables that it would delete or change. */
  readonly aside?: Aside | undefined;
}

/** The conditions for a batch. */
export interface BatchTerms {
  /** SQL for the state from which the batch starts, and its expected value. */
  readonly start: { readonly expression: string; readonly value: string };
  /** Whether foreign keys are enforced. */
  readonly enforced: boolean;
}

/** The messages of our own conditions, which distinguish them from SQLite's. */
const OURS = /^bad JSON path: '(aludel:[^]*)'$/;

/** The batch starts from another state: another client has changed the database. */
const MOVED = "moved";
/** The end of a part of a batch was reached. */
const REACHED = "reached";

/** The messages of the other conditions of a batch. */
const OWN: ReadonlyMap<string, string> = new Map([
  ["keys", "the table is dropped, and rows of other tables still refer to it"],
  ["rows", "not all rows that were set aside could be restored"],
]);

/** SQL that ends a batch with a text. No other function fails with a text of the caller: RAISE is for triggers. */
function failText(condition: string, text: string): string {
  return `SELECT CASE WHEN ${condition} THEN 1 ELSE json_extract('{}', 'aludel:' || ${text}) END`;
}

/** A statement that always fails, and tells that it was reached. */
export const REACHED_TEXT = failText("0", quoteText(REACHED));

/** The failed condition that a message of SQLite tells of; undefined for any other message. */
export function readFailure(
  words: string,
):
  | { readonly kind: "moved" | "reached" }
  | {
    readonly kind: "guard";
    readonly index: number;
    readonly detail: string;
  }
  | { readonly kind: "own"; readonly words: string }
  | undefined {
  const text = OURS.exec(words)?.[1]?.slice("aludel:".length).replaceAll("''", "'");
  if (text === undefined) return undefined;
  if (text === MOVED || text === REACHED) return { kind: text };
  const [index = "", detail = ""] = text.split(/:(.*)/s);
  if (OWN.has(text)) return { kind: "own", words: OWN.get(text)! };
  return { kind: "guard", index: Number(index), detail };
}

/** The statements and conditions of a transaction that is one batch. */
export class Batch {
  readonly #statements: CollectedStatement[] = [];
  readonly #guards: BatchGuard[] = [];
  readonly #notes: { readonly expression: string; readonly at: number; value: SqlValue }[] = [];
  readonly #kept: { readonly table: string; readonly expressions: readonly string[] }[] = [];

  get length(): number {
    return this.#statements.length;
  }

  add(statement: CollectedStatement): void {
    this.#statements.push(statement);
  }

  note(expression: string, at: number): BatchNote {
    const note = { expression, at, value: null };
    const id = this.#notes.push(note);
    return {
      sql: `(SELECT value FROM main.${NOTES} WHERE id = ${id})`,
      value: () => note.value,
    };
  }

  guard(guard: BatchGuard): void {
    this.#guards.push(guard);
  }

  keep(table: string, expressions: readonly string[]): string {
    return keptName(this.#kept.push({ table, expressions }) - 1);
  }

  dropOf(before: string, last: string) {
    let name = before;
    const index = this.#statements.findIndex(({ mention }) => {
      if (mention === undefined || !sameName(mention.name, name)) return false;
      if (mention.kind === "rename-table") name = mention.to ?? name;
      return mention.kind === "drop-table";
    });
    if (index < 0) return undefined;
    let now = last;
    for (const { mention } of this.#statements.slice(index).toReversed()) {
      if (mention?.kind === "rename-table" && sameName(mention.to ?? "", now)) now = mention.name;
      // It is created after the DROP, so both never exist together.
      if (mention?.kind === "create-table" && sameName(mention.name, now)) return undefined;
    }
    return { index, before: name, now };
  }

  /** The guard with an index from {@linkcode readFailure}. */
  guardAt(index: number): BatchGuard | undefined {
    return this.#guards[index];
  }

  /** Reads the values of the notes from the answers to the statements of {@linkcode Batch.compile}. */
  take(answers: readonly Answer[], compiled: readonly BatchStatement[]): void {
    const at = compiled.findIndex(({ sql }) => sql === READ_NOTES);
    for (const [id, value] of answers[at]?.rows ?? []) {
      const note = this.#notes[Number(id) - 1];
      if (note !== undefined) note.value = value ?? null;
    }
  }

  /** The whole batch. */
  compile({ start, enforced }: BatchTerms): readonly BatchStatement[] {
    const own = (sql: string): BatchStatement => ({ sql, origin: undefined });
    const isPlain = this.#statements.every(({ origin }) => origin === undefined);
    const compiled = [
      own(failText(`${start.expression} IS ${quoteText(start.value)}`, quoteText(MOVED))),
      // The setting belongs to the database, and an earlier batch may have left it on.
      ...isPlain ? [] : [own("PRAGMA legacy_alter_table = OFF")],
      ...isPlain || enforced ? [] : [own("PRAGMA defer_foreign_keys = ON")],
      ...this.#beforeText().map(own),
      ...this.#noteText(0).map(own),
    ];
    const pending: { aside: Aside; number: number; until: number }[] = [];
    for (const [at, statement] of this.#statements.entries()) {
      if (at > 0) compiled.push(...this.#noteText(at).map(own));
      const { origin, aside, mention } = statement;
      const until = aside === undefined ? undefined : this.#comesBack(aside.parent, at);
      if (aside !== undefined && !enforced) {
        if (until === undefined) {
          compiled.push({ sql: failText(unreferredCondition(aside), "'keys'"), origin });
        } else {
          pending.push({ aside, number: at + 1, until });
          compiled.push(...setAsideText(aside, at + 1).map((sql) => ({ sql, origin })));
        }
      }
      compiled.push({ sql: statement.sql, origin });
      if (mention === undefined) continue;
      for (const { aside, number, until } of pending.filter((one) => one.until === at)) {
        const nameNow = (name: string) => this.#renamed(name, number - 1, until);
        const fail = (condition: string) => failText(condition, "'rows'");
        const texts = putBackText(aside, number, nameNow, fail);
        compiled.push(...texts.map((sql) => ({ sql, origin })));
      }
    }
    return [
      ...compiled,
      ...this.#noteText(Infinity).map(own),
      ...this.#guardText(),
      ...this.#afterText().map(own),
    ];
  }

  /** The index of the statement after which a table of the name exists again. */
  #comesBack(name: string, after: number): number | undefined {
    const at = this.#statements.findIndex(({ mention }, index) =>
      index > after && mention !== undefined && nameAfter(mention) === name
    );
    return at < 0 ? undefined : at;
  }

  /** The name that a table has after the renames of a part of the statements. */
  #renamed(name: string, from: number, to: number): string {
    let now = name;
    for (const { mention } of this.#statements.slice(from, to + 1)) {
      if (mention?.kind === "rename-table" && foldName(mention.name) === foldName(now)) {
        now = mention.to ?? now;
      }
    }
    return now;
  }

  #guardText(): readonly BatchStatement[] {
    return this.#guards.map(({ holds, detail, origin }, index) => ({
      sql: failText(holds, `'${index}:' || ${detail}`),
      origin,
    }));
  }

  #noteText(place: number): readonly string[] {
    return this.#notes.flatMap(({ expression, at }, index) =>
      at === place ? [`INSERT INTO main.${NOTES} VALUES (${index + 1}, ${expression})`] : []
    );
  }

  #beforeText(): readonly string[] {
    return [
      ...this.#notes.length > 0
        ? [`CREATE TABLE main.${NOTES} (id INTEGER PRIMARY KEY, value)`]
        : [],
      ...this.#kept.flatMap(({ table, expressions }, at) => [
        `CREATE TABLE main.${keptName(at)} (${expressions.map((_, c) => `c${c}`).join(", ")})`,
        `INSERT INTO main.${keptName(at)} SELECT ${expressions.join(", ")} FROM main.${
          quoteName(table)
        }`,
      ]),
    ];
  }

  #afterText(): readonly string[] {
    return [
      ...this.#notes.length > 0 ? [READ_NOTES, `DROP TABLE main.${NOTES}`] : [],
      ...this.#kept.map((_, at) => `DROP TABLE main.${keptName(at)}`),
    ];
  }
}

/** The table of the notes while the batch runs. */
const NOTES = "aludel_batch";
const READ_NOTES = `SELECT id, value FROM main.${NOTES}`;

function keptName(at: number): string {
  return `aludel_before_${at + 1}`;
}

/** The folded name that a table gets by this statement. */
function nameAfter({ kind, name, to }: Mention): string | undefined {
  if (kind === "create-table") return foldName(name);
  return kind === "rename-table" && to !== undefined ? foldName(to) : undefined;
}

/** The text of a statement with its values instead of `?`, and without semicolons and comments around it, which D1 refuses. */
export function statementText(sql: string, parameters: readonly SqlValue[]): string {
  const tokenizer = new Tokenizer(sql);
  let text = "";
  let copied: number | undefined;
  let end = 0;
  let at = 0;
  while (tokenizer.nextSignificant()) {
    if (tokenizer.kind === "semicolon" && copied === undefined) continue;
    if (tokenizer.kind === "semicolon" && isLast(sql, tokenizer.end)) break;
    copied ??= tokenizer.start;
    if (tokenizer.kind === "parameter" && parameters.length > 0) {
      text += sql.slice(copied, tokenizer.start) + literal(parameters[at++] ?? null);
      copied = tokenizer.end;
    }
    end = tokenizer.end;
  }
  return copied === undefined ? "" : text + sql.slice(copied, end);
}

function isLast(sql: string, from: number): boolean {
  const rest = new Tokenizer(sql, from);
  while (rest.nextSignificant()) if (rest.kind !== "semicolon") return false;
  return true;
}

/** SQL that SQLite reads as the value. */
export function literal(value: SqlValue): string {
  if (value === null) return "NULL";
  if (value instanceof Uint8Array) return `x'${toHex(value)}'`;
  if (typeof value === "string") {
    return value.includes("\0")
      ? `CAST(x'${toHex(new TextEncoder().encode(value))}' AS TEXT)`
      : quoteText(value);
  }
  if (typeof value === "bigint") return String(value);
  if (!Number.isFinite(value)) return Number.isNaN(value) ? "NULL" : value > 0 ? "9e999" : "-9e999";
  return Number.isInteger(value) ? value.toExponential() : String(value);
}
