import { foldName } from "../sql/identifier.ts";
import { type Mention, readMentions } from "../sql/mentions.ts";
import type { CheckedStep } from "./request.ts";
import { traceTables } from "./table_fates.ts";

/** A statement of a route that takes rows or values away on purpose. */
export interface Hazard {
  readonly revision: string;
  /** What is lost, for a sentence: `drops table "orders"`. */
  readonly loses: string;
  /** The folded names under which the table may have stood before the route: it is one of them, or none. */
  readonly tables: readonly string[];
  /**
   * A rebuild: the statement that creates the table anew. Nothing is lost where it has all columns of the old one.
   */
  readonly rebuild?: string;
  /** The name that a column of the table has in the rebuilt one, if it was only renamed. */
  readonly columnAfter?: (column: string) => string;
}

/**
 * Finds what a route may take away, for a look before it runs: tables and columns that it drops, rows that it deletes or
 * overwrites, losses that a header allows. Read from the statements; whether the table was there, and had rows, the
 * database knows.
 */
export function findHazards(steps: readonly CheckedStep[]): Hazard[] {
  const hazards: Hazard[] = [];
  const origins = new Map<string, readonly string[]>();
  for (const step of steps) {
    const { text, statements, header } = step.script;
    const tablesOf = (name: string) => [foldName(name), ...origins.get(foldName(name)) ?? []];
    for (const { name } of header.allowLoss) {
      const loses = `may lose rows of "${name}", as its directive allows`;
      hazards.push({ revision: step.id, loses, tables: tablesOf(name) });
    }
    if (!statements.some(({ verb }) => TAKING.has(verb))) continue;
    const texts = new Map<number, string>();
    const mentions = statements.flatMap((statement) => {
      if (!TAKING.has(statement.verb) && statement.verb !== "CREATE") return [];
      const found = readMentions(text, statement).filter((mention) => !mention.inTrigger);
      if (found[0] !== undefined && isCreation(found[0])) {
        texts.set(found[0].start, text.slice(statement.start, statement.end));
      }
      return found;
    });
    hazards.push(...hazardsOf(step.id, mentions, tablesOf, texts));
    for (const { kind, name, to } of mentions) {
      if (kind === "rename-table" && to !== undefined) origins.set(foldName(to), tablesOf(name));
    }
  }
  return hazards;
}

/** The verbs of statements that take something away or rename it. */
const TAKING: ReadonlySet<string> = new Set(["ALTER", "DELETE", "DROP", "UPDATE", "WITH"]);

function hazardsOf(
  revision: string,
  mentions: readonly Mention[],
  tablesOf: (name: string) => readonly string[],
  texts: ReadonlyMap<number, string>,
): Hazard[] {
  const fates = traceTables(mentions);
  // Within the script a table may have another name when it is dropped than when the script began.
  const firstNames = new Map<string, string>();
  for (const { before, aliases } of fates.touched.values()) {
    for (const alias of aliases) firstNames.set(alias, before);
  }
  // The name that somebody knows, as they write it: not that of a table which was only renamed away.
  const nameOf = (name: string) => {
    const first = firstNames.get(foldName(name));
    if (first === undefined || first === foldName(name)) return name;
    return mentions.find((each) => foldName(each.name) === first)?.name ?? first;
  };
  const hazards: Hazard[] = [];
  const add = (
    mention: Mention,
    loses: string,
    more: Pick<Hazard, "rebuild" | "columnAfter"> = {},
  ) => {
    const name = firstNames.get(foldName(mention.name)) ?? mention.name;
    hazards.push({ revision, loses, tables: tablesOf(name), ...more });
  };
  for (const mention of mentions) {
    if (mention.schema !== undefined && foldName(mention.schema) === "temp") continue;
    const { limited } = mention;
    const name = nameOf(mention.name);
    switch (mention.kind) {
      case "drop-table": {
        const fate = fates.touched.get(foldName(name));
        if (fate === undefined) break;
        if (fate.after === null) add(mention, `drops table "${name}"`);
        else {
          const creation = mentions.findLast((each) =>
            isCreation(each) && fate.aliases.has(foldName(each.name))
          );
          const rebuild = creation && texts.get(creation.start);
          add(mention, `rebuilds table "${name}" without all of its columns`, {
            rebuild: rebuild ?? "",
            columnAfter: (column) => fates.columnAfter(fate.before, column),
          });
        }
        break;
      }
      case "drop-column":
        add(mention, `drops column "${mention.column}" of "${name}"`);
        break;
      case "delete":
        add(mention, `deletes ${limited ? "rows of" : "every row of"} "${name}"`);
        break;
      case "update":
      case "replace":
        add(mention, `overwrites ${limited === false ? "every row of" : "rows of"} "${name}"`);
        break;
    }
  }
  return hazards;
}

function isCreation({ kind }: Mention): boolean {
  return kind === "create-table" || kind === "create-virtual-table";
}
