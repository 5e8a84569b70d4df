/** Makes docs/lint.md from the rules of src/lint. */
import { LINT_GROUPS } from "../../src/lint/lint.ts";
import { LARGE } from "../../src/lint/work_rules.ts";
import { formatGenerated } from "./format.ts";

const INTRODUCTION = `# Lint

\`aludel lint\` looks for hazards in the SQL of revisions. It knows the schema that a revision starts from, because it replays the revisions before
it in memory, and it asks SQLite itself if SQLite can decide. It needs no database.

Without a ref it checks the drafts and the revisions that the database has not applied, or all revisions if there is no database. \`--all\` checks all of them,
and refs and ranges select some: \`aludel lint 3f9c:head\`. With \`--database TARGET\` it also counts rows there: a statement that processes
${LARGE.toLocaleString("en")} rows or more is then a finding.

- An **error** fails on a database with rows, or loses something without saying so. The command exits 3.
- A **warning** deserves a second look. \`--strict\` makes it exit 3 too.

Besides the rules below, lint reports everything that a run would refuse, with the codes of [errors.md](errors.md): transaction control, pragmas without effect,
a file that was edited after it was sealed, and a revision that fails when it is replayed (\`replay-failed\`).

## Suppressing findings

In an empty folder, create a table and drop it again:

\`\`\`console
$ aludel init -q
…
$ aludel revision -q -m "create sessions" --rev-id r1
…
$ aludel revision -q -m "drop sessions" --rev-id r2
…
\`\`\`

\`\`\`sql file=migrations/*_r1_create_sessions/up.sql
CREATE TABLE sessions (id INTEGER PRIMARY KEY);
\`\`\`

\`\`\`sql file=migrations/*_r1_create_sessions/down.sql
DROP TABLE sessions;
\`\`\`

\`\`\`sql file=migrations/*_r2_drop_sessions/up.sql
DROP TABLE sessions;
\`\`\`

\`\`\`sql file=migrations/*_r2_drop_sessions/down.sql
CREATE TABLE sessions (id INTEGER PRIMARY KEY);
\`\`\`

\`\`\`console
$ aludel lint
warning[drop-table]: The rows of sessions are lost
  migrations/2026-11-24_r2_drop_sessions/up.sql:1:1
  next: Copy the rows first, or say why they are no longer needed
Checked 2 revisions, no errors, 1 warning.
\`\`\`

A directive in the file suppresses the findings of one rule in that file. A reason is required, and a directive that suppresses nothing is itself a
finding.

\`\`\`sql file=migrations/*_r2_drop_sessions/up.sql
-- aludel: ignore=drop-table nothing has read it for a year
DROP TABLE sessions;
\`\`\`

\`\`\`console
$ aludel lint
Checked 2 revisions, no errors, no warnings, 1 ignored.
\`\`\`

\`-- aludel: allow-loss=NAME reason\` suppresses findings about losses in the rebuild of NAME, because the run allows them.

## For other programs

\`--json\` prints the findings as one document. \`--format github\` prints annotations for GitHub Actions, and \`--format sarif\` prints
SARIF 2.1.0 for code-scanning services.

`;

/** The text of docs/lint.md, formatted. */
export async function lintDocs(): Promise<string> {
  const parts = [INTRODUCTION];
  for (const { title, rules } of LINT_GROUPS) {
    parts.push(`## ${title}\n\n`);
    for (const [code, { level, what, why, cure }] of Object.entries(rules)) {
      parts.push(`### ${code}\n\n`, `${level === "error" ? "Error" : "Warning"}. ${what}\n\n`);
      parts.push(`Why: ${why}\n\n`, `Cure: ${cure}\n\n`);
    }
  }
  return await formatGenerated(parts.join(""), "md");
}
