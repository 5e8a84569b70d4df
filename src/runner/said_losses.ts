import { foldName } from "../sql/identifier.ts";
import { type Mention, readMentions } from "../sql/mentions.ts";
import type { Script, Statement } from "../sql/script.ts";
import { type CopyStatement, readCopyStatement } from "./loss/copy_statement.ts";
import { isEmptied, type TableFate, type TableFates, traceTables } from "./table_fates.ts";

/** A statement that deletes or overwrites something in a table, read from its tokens. */
export interface SaidLoss {
  readonly kind:
    | "drop-table"
    /** The table is dropped, and created again without its rows. */
    | "empty-table"
    /** The table is replaced by a copy: columns that the new table lacks are lost. */
    | "rebuild"
    | "drop-column"
    | "delete"
    /** UPDATE, REPLACE, INSERT OR REPLACE, or an UPSERT. */
    | "overwrite";
  readonly mention: Mention;
  /** The table's name when the script begins, as it is written. */
  readonly table: string;
  /** For `delete` and `overwrite`: whether the statement has no WHERE. */
  readonly isWhole: boolean;
  /** The fate of a dropped table. */
  readonly fate?: TableFate;
  /** For `empty-table` and `rebuild`: the statement that creates the table again. */
  readonly creation?: string;
}

/** The losses that a script's statements declare, and the fates of its tables. */
export interface SaidLosses {
  readonly losses: readonly SaidLoss[];
  readonly fates: TableFates;
}

const NONE: SaidLosses = { losses: [], fates: traceTables([]) };

/**
 * Reads what a script loses from its tokens, without running it. This serves everything that warns before a run. Losses
 * by triggers, foreign keys and conflict clauses are found only by a run, which measures. Temporary tables do not
 * count.
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

/** The verbs of statements that delete, overwrite or rename something. */
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
  if (fate === undefined) return []; // The script created the table itself.
  const loss = { mention, table, isWhole: true, fate };
  if (fate.after === null) return [{ ...loss, kind: "drop-table" }];
  const created = mentions.findLast((each) =>
    isCreation(each) && fate.aliases.has(foldName(each.name))
  );
  const creation = created && creations.get(created.start) || "";
  return [{ ...loss, kind: isEmptied(fate, copies) ? "empty-table" : "rebuild", creation }];
}

/**
 * Maps the name of a table to its name before the script, as it is written, because a script may rename it before the
 * drop.
 */
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
