import { type Connection, SqlError } from "../../db/connection.ts";
import { AludelError } from "../../errors.ts";
import { findRule } from "../../lint/lint.ts";
import { lintRevision } from "../../proof/lint_revisions.ts";
import { foldName, quoteName } from "../../sql/identifier.ts";
import { shell } from "../../text/next_step.ts";
import { defineCommand } from "../arguments/command.ts";
import { DATABASE_FLAG } from "../arguments/flag.ts";
import { FORMAT_FLAG, printFindings } from "../render/finding.ts";
import { openReplay } from "../session/replay.ts";
import { chooseRevisions } from "../session/revisions.ts";
import { Session } from "../session/session.ts";

/** Counts rows of a database's tables, each table once and when it is first asked for. */
function rowCounter(
  connection: Connection | null,
): (table: string) => Promise<number | undefined> {
  const known = new Map<string, Promise<number | undefined>>();
  return (table) => {
    const key = foldName(table);
    let count = known.get(key);
    if (count === undefined) known.set(key, count = countRows(connection, table));
    return count;
  };
}

async function countRows(
  connection: Connection | null,
  table: string,
): Promise<number | undefined> {
  try {
    const [row] = await connection?.query(`SELECT count(*) AS n FROM main.${quoteName(table)}`) ??
      [];
    return row === undefined ? undefined : Number(row["n"]);
  } catch (error) {
    // Not there yet, or a virtual table of a module that is not here.
    if (error instanceof SqlError) return undefined;
    throw error;
  }
}

export const command = defineCommand({
  name: "lint",
  description: [
    "Looks for hazards in the SQL of revisions: lost data, statements that work only on empty tables, things that a rebuild forgets, missing ways back. Every rule has a code; docs/lint.md explains each.",
    "Without REF it looks at the drafts and at what the database has not applied, or at everything if there is no database. --all looks at everything. With --database, that database also tells how many rows a statement would process.",
    "To suppress a finding, say why in the file itself: -- aludel: ignore=drop-table nothing has read it for a year. Exits 3 if there is an error; with --strict, a warning is enough.",
  ],
  flags: {
    all: { kind: "switch", help: "look at every revision" },
    strict: { kind: "switch", help: "exit 3 on warnings too" },
    ...FORMAT_FLAG,
    ...DATABASE_FLAG,
  },
  positional: [
    {
      name: "REF",
      help: "what to look at: refs or ranges (default: drafts and what is pending)",
      optional: true,
      many: true,
    },
  ],
  examples: [
    { command: "aludel lint", says: "looks at what is not finished or not applied" },
    { command: "aludel lint 3f9c:head", says: "looks at a range" },
    {
      command: "aludel lint -d production",
      says: "looks at what is pending there, with row counts",
    },
    { command: "aludel lint --all --format sarif", says: "for tools that collect findings" },
  ],
  async run(context, flags, refs) {
    const { ui } = context;
    const format = flags.format ?? "text";
    refuseContradictions(flags, refs, format);
    const session = new Session(context, flags);
    const choice = flags.all ? "all" : "unfinished";
    const { ids, database } = await chooseRevisions(session, refs, choice);
    const { tree, sources, scratch } = openReplay(session);
    await using connection = flags.database === undefined
      ? null
      : await database?.access.look() ?? null;
    const rows = rowCounter(connection);
    const lints = [];
    for (const id of ids) {
      lints.push(
        await lintRevision(id, {
          tree,
          scratch,
          sourceOf: sources.of,
          sqlite: session.settings.sqlite,
          rows,
        }),
      );
    }
    const findings = lints.flatMap((one) => one.findings);
    const ignored = lints.reduce((sum, one) => sum + one.ignored, 0);
    const errors = findings.filter(({ level }) => level === "error").length;
    const failed = errors > 0 || (flags.strict && findings.length > 0);
    ui.json({ ok: !failed, revisions: ids, findings, ignored });
    printFindings(ui, findings, format, findRule);
    const parts = [
      `${ids.length} ${ids.length === 1 ? "revision" : "revisions"}`,
      ...(ids.length === 0
        ? []
        : [count(errors, "error"), count(findings.length - errors, "warning")]),
      ...(ignored > 0 ? [`${ignored} ignored`] : []),
    ];
    ui.notice(`Looked at ${parts.join(", ")}.`);
    return failed ? 3 : 0;
  },
});

function count(number: number, what: string): string {
  return `${number === 0 ? "no" : number} ${what}${number === 1 ? "" : "s"}`;
}

function refuseContradictions(
  flags: { readonly json: boolean; readonly all: boolean },
  refs: readonly string[],
  format: string,
): void {
  const pair = flags.json && format !== "text"
    ? ["--json", `--format ${format}`]
    : flags.all && refs.length > 0
    ? ["--all", "REF"]
    : undefined;
  if (pair === undefined) return;
  throw new AludelError("usage", `"${pair[0]}" and "${pair[1]}" exclude each other`, {
    next: [shell`aludel lint --help`],
  });
}
