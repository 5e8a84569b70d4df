import { drawGraph, drawingWidth, layLanes } from "../../graph/drawing.ts";
import { rangeNeedsApplied, resolveRange } from "../../graph/resolve_ref.ts";
import { parseRange } from "../../graph/ref.ts";
import type { RevisionId } from "../../graph/revision.ts";
import { defineCommand } from "../arguments/command.ts";
import { findRevisions } from "../session/revisions.ts";
import { Session } from "../session/session.ts";
import { DATABASE_FLAG } from "../arguments/flag.ts";
import { RevisionPrinter } from "../render/revision.ts";
import { shell } from "../../text/next_step.ts";

export const command = defineCommand({
  name: "history",
  description: [
    "Lists revisions, newest first: PARENT -> REVISION (branch) (marks), message.",
    "A range A:B includes A, B and everything between them; either end may be left out. Both are refs: -3:current, 3f9c:head, billing@base:. The database is read only for -i, and for refs that depend on it.",
  ],
  flags: {
    revRange: { kind: "text", alias: "r", value: "A:B", help: "only the revisions of a range" },
    verbose: { kind: "switch", alias: "v", help: "print all details" },
    indicateCurrent: {
      kind: "switch",
      alias: "i",
      help: "mark the revisions that the database is at, and list those that only it has",
    },
    graph: { kind: "switch", help: "draw how the revisions are connected" },
    ascii: { kind: "switch", help: "draw with ASCII characters (implies --graph)" },
    ...DATABASE_FLAG,
  },
  positional: [],
  examples: [
    { command: "aludel history", says: "prints a line for each revision" },
    {
      command: "aludel history -r-3:current",
      says: "the current revision and the three before it",
    },
    { command: "aludel history -r base:3f9c -v", says: "everything up to 3f9c, in full" },
    { command: "aludel history --graph -i", says: "draws the branches and where you are" },
  ],
  async run(context, flags) {
    const { ui } = context;
    const range = flags.revRange === undefined ? undefined : parseRange(flags.revRange);
    const needsDatabase = flags.indicateCurrent ||
      (range !== undefined && rangeNeedsApplied(range));
    const session = new Session(context, flags);
    const { ids: found, catalogue } = await findRevisions(
      session,
      needsDatabase,
      ({ graph, applied, onDisk }) =>
        range === undefined ? graph.ids : resolveRange(graph, range, { applied, onDisk }),
    );
    const ids = found.toReversed();
    const { graph } = catalogue;
    const printer = new RevisionPrinter(catalogue, session.folder, ui.style, {
      current: flags.indicateCurrent,
    });
    const block = (id: RevisionId) => printer.block(id);
    if (ui.wantsJson) {
      ui.json({ revisions: ids.map((id) => printer.json(id)) });
    } else if (ids.length === 0) {
      ui.notice(graph.size === 0 ? "There are no revisions yet." : "No revision is in this range.");
      if (graph.size === 0) ui.hint(shell`aludel revision -m "create events table"`);
    } else if (flags.graph || flags.ascii) {
      const rows = layLanes(graph, ids);
      const drawn = drawingWidth(rows) + 2;
      const drawing = drawGraph(rows, {
        glyphs: flags.ascii ? "ascii" : "unicode",
        mark: (id) => printer.marks(id).includes("current") ? "@" : flags.ascii ? "*" : "●",
        text: (id) =>
          flags.verbose
            ? [...block(id).split("\n"), ""]
            : ui.answerLines(printer.summary(id), drawn),
      });
      ui.data(drawing.join("\n"));
    } else if (flags.verbose) {
      ui.data(ids.map(block).join("\n\n"));
    } else {
      ui.data(ids.map((id) => printer.line(id)).join("\n"));
    }
  },
});
