import { AludelError } from "../../errors.ts";
import { parseRef } from "../../graph/ref.ts";
import { resolveRef } from "../../graph/resolve_ref.ts";
import { messageOf } from "../../project/catalogue.ts";
import { inspectRevision } from "../../project/inspect_revision.ts";
import { defineCommand } from "../command.ts";
import { openDiskCatalogue } from "../open_catalogue.ts";
import { blockText, revisionFields } from "../revision_block.ts";
import { revisionJson } from "../revision_json.ts";
import { Marks } from "../revision_line.ts";
import { sealField } from "../seal_field.ts";

export const command = defineCommand({
  name: "show",
  description: ["Shows what is known of a revision, with its files and whether they are sealed."],
  flags: {
    verbose: { kind: "switch", alias: "v", help: "print the SQL of its files too" },
  },
  positional: [{ name: "REF", help: "the revision: an id or its beginning, head, current, …" }],
  examples: [
    { command: "aludel show 3f9c", says: "the revision whose id begins so" },
    { command: "aludel show head -v", says: "the newest one with its SQL" },
  ],
  async run(context, flags, [text = ""]) {
    const { ui } = context;
    const ref = parseRef(text);
    const { project, catalogue } = openDiskCatalogue(context, flags);
    const { applied, onDisk, graph } = catalogue;
    const ids = resolveRef(graph, ref, { applied, onDisk, purpose: "look" });
    if (ids.length === 0) {
      throw new AludelError("ref-not-found", `"${text}" names no revision`, {
        next: graph.size === 0 ? ['aludel revision -m "create events table"'] : ["aludel history"],
      });
    }
    const marks = new Marks(catalogue);
    const found = [];
    for (const id of ids) {
      const entry = catalogue.entries.get(id);
      found.push({ id, files: entry && await inspectRevision(project.files, entry) });
    }
    ui.json({
      revisions: found.map(({ id, files }) => ({
        ...revisionJson(catalogue, marks, id),
        seal: files?.verdict ?? null,
        files: { up: files?.up?.file ?? null, down: files?.down?.file ?? null },
        ...(flags.verbose && {
          sql: { up: files?.up?.text ?? null, down: files?.down?.text ?? null },
        }),
      })),
    });
    const blocks = found.map(({ id, files }) => {
      const fields = revisionFields(catalogue, marks, id, project.files.name, ui.style);
      const message = messageOf(catalogue, id);
      if (files === undefined) return blockText(fields, message);
      const block = blockText([...fields, ...sealField(files)], message);
      const sql = flags.verbose ? [files.up, files.down] : [];
      return [
        block,
        ...sql.flatMap((file) =>
          file === null ? [] : [`${ui.style.bold(file.file)}\n${file.text}`]
        ),
      ].join("\n\n").trimEnd();
    });
    ui.data(blocks.join("\n\n"));
  },
});
