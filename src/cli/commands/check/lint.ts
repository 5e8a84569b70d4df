import { type Connection, unlessRefused } from "../../../db/connection.ts";
import { plural } from "../../../text/layout.ts";
import { AludelError } from "../../../errors.ts";
import { findRule } from "../../../lint/lint.ts";
import { lintRevision } from "../../../proof/lint_revisions.ts";
import { foldName, quoteName } from "../../../sql/identifier.ts";
import { shell } from "../../../text/next_step.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { FORMAT_FLAG, printFindings } from "../../render/finding.ts";
import { openReplay } from "../../session/replay.ts";
import { chooseRevisions } from "../../session/revisions.ts";
import { Session } from "../../session/session.ts";
import { findingJson } from "../../render/answer.ts";
import { messageOf } from "../../../project/workspace/catalogue.ts";

/** Counts the rows of a database's tables on demand, each table once. */
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
  // SQLite refuses this if the table does not exist yet, or if its module is missing.
  const rows = await unlessRefused(async () =>
    await connection?.query(`SELECT count(*) AS n FROM main.${quoteName(table)}`) ?? []
  );
  return rows?.[0] && Number(rows[0]["n"]);
}

export const command = defineCommand({
  name: "lint",
  description: [
    "Looks for hazards in the SQL of revisions: lost data, statements that work only on empty tables, things that a rebuild forgets, missing ways back. Every rule has a code; docs/lint.md explains each.",
    "Without REF it checks the drafts and the revisions that the database has not applied, or all revisions if there is no database. --all checks all of them. With --database, findings also say how many rows of that database a statement would process.",
    "To suppress a finding, give the reason in the file itself: -- aludel: ignore=drop-table nothing has read it for a year. Exits 3 if there is an error; with --strict, a warning is enough.",
  ],
  flags: {
    all: { kind: "switch", help: "check every revision" },
    strict: { kind: "switch", help: "exit 3 on warnings too" },
    ...FORMAT_FLAG,
    ...DATABASE_FLAG,
  },
  positional: [
    {
      name: "REF",
      help: "refs or ranges to check (default: drafts and pending revisions)",
      optional: true,
      many: true,
    },
  ],
  examples: [
    { command: "aludel lint", says: "checks drafts and pending revisions" },
    { command: "aludel lint 3f9c:head", says: "checks a range" },
    {
      command: "aludel lint -d production",
      says: "checks what is pending there, with row counts",
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
    const tree = openReplay(session);
    await using connection = flags.database === undefined
      ? null
      : await database?.access.look() ?? null;
    const rows = rowCounter(connection);
    const lints = [];
    for (const id of ids) {
      lints.push(await lintRevision(id, { tree, sqlite: session.settings.sqlite, rows }));
    }
    const findings = lints.flatMap((one) => one.findings);
    const ignored = lints.reduce((sum, one) => sum + one.ignored, 0);
    const errors = findings.filter(({ level }) => level === "error").length;
    const failed = errors > 0 || (flags.strict && findings.length > 0);
    ui.json({
      clean: !failed,
      revisions: ids.map((id) => ({ id, message: messageOf(session.catalogue, id) })),
      findings: findings.map(findingJson),
      ignored,
    });
    printFindings(ui, findings, format, findRule);
    const parts = [
      plural(ids.length, "revision"),
      ...(ids.length === 0
        ? []
        : [count(errors, "error"), count(findings.length - errors, "warning")]),
      ...(ignored > 0 ? [`${ignored} ignored`] : []),
    ];
    ui.notice(`Checked ${parts.join(", ")}.`);
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
