import { AludelError } from "../../../errors.ts";
import { revisionsAtBase } from "../../../git/base.ts";
import { gitFolder } from "../../../git/git.ts";
import { parseRange } from "../../../graph/ref.ts";
import { resolveRange } from "../../../graph/resolve_ref.ts";
import type { RevisionId } from "../../../graph/revision.ts";
import type { Catalogue } from "../../../project/workspace/catalogue.ts";
import { again, shell } from "../../../text/next_step.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { Session } from "../../session/session.ts";

export const command = defineCommand({
  name: "report",
  description: [
    "Describes revisions, by default all of them: what each one changes in the schema, its SQL, its hazards, and its proof if it was proven before. If there is a database, also where it is, and its drift.",
    "--markdown prints a summary for the comment on a pull request: revisions oldest first, with a diagram of the tables that each one touches.",
  ],
  flags: {
    markdown: { kind: "switch", help: "print a summary in GitHub's Markdown" },
    since: {
      kind: "text",
      value: "REF",
      help: "only revisions that HEAD has got since it left this ref of git",
    },
    ...DATABASE_FLAG,
  },
  positional: [{ name: "RANGE", help: "revisions A:B (default: all)", optional: true }],
  examples: [
    { command: "aludel report --markdown", says: "describes all revisions" },
    {
      command: "aludel report --markdown --since origin/main",
      says: "describes the ones of a pull request",
    },
  ],
  async run(context, flags, [text]) {
    const { ui } = context;
    if (!flags.markdown) {
      throw new AludelError("usage", "The form of the report is missing", {
        next: [again`--markdown`],
      });
    }
    if (text !== undefined && flags.since !== undefined) {
      throw new AludelError("usage", `"${text}" and "--since" exclude each other`, {
        next: [shell`aludel report --help`],
      });
    }
    const session = new Session(context, flags);
    const choose = await chooser(session, text, flags.since);
    const { gatherReport } = await import("../../modes/reporting.ts");
    const report = await gatherReport(session, choose);
    const { markdownText } = await import("../../../report/markdown.ts");
    const markdown = markdownText(report);
    const revisions = report.revisions.map(({ id, message }) => ({ id, message }));
    ui.json({ revisions, out: null, markdown });
    ui.script(markdown);
  },
});

/** @throws {AludelError} An error of the area `ref` or `git`. */
async function chooser(
  session: Session,
  text: string | undefined,
  since: string | undefined,
): Promise<(catalogue: Catalogue) => readonly RevisionId[]> {
  if (since !== undefined) {
    const folder = gitFolder(session.project.migrations);
    const before = await revisionsAtBase(folder, since);
    return ({ graph, onDisk }) => graph.ids.filter((id) => onDisk.has(id) && !before.has(id));
  }
  if (text === undefined) return ({ graph }) => graph.ids;
  const range = parseRange(text);
  return ({ graph, applied, onDisk }) => resolveRange(graph, range, { applied, onDisk });
}
