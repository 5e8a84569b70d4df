import { displayName, foldName, sameName } from "../sql/identifier.ts";
import { TokenReader } from "../sql/token_reader.ts";
import {
  isTemporary,
  type LintRules,
  type LintSubject,
  readAlteration,
  type Report,
  scriptsOf,
  type ScriptSubject,
  type WalkedStatement,
} from "./subject.ts";

/**
 * Statements that an empty table allows and one with rows does not:
 * https://sqlite.org/lang_altertable.html#altertabaddcol
 */
export const ROW_RULES = {
  "add-not-null": {
    level: "error",
    what: "ADD COLUMN with NOT NULL and no default other than NULL.",
    why: "SQLite allows it on an empty table and refuses it on one with rows.",
    cure:
      "Give the column a DEFAULT, or rebuild the table and give each row a value; autogenerate writes the rebuild.",
  },
  "add-default": {
    level: "error",
    what: "ADD COLUMN with a default that is not constant, such as CURRENT_TIMESTAMP.",
    why: "SQLite allows it on an empty table and refuses it on one with rows.",
    cure: "Add the column without the default and UPDATE the rows, or rebuild the table.",
  },
  "add-stored": {
    level: "error",
    what: "ADD COLUMN of a STORED generated column.",
    why: "SQLite allows it on an empty table and refuses it on one with rows.",
    cure: "Make the column VIRTUAL, or rebuild the table.",
  },
  "default-check": {
    level: "error",
    what: "ADD COLUMN with a CHECK that the column's own default violates.",
    why: "Every existing row gets the default, so SQLite refuses it on a table that has rows.",
    cure: "Change the default or the CHECK.",
  },
  "add-unique": {
    level: "error",
    what: "ADD COLUMN with UNIQUE or PRIMARY KEY.",
    why: "SQLite does not support it.",
    cure: "Add the column, then CREATE UNIQUE INDEX.",
  },
  "add-references": {
    level: "warning",
    what: "ADD COLUMN with REFERENCES and a default other than NULL.",
    why:
      "Every existing row then refers to the default. If the parent lacks that row, the run fails when foreign keys are checked; if they are enforced, SQLite refuses the statement.",
    cure: "Add the column without a default and UPDATE the rows that have a parent.",
  },
  "unique-index": {
    level: "warning",
    what: "CREATE UNIQUE INDEX on an existing table.",
    why: "It fails if two rows have the same values, which a test on a new database does not show.",
    cure:
      "Remove duplicates in the same revision, or say how you know that there are none. `assert.sql` of the revision before can hold the query that shows it.",
  },
  "add-check": {
    level: "warning",
    what: "ALTER TABLE … ADD CONSTRAINT … CHECK on an existing table.",
    why: "It fails if a row violates the check.",
    cure: "Correct the rows in the same revision, or say how you know that there are none.",
  },
  "set-not-null": {
    level: "warning",
    what: "ALTER COLUMN … SET NOT NULL on an existing table.",
    why: "It fails if a row has NULL there.",
    cure:
      "UPDATE the rows with NULL in the same revision, or say how you know that there are none.",
  },
} as const satisfies LintRules;

type RowCode = keyof typeof ROW_RULES;
type RowReport = Report<RowCode>;

/** Checks both scripts, because a down that adds a column again can fail as an up can. */
export async function judgeRows(subject: LintSubject, report: RowReport): Promise<void> {
  for (const script of scriptsOf(subject)) {
    for (const walked of script.walk) {
      const { mention } = walked;
      if (mention === undefined || isTemporary(mention)) continue;
      if (mention.kind === "alter-table") {
        await judgeAlteration(subject, script, walked, report);
      } else if (mention.kind === "create-index" && isUnique(walked.text)) {
        await judgeUniqueIndex(script, walked, report);
      }
    }
  }
}

async function judgeAlteration(
  { attempt }: LintSubject,
  script: ScriptSubject,
  walked: WalkedStatement,
  report: RowReport,
): Promise<void> {
  const { text, mention, own, statement } = walked;
  const state = own.get(foldName(mention!.name));
  const place = { script: script.direction, at: statement.start };
  const table = displayName(mention!.name);
  const alteration = readAlteration(text);
  if (alteration.kind === "other") return;
  if (alteration.kind !== "add-column") {
    if (state !== undefined || isMended(script, walked, mention!.name)) return;
    const wrong = alteration.kind === "add-check" ? "violates the new CHECK" : "has NULL there";
    report(alteration.kind, place, `Fails if a row of ${table} ${wrong}`);
    return;
  }
  const add = `ALTER TABLE x ADD COLUMN ${alteration.definition}`;
  const words = await attempt(["CREATE TABLE x (a)", "INSERT INTO x VALUES (1)", add]);
  const code = words === undefined ? undefined : codeOf(words);
  if (code !== undefined) {
    if (state !== "empty" || code === "add-unique") report(code, place, says(code, table));
  } else if (state !== "empty" && await refersByDefault(attempt, add)) {
    report("add-references", place, `Every row of ${table} will refer to the column's default`);
  }
}

type Attempt = LintSubject["attempt"];

/**
 * With foreign keys enforced, SQLite refuses an ADD COLUMN whose default would be a foreign key, if the table has rows.
 */
async function refersByDefault(attempt: Attempt, add: string): Promise<boolean> {
  const words = await attempt([
    "PRAGMA foreign_keys = ON",
    "CREATE TABLE x (a)",
    "INSERT INTO x VALUES (1)",
    add,
  ]);
  return words !== undefined && /REFERENCES column with non-NULL default/i.test(words);
}

/** SQLite's messages for statements that fail if the table has rows. */
const WORDS: readonly (readonly [RegExp, RowCode])[] = [
  [/NOT NULL column with default value NULL|NOT NULL constraint failed/i, "add-not-null"],
  [/non-constant default/i, "add-default"],
  [/STORED column/i, "add-stored"],
  [/CHECK constraint failed/i, "default-check"],
  [/UNIQUE column|PRIMARY KEY column/i, "add-unique"],
];

function codeOf(words: string): RowCode | undefined {
  return WORDS.find(([pattern]) => pattern.test(words))?.[1];
}

function says(code: RowCode, table: string): string {
  switch (code) {
    case "add-not-null":
      return `Fails if ${table} has rows: the new column is NOT NULL and they would get NULL`;
    case "add-default":
      return `Fails if ${table} has rows: the new column's default is not constant`;
    case "add-stored":
      return `Fails if ${table} has rows: the new column is generated and STORED`;
    case "default-check":
      return `Fails if ${table} has rows: the new column's default violates its CHECK`;
    default:
      return "Always fails: a new column can be neither UNIQUE nor PRIMARY KEY";
  }
}

async function judgeUniqueIndex(
  script: ScriptSubject,
  walked: WalkedStatement,
  report: RowReport,
): Promise<void> {
  const { mention, own, statement } = walked;
  const { name, on } = mention!;
  if (on === undefined || own.has(foldName(on)) || isMended(script, walked, on)) return;
  const present = await script.before();
  // It is created again with its table, or its table exists only on another branch.
  if (present?.indexes.get(foldName(name))?.unique) return;
  if (present !== undefined && !present.tables.has(foldName(on))) return;
  report(
    "unique-index",
    { script: script.direction, at: statement.start },
    `Fails if two rows of ${displayName(on)} have the same values`,
  );
}

function isUnique(text: string): boolean {
  const reader = new TokenReader(text, { start: 0, end: text.length });
  return reader.accept("CREATE", "UNIQUE");
}

/** Whether an earlier UPDATE or DELETE changed the rows of the table. */
function isMended({ walk }: ScriptSubject, walked: WalkedStatement, table: string): boolean {
  return walk.slice(0, walk.indexOf(walked)).some(({ mention }) =>
    mention !== undefined && FIXING.has(mention.kind) && sameName(mention.name, table)
  );
}

const FIXING: ReadonlySet<string> = new Set(["update", "delete", "replace"]);
