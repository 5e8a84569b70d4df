/**
 * Writes docs/lint.md from the tables of src/lint, so that every rule is in it and says what the program says.
 *
 * `deno run -A scripts/make_lint_docs.ts` writes; scripts/check_docs.ts compares.
 */
import { LINT_GROUPS } from "../src/lint/lint.ts";
import { LARGE } from "../src/lint/work_rules.ts";
import { formatGenerated } from "./format_generated.ts";

const LINT_FILE = new URL("../docs/lint.md", import.meta.url);

const INTRODUCTION = `# Lint

\`aludel lint\` looks for hazards in the SQL of revisions. It knows the schema that a revision starts from, because it replays the revisions before
it in memory, and it asks SQLite itself where SQLite can judge. It needs no database.

Without a ref it looks at drafts and at what the database has not applied; where there is no database, at everything. \`--all\` looks at everything,
and refs and ranges choose: \`aludel lint 3f9c:head\`. With \`--database TARGET\` it also counts rows there: a statement that goes through
${LARGE.toLocaleString("en")} rows or more is a finding then.

- An **error** fails on a database with rows, or loses something without saying so. The command exits 3.
- A **warning** deserves a second look. \`--strict\` makes it exit 3 too.

Besides the rules below, lint reports what a run would refuse, with the codes of [errors.md](errors.md): transaction control, pragmas without effect,
a file that was edited after it was sealed, and a revision that fails when it is replayed (\`replay-failed\`).

## Findings that are meant

In an empty folder, a table is made and dropped again:

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

A directive in the file takes away the findings of one rule in that file. A reason is required, and a directive that takes away nothing is itself a
finding.

\`\`\`sql file=migrations/*_r2_drop_sessions/up.sql
-- aludel: ignore=drop-table nothing has read it for a year
DROP TABLE sessions;
\`\`\`

\`\`\`console
$ aludel lint
Checked 2 revisions, no errors, no warnings, 1 ignored.
\`\`\`

\`-- aludel: allow-loss=NAME reason\` takes away what lint says of losses in the rebuild of NAME, since it makes the run allow them.

## For other programs

\`--json\` prints the findings as one document. \`--format github\` makes annotations of them in GitHub Actions, and \`--format sarif\` prints
SARIF 2.1.0, which code-scanning services take.

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

if (import.meta.main) await Deno.writeTextFile(LINT_FILE, await lintDocs());
