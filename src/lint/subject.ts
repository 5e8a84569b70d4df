import { readCopyStatement } from "../runner/loss/copy_statement.ts";
import {
  isEmptied as isEmptiedBy,
  type TableFate,
  type TableFates,
} from "../runner/table_fates.ts";
import type { Schema } from "../schema/model/model.ts";
import { foldName } from "../sql/identifier.ts";
import { type Mention, readMentions } from "../sql/mentions.ts";
import type { Script, Statement } from "../sql/script.ts";
import type { Release } from "../sql/sqlite_releases.ts";
import { TokenReader } from "../sql/token_reader.ts";
import type { FindingLevel } from "../finding.ts";
import type { NextStep } from "../text/next_step.ts";

/** A rule as docs/lint.md describes it. */
export interface LintRule {
  readonly level: FindingLevel;
  /** The problem, one sentence. */
  readonly what: string;
  /** Why that matters. */
  readonly why: string;
  /** The fix. */
  readonly cure: string;
}

/** Rules by code. */
export type LintRules = Readonly<Record<string, LintRule>>;

/** The place of a problem. */
export interface LintPlace {
  readonly script: "up" | "down";
  /** Offset in that script's text, in UTF-16 code units. */
  readonly at: number;
}

/** A rule's finding at a place. */
export interface Report<Code extends string> {
  (code: Code, place: LintPlace, message: string, more?: ReportMore): void;
}

/** Optional parts of a finding. */
export interface ReportMore {
  readonly notes?: readonly string[];
  /** The fix here; by default the rule's. */
  readonly next?: readonly NextStep[];
}

/** The effect of an ALTER TABLE, as far as rules need it. */
export type Alteration =
  | { readonly kind: "add-column"; readonly column: string; readonly definition: string }
  | { readonly kind: "add-check" | "set-not-null" | "other" };

const OTHER: Alteration = { kind: "other" };

/** Reads the text of an ALTER TABLE statement. Any other statement is `other`. */
export function readAlteration(text: string): Alteration {
  const reader = new TokenReader(text, { start: 0, end: text.length });
  if (!reader.accept("ALTER", "TABLE")) return OTHER;
  reader.qualifiedName();
  if (reader.accept("ALTER")) {
    reader.accept("COLUMN");
    reader.name();
    return reader.accept("SET", "NOT", "NULL") ? { kind: "set-not-null" } : OTHER;
  }
  if (!reader.accept("ADD")) return OTHER;
  if (reader.word === "CONSTRAINT" || reader.word === "CHECK") return { kind: "add-check" };
  reader.accept("COLUMN");
  const definition = text.slice(reader.start).replace(/;$/, "");
  const column = reader.name();
  return column === undefined ? OTHER : { kind: "add-column", column, definition };
}

/** The content of a script's own table at some moment. */
export type OwnTable = "empty" | "filled";

/** A statement with the names in it, and the script's tables so far. */
export interface WalkedStatement {
  readonly statement: Statement;
  /** Its text, without leading comments. */
  readonly text: string;
  /** Its own effect, without that of a trigger's body; undefined if it changes nothing. */
  readonly mention: Mention | undefined;
  /** The effects of the trigger bodies in it. */
  readonly later: readonly Mention[];
  /** Whether renames keep the text of views, triggers and foreign keys: PRAGMA legacy_alter_table. */
  readonly isLegacy: boolean;
  /** The tables that the script itself has created before, by folded name. */
  readonly own: ReadonlyMap<string, OwnTable>;
}

/** Reads a script and notes the tables that it creates, because changes to these affect no existing rows. */
export function walkScript({ text, statements }: Script): readonly WalkedStatement[] {
  let own: ReadonlyMap<string, OwnTable> = new Map();
  let isLegacy = false;
  return statements.map((statement) => {
    const mentions = readMentions(text, statement);
    const mention = mentions.find(({ inTrigger }) => !inTrigger);
    const written = text.slice(statement.start, statement.end);
    if (statement.verb === "PRAGMA" && /legacy_alter_table/i.test(written)) {
      isLegacy = !/\b(?:off|0|no|false)\b/i.test(written);
    }
    const walked = {
      statement,
      text: written,
      mention,
      later: mentions.filter(({ inTrigger }) => inTrigger),
      isLegacy,
      own,
    };
    if (mention !== undefined) own = ownAfter(own, mention);
    return walked;
  });
}

function ownAfter(own: ReadonlyMap<string, OwnTable>, mention: Mention) {
  const name = foldName(mention.name);
  const state = own.get(name);
  const after = new Map(own);
  switch (mention.kind) {
    case "create-table":
    case "create-virtual-table":
      return after.set(name, "empty");
    case "insert":
    case "replace":
      return state === "empty" ? after.set(name, "filled") : own;
    case "drop-table":
      after.delete(name);
      return after;
    case "rename-table":
      after.delete(name);
      if (mention.to !== undefined && state !== undefined) after.set(foldName(mention.to), state);
      return after;
    default:
      return own;
  }
}

/** Whether a mention refers to the connection's temporary schema. */
export function isTemporary({ schema }: Mention): boolean {
  return schema !== undefined && foldName(schema) === "temp";
}

/** Whether the script created the table that a statement names. */
export function isOwn({ own, mention }: WalkedStatement): boolean {
  return mention !== undefined && (isTemporary(mention) || own.has(foldName(mention.name)));
}

/** A script under judgement. */
export interface ScriptSubject {
  readonly direction: "up" | "down";
  readonly script: Script;
  readonly walk: readonly WalkedStatement[];
  readonly fates: TableFates;
  /** The schema before it runs; undefined if unknown. Read on demand. */
  readonly before: () => Promise<Schema | undefined>;
  /** The schema after it has run; undefined if unknown. */
  readonly after: () => Promise<Schema | undefined>;
  /** The folded names of functions that the script calls and SQLite lacks. */
  readonly missingFunctions: () => Promise<readonly string[]>;
}

/** A revision under judgement. */
export interface LintSubject {
  readonly revision: string;
  readonly up: ScriptSubject;
  /** null if there is no down.sql. */
  readonly down: ScriptSubject | null;
  /** The oldest SQLite that must run it, according to the settings; undefined if they name none. */
  readonly sqlite?: Release | undefined;
  /** Runs statements on an empty database. @returns SQLite's message if it refuses one, else undefined. */
  readonly attempt: (statements: readonly string[]) => Promise<string | undefined>;
  /** The number of rows of a table in the given database; undefined if unknown. */
  readonly rows: (table: string) => Promise<number | undefined>;
}

/** The scripts of a revision that exist. */
export function scriptsOf({ up, down }: LintSubject): readonly ScriptSubject[] {
  return down === null ? [up] : [up, down];
}

/** Finds the fate of a table by any name that it or its replacement has in the script. */
export function findFate({ fates }: ScriptSubject, name: string): TableFate | undefined {
  const key = foldName(name);
  return fates.touched.get(key) ??
    [...fates.touched.values()].find(({ aliases }) => aliases.has(key));
}

/** Whether a table is dropped and created again without its rows, so that the script says that they are lost. */
export function isEmptied({ script, walk }: ScriptSubject, fate: TableFate): boolean {
  if (!fate.dropped || fate.after === null) return false;
  const copies = walk.flatMap(({ statement }) => readCopyStatement(script.text, statement) ?? []);
  return isEmptiedBy(fate, copies);
}
