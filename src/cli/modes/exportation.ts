import { AludelError } from "../../errors.ts";
import { parseRange } from "../../graph/ref.ts";
import { resolveRange } from "../../graph/resolve_ref.ts";
import type { RevisionId } from "../../graph/revision.ts";
import { host } from "../../host/mod.ts";
import {
  type Export,
  EXPORT_FORMATS,
  exportedRevision,
  type ExportFormat,
  exportModule,
  exportRevisions,
  MODULE_FILE,
  MODULE_MARK,
} from "../../import/export_project.ts";
import { formatManifest } from "../../manifest/manifest.ts";
import { pathExists, resolvePath, writeAtomically } from "../../project/workspace/files.ts";
import { RevisionTexts } from "../../project/workspace/revision_texts.ts";
import type { Workspace } from "../../project/workspace/workspace.ts";
import { closest } from "../../text/closest.ts";
import { again, say, shell } from "../../text/next_step.ts";
import type { CommandContext } from "../arguments/command.ts";
import { Session, type SessionFlags } from "../session/session.ts";
import { noticesJson } from "../render/answer.ts";

/**
 * Writes the revisions for another tool, or as a module, for `export`.
 * @throws {AludelError} `usage`, `project-missing`, `export-empty`, `export-exists`, `export-failed`,
 * `file-unwritable`;   `revision-edited` and similar errors for an edited file.
 */
export function exportProject(
  context: CommandContext,
  word: string,
  range: string | undefined,
  flags: SessionFlags & { readonly out: string | undefined },
): void {
  const { ui, runtime } = context;
  const format = formatOf(word);
  if (flags.out === undefined || flags.out.trim() === "") {
    throw new AludelError("usage", '"--out" is missing: it names the place to write to', {
      next: [again`--out ${format === "embed" ? `src/${MODULE_FILE}` : "exported"}`],
    });
  }
  if (format === "embed" && range !== undefined) {
    throw new AludelError(
      "usage",
      "A module always has all revisions, because an application may upgrade from any",
      {
        next: [shell`aludel export embed --out ${flags.out}`],
      },
    );
  }
  const { workspace } = new Session(context, flags);
  if (workspace.graph.ids.length === 0) {
    throw new AludelError("export-empty", "The project has no revisions", {
      next: [shell`aludel revision -m MESSAGE`],
    });
  }
  const isModule = format === "embed" && /\.[cm]?[jt]s$/.test(flags.out);
  const out = resolvePath(flags.out.replace(/(?<=.)[/\\]+$/, ""), runtime.cwd);
  const folder = isModule ? out.replace(/[/\\][^/\\]*$/, "") || "/" : out;
  const { files, versions, notices } = format === "embed"
    ? embedding(workspace, isModule ? out.slice(folder.length).replace(/^[/\\]/, "") : MODULE_FILE)
    : exportRange(format, workspace, range);
  for (const name of files.keys()) refuseOverwriting(`${folder}/${name}`, format);
  host.files.makeFolder(folder, { recursive: true });
  for (const [name, text] of files) writeAtomically(`${folder}/${name}`, text);
  const drafts = workspace.manifest.revisions.filter(({ up }) => up === null).length;
  const told = [
    ...notices,
    ...drafts === 0 ? [] : [`${drafts === 1 ? "1 draft is" : `${drafts} drafts are`} in it`],
  ];
  ui.json({
    tool: format,
    folder,
    files: [...files.keys()],
    revisions: versions,
    notices: noticesJson(told),
  });
  for (const name of files.keys()) ui.data(`created   ${isModule ? flags.out : name}`);
  for (const notice of told) ui.notice(notice);
}

function formatOf(word: string): ExportFormat {
  const format = EXPORT_FORMATS.find((one) => one === word);
  if (format !== undefined) return format;
  const near = closest(word, EXPORT_FORMATS);
  throw new AludelError("usage", `There is no export format "${word}"`, {
    notes: [`The formats are ${EXPORT_FORMATS.join(", ")}`],
    next: [
      near === undefined ? shell`aludel export --help` : shell`aludel export ${near} --out DIR`,
    ],
  });
}

/** Resolves a range. @param range As typed; undefined for all revisions. */
function exportRange(
  format: Exclude<ExportFormat, "embed">,
  workspace: Workspace,
  range: string | undefined,
): Export {
  const { graph } = workspace;
  if (range === undefined) return exportRevisions(format, revisionsOf(workspace, graph.ids), graph);
  const asked = parseRange(range.includes(":") ? range : `${range}:${range}`);
  const onDisk = new Set(workspace.entries.keys());
  const chosen = new Set(resolveRange(graph, asked, { applied: new Set<string>(), onDisk }));
  const ids = graph.ids.filter((id) => chosen.has(id));
  const before = graph.ids.filter((id) =>
    !chosen.has(id) && ids.some((one) => graph.parentsOf(one).includes(id))
  );
  const made = exportRevisions(format, revisionsOf(workspace, ids), graph);
  if (before.length === 0) return made;
  const notice = `They continue from ${before.join(", ")}: a database needs its schema first`;
  return { ...made, notices: [...made.notices, notice] };
}

function revisionsOf({ entries, files }: Workspace, ids: readonly RevisionId[]) {
  return ids.map((id) => {
    const entry = entries.get(id)!;
    const { up, down } = new RevisionTexts(files, entry).requireIntact();
    return exportedRevision(entry, up, down);
  });
}

function embedding({ manifest, graph, entries, files }: Workspace, name: string) {
  const texts = new Map<string, string>();
  for (const id of graph.ids) {
    const entry = entries.get(id)!;
    const { up, down } = new RevisionTexts(files, entry).requireIntact();
    texts.set(`${entry.dir}/up.sql`, up.text);
    if (down !== null) texts.set(`${entry.dir}/down.sql`, down.text);
  }
  return {
    files: new Map([[name, exportModule(formatManifest(manifest), texts)]]),
    versions: graph.ids.map((id) => ({ id, version: id })),
    notices: [],
  };
}

function refuseOverwriting(path: string, format: ExportFormat): void {
  if (!pathExists(path)) return;
  if (format === "embed" && host.files.readText(path).startsWith(MODULE_MARK)) return;
  throw new AludelError("export-exists", `"${path}" is there already`, {
    place: { file: path },
    outcome: "Nothing was written",
    next: [say("Name another folder, or remove the file")],
  });
}
