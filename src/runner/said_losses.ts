import { foldName } from "../sql/identifier.ts";
import { type Mention, readMentions } from "../sql/mentions.ts";
import type { Script, Statement } from "../sql/script.ts";
import { type CopyStatement, readCopyStatement } from "./loss/copy_statement.ts";
import { isEmptied, type TableFate, type TableFates, traceTables } from "./table_fates.ts";

/** A statement that, by its tokens, takes something from a table. */
export interface SaidLoss {
  readonly kind:
    | "drop-table"
    /** Dropped, and created again without its rows. */
    | "empty-table"
    /** Dropped, with a copy of its rows in its place: what the new table lacks is gone. */
    | "rebuild"
    | "drop-column"
    | "delete"
    /** UPDATE, REPLACE, INSERT OR REPLACE, or an UPSERT. */
    | "overwrite";
  readonly mention: Mention;
  /** The table's name when the script begins, as it is written. */
  readonly table: string;
  /** `delete` and `overwrite`: whether no WHERE limits the rows. */
  readonly isWhole: boolean;
  /** Of a table that is dropped. */
  readonly fate?: TableFate;
  /** `empty-table` and `rebuild`: the text that creates the table again. */
  readonly creation?: string;
}

/** What a script says that it takes, and what becomes of its tables. */
export interface SaidLosses {
  readonly losses: readonly SaidLoss[];
  readonly fates: TableFates;
}

const NONE: SaidLosses = { losses: [], fates: traceTables([]) };

/**
 * Reads what a script takes, from its tokens and without running it: the one answer to what SQL loses, for those who
 * speak of it before a run. What triggers, foreign keys and conflict clauses take shows only in a run, which measures.
 * Temporary tables have nothing to lose.
 */
export function readSaidLosses({ text, statements }: Script): SaidLosses {
  const overwrites = ({ start, end }: Statement) => OVERWRITES.test(text.slice(start, end));
  const isTaking = (statement: Statement) =>
    TAKING.has(statement.verb) || statement.verb === "INSERT" && overwrites(statement);
  const taking = new Set(statements.filter(isTaking));
  if (taking.size === 0) return NONE;
  const creations = new Map<number, string>();
  const mentions = statements.flatMap((statement) => {
    if (!taking.has(statement) && statement.verb !== "CREATE") return [];
    const found = readMentions(text, statement).filter(({ inTrigger, kind }) =>
      !inTrigger && (kind !== "insert" || overwrites(statement))
    );
    if (found[0] !== undefined && isCreation(found[0])) {
      creations.set(found[0].start, text.slice(statement.start, statement.end));
    }
    return found;
  });
  const fates = traceTables(mentions);
  const isReplaced = [...fates.touched.values()].some(({ dropped, after }) =>
    dropped && after !== null
  );
  const copies = isReplaced
    ? statements.flatMap((statement) => readCopyStatement(text, statement) ?? [])
    : [];
  const nameOf = firstNames(mentions, fates);
  const losses = mentions.flatMap((mention): SaidLoss[] => {
    if (mention.schema !== undefined && foldName(mention.schema) === "temp") return [];
    const table = nameOf(mention.name);
    const loss = { mention, table, isWhole: mention.limited === false };
    switch (mention.kind) {
      case "drop-table":
        return dropped(mention, table, mentions, fates, copies, creations);
      case "drop-column":
      case "delete":
        return [{ ...loss, kind: mention.kind }];
      case "insert": // an UPSERT
      case "update":
      case "replace":
        return [{ ...loss, kind: "overwrite" }];
      default:
        return [];
    }
  });
  return { losses, fates };
}

/** The verbs of statements that take something away or rename it. */
const TAKING: ReadonlySet<string> = new Set(
  ["ALTER", "DELETE", "DROP", "REPLACE", "UPDATE", "WITH"],
);

/** An INSERT that may put its rows in place of others: INSERT OR REPLACE, or an UPSERT. */
const OVERWRITES = /\bor\s+replace\b|\bdo\s+update\b/i;

function dropped(
  mention: Mention,
  table: string,
  mentions: readonly Mention[],
  fates: TableFates,
  copies: readonly CopyStatement[],
  creations: ReadonlyMap<number, string>,
): SaidLoss[] {
  const fate = fates.touched.get(foldName(table));
  if (fate === undefined) return []; // The script's own.
  const loss = { mention, table, isWhole: true, fate };
  if (fate.after === null) return [{ ...loss, kind: "drop-table" }];
  const created = mentions.findLast((each) =>
    isCreation(each) && fate.aliases.has(foldName(each.name))
  );
  const creation = created && creations.get(created.start) || "";
  return [{ ...loss, kind: isEmptied(fate, copies) ? "empty-table" : "rebuild", creation }];
}

/** Gives the name that users know, as it is written: within the script a table may have another one when it is dropped. */
function firstNames(mentions: readonly Mention[], fates: TableFates): (name: string) => string {
  const firsts = new Map<string, string>();
  for (const { before, aliases } of fates.touched.values()) {
    for (const alias of aliases) firsts.set(alias, before);
  }
  return (name) => {
    const first = firsts.get(foldName(name));
    if (first === undefined || first === foldName(name)) return name;
    return mentions.find((each) => foldName(each.name) === first)?.name ?? first;
  };
}

function isCreation({ kind }: Mention): boolean {
  return kind === "create-table" || kind === "create-virtual-table";
}
