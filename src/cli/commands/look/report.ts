import { AludelError } from "../../../errors.ts";
import { revisionsAtBase } from "../../../git/base.ts";
import { gitFolder } from "../../../git/git.ts";
import { parseRange } from "../../../graph/ref.ts";
import { resolveRange } from "../../../graph/resolve_ref.ts";
import type { RevisionId } from "../../../graph/revision.ts";
import type { Catalogue } from "../../../project/workspace/catalogue.ts";
import { pathExists, resolvePath, writeAtomically } from "../../../project/workspace/files.ts";
import { PAGE_BEGIN } from "../../../report/page_style.ts";
import { host } from "../../../host/mod.ts";
import { megabytes, plural } from "../../../text/layout.ts";
import { again, shell } from "../../../text/next_step.ts";
import { defineCommand } from "../../arguments/command.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { Session } from "../../session/session.ts";

export const command = defineCommand({
  name: "report",
  description: [
    "Describes revisions, by default all of them: what each one changes in the schema, its SQL, its hazards, and its proof if it was proven before. If there is a database, also its current revisions and its drift.",
    "--out writes one HTML page that needs no network: the graph, each revision with a diagram of the tables that it changes, the schema at any revision, search. --markdown prints a summary for the comment on a pull request: revisions oldest first, with a diagram of the tables that each one touches.",
  ],
  flags: {
    out: { kind: "text", value: "FILE", help: "write a page of HTML" },
    markdown: { kind: "switch", help: "print a summary in GitHub's Markdown" },
    since: {
      kind: "text",
      value: "REF",
      help: "only revisions that the merge base of HEAD and this git ref lacks",
    },
    ...DATABASE_FLAG,
  },
  positional: [{ name: "RANGE", help: "revisions A:B (default: all)", optional: true }],
  examples: [
    { command: "aludel report --out report.html", says: "a page of all revisions" },
    { command: "aludel report --markdown 3f9c:", says: "3f9c and what follows it" },
    {
      command: "aludel report --markdown --since origin/main",
      says: "describes the ones of a pull request",
    },
  ],
  async run(context, flags, [text]) {
    const { ui } = context;
    const { out } = flags;
    if (flags.markdown === (out !== undefined)) throw wrongForm(flags.markdown);
    if (text !== undefined && flags.since !== undefined) {
      throw new AludelError("usage", `"${text}" and "--since" exclude each other`, {
        next: [shell`aludel report --help`],
      });
    }
    const session = new Session(context, flags);
    const choose = await chooser(session, text, flags.since);
    const { gatherReport } = await import("../../modes/reporting.ts");
    const report = await gatherReport(session, choose);
    const revisions = report.revisions.map(({ id, message }) => ({ id, message }));
    if (out === undefined) {
      const { markdownText } = await import("../../../report/markdown.ts");
      const markdown = markdownText(report);
      ui.json({ revisions, out: null, markdown });
      return ui.script(markdown);
    }
    const { htmlText } = await import("../../../report/html.ts");
    const path = resolvePath(out, context.runtime.cwd);
    refuseOther(path, out);
    const html = await htmlText(report);
    writeAtomically(path, html);
    ui.json({ revisions, out, markdown: null });
    ui.data(out);
    ui.notice(
      `${plural(revisions.length, "revision")}, ${megabytes(html.length)}.`,
    );
  },
});

function wrongForm(both: boolean): AludelError {
  return both
    ? new AludelError("usage", '"--out" and "--markdown" exclude each other', {
      next: [shell`aludel report --help`],
    })
    : new AludelError("usage", "The form of the report is missing", {
      next: [again`--out report.html`, again`--markdown`],
    });
}

/** @throws {AludelError} `report-exists` if the file exists and is not a page written by Aludel. */
function refuseOther(path: string, name: string): void {
  if (!pathExists(path)) return;
  if (host.files.stat(path).isFile) {
    using file = host.files.open(path, { read: true });
    const head = new Uint8Array(PAGE_BEGIN.length);
    const length = file.read(head);
    if (length === null || new TextDecoder().decode(head) === PAGE_BEGIN) return;
  }
  throw new AludelError("report-exists", `"${name}" is there already, and is no report`, {
    place: { file: name },
    outcome: "Nothing was written",
    next: [again`--out report.html`],
  });
}

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
