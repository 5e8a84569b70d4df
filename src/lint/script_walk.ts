import { foldName } from "../sql/identifier.ts";
import { type Mention, readMentions } from "../sql/mentions.ts";
import type { Script, Statement } from "../sql/script.ts";

/** What a script's own table holds at some moment. */
export type OwnTable = "empty" | "filled";

/** A statement with what it names and what the script has made so far. */
export interface WalkedStatement {
  readonly statement: Statement;
  /** Its text, without leading comments. */
  readonly text: string;
  /** What it does itself; what a trigger's body will do is left out. Undefined where it changes nothing. */
  readonly mention: Mention | undefined;
  /** What the triggers' bodies in it will do. */
  readonly later: readonly Mention[];
  /** Whether renames leave the text of views, triggers and foreign keys alone: PRAGMA legacy_alter_table. */
  readonly isLegacy: boolean;
  /** The tables that the script itself has created before, by folded name. */
  readonly own: ReadonlyMap<string, OwnTable>;
}

/** Walks through a script and notes which tables are its own: what happens to those concerns no row that was there. */
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

/** Whether a mention means something of the connection's temporary schema. */
export function isTemporary({ schema }: Mention): boolean {
  return schema !== undefined && foldName(schema) === "temp";
}

/** Whether the script made the table that a statement names. */
export function isOwn({ own, mention }: WalkedStatement): boolean {
  return mention !== undefined && (isTemporary(mention) || own.has(foldName(mention.name)));
}
