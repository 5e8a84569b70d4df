import { parseRange } from "../../graph/ref.ts";
import { resolveRange } from "../../graph/resolve_range.ts";
import { messageOf } from "../../project/catalogue.ts";
import { defineCommand } from "../command.ts";
import { openDiskCatalogue } from "../open_catalogue.ts";
import { blockText, revisionFields } from "../revision_block.ts";
import { revisionJson } from "../revision_json.ts";
import { Marks, revisionLine } from "../revision_line.ts";

export const command = defineCommand({
  name: "history",
  description: [
    "Lists revisions, newest first: PARENT -> REVISION (branch) (marks), message.",
    "A range A:B holds A, B and what is between them; either end may be left out. Its ends are refs: -3:current, 3f9c:head, billing@base:.",
  ],
  flags: {
    revRange: { kind: "text", alias: "r", value: "A:B", help: "only the revisions of a range" },
    verbose: { kind: "switch", alias: "v", help: "print all that is known of each" },
  },
  positional: [],
  examples: [
    { command: "aludel history", says: "prints a line for each revision" },
    { command: "aludel history -r-3:current", says: "the last three that are applied" },
    { command: "aludel history -r base:3f9c -v", says: "everything up to 3f9c, in full" },
  ],
  // deno-lint-ignore require-await
  async run(context, flags) {
    const { ui } = context;
    const range = flags.revRange === undefined ? undefined : parseRange(flags.revRange);
    const { project, catalogue } = openDiskCatalogue(context, flags);
    const { applied, onDisk, graph } = catalogue;
    const found = range === undefined ? graph.ids : resolveRange(graph, range, { applied, onDisk });
    const ids = found.toReversed();
    const marks = new Marks(catalogue);
    if (ui.wantsJson) {
      ui.json({ revisions: ids.map((id) => revisionJson(catalogue, marks, id)) });
    } else if (ids.length === 0) {
      ui.notice(graph.size === 0 ? "There are no revisions yet." : "No revision is in this range.");
      if (graph.size === 0) ui.hint('next: aludel revision -m "create events table"');
    } else if (flags.verbose) {
      const blocks = ids.map((id) =>
        blockText(
          revisionFields(catalogue, marks, id, project.files.name, ui.style),
          messageOf(catalogue, id),
        )
      );
      ui.data(blocks.join("\n\n"));
    } else {
      ui.data(ids.map((id) => revisionLine(catalogue, marks, id, ui.style)).join("\n"));
    }
  },
});
