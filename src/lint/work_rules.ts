import { displayName, foldName } from "../sql/identifier.ts";
import {
  findFate,
  isTemporary,
  type LintRules,
  type LintSubject,
  readAlteration,
  type Report,
  type ScriptSubject,
  type WalkedStatement,
} from "./subject.ts";

/** Statements that take long on a large table. */
export const WORK_RULES = {
  "repeated-rewrites": {
    level: "warning",
    what: "Several DROP COLUMN on one table.",
    why: "Each of them rewrites the whole table.",
    cure: "Rebuild the table once instead; autogenerate does so if it is cheaper.",
  },
  "large-table": {
    level: "warning",
    what:
      "A statement reads or writes every row of a table that is large in the database named by `--database`.",
    why:
      "No other process can write to the database until it ends, and the write-ahead log grows with it.",
    cure: "A rehearsal measures on a copy how long it takes.",
  },
} as const satisfies LintRules;

type WorkReport = Report<keyof typeof WORK_RULES>;

/** Minimum number of rows of a large table. */
export const LARGE = 100_000;

/** Judges the up. */
export async function judgeWork({ up, rows }: LintSubject, report: WorkReport): Promise<void> {
  judgeRewrites(up, report);
  for (const walked of up.walk) {
    const named = workedOn(walked);
    if (named === undefined || walked.own.has(foldName(named))) continue;
    const table = findFate(up, named)?.before ?? named;
    const count = await rows(table);
    if (count === undefined || count < LARGE) continue;
    report(
      "large-table",
      { script: "up", at: walked.statement.start },
      `Reads or writes all ${count.toLocaleString("en")} rows of ${displayName(table)}`,
    );
  }
}

function judgeRewrites({ walk }: ScriptSubject, report: WorkReport): void {
  const drops = Map.groupBy(
    walk.filter(({ mention, own }) =>
      mention?.kind === "drop-column" && !own.has(foldName(mention.name))
    ),
    ({ mention }) => foldName(mention!.name),
  );
  for (const [, [first, ...more]] of drops) {
    if (more.length === 0) continue;
    report(
      "repeated-rewrites",
      { script: "up", at: first!.statement.start },
      `${displayName(first!.mention!.name)} is rewritten ${more.length + 1} times`,
    );
  }
}

/** The table whose every row a statement goes through: the cost classes scan and rewrite of docs/rebuild.md. */
function workedOn({ mention, text }: WalkedStatement): string | undefined {
  if (mention === undefined || isTemporary(mention)) return undefined;
  switch (mention.kind) {
    case "create-index":
      return mention.on;
    case "drop-table":
    case "drop-column":
      return mention.name;
    case "update":
    case "delete":
      return mention.limited ? undefined : mention.name;
    case "alter-table": {
      const { kind } = readAlteration(text);
      return kind === "add-check" || kind === "set-not-null" ? mention.name : undefined;
    }
    default:
      return undefined;
  }
}
