import { drawGraph, drawingWidth, layLanes } from "../../../graph/drawing.ts";
import { rangeNeedsApplied, resolveRange } from "../../../graph/resolve_ref.ts";
import { parseRange } from "../../../graph/ref.ts";
import type { RevisionId } from "../../../graph/revision.ts";
import { defineCommand } from "../../arguments/command.ts";
import { findRevisions } from "../../session/revisions.ts";
import { openDatabaseIfPossible } from "../../session/database.ts";
import type { Catalogue } from "../../../project/workspace/catalogue.ts";
import type { Style } from "../../terminal/style.ts";
import { page, PAGER_FLAG } from "../../terminal/pager.ts";
import { Session } from "../../session/session.ts";
import { DATABASE_FLAG } from "../../arguments/flag.ts";
import { RevisionPrinter } from "../../render/revision.ts";
import { shell } from "../../../text/next_step.ts";

/** The colour of a lane: adjacent lanes differ. Red and green have other meanings. */
function laneColour(lane: number, { cyan, magenta, blue }: Style): (text: string) => string {
  return [cyan, magenta, blue][lane % 3]!;
}

export const command = defineCommand({
  name: "history",
  description: [
    "Lists revisions, newest first: PARENT -> REVISION (branch) (marks), message.",
    "A range A:B includes A, B and everything between them; either end may be left out. Both are refs: -3:current, 3f9c:head, billing@base:. The database is read only for -i and --graph, and for refs that depend on it. --graph draws @ for a revision that the database is at, ● for one that is applied and ○ for one that is pending; dependencies are dotted. It does not mark anything if there is no database.",
  ],
  flags: {
    revRange: { kind: "text", alias: "r", value: "A:B", help: "only the revisions of a range" },
    verbose: { kind: "switch", alias: "v", help: "print all details" },
    indicateCurrent: {
      kind: "switch",
      alias: "i",
      help: "mark the revisions that the database is at, and list those that only it has",
    },
    limit: { kind: "number", alias: "n", value: "N", help: "only the newest N" },
    graph: { kind: "switch", help: "draw how the revisions are connected" },
    ascii: { kind: "switch", help: "draw with ASCII characters (implies --graph)" },
    ...DATABASE_FLAG,
    ...PAGER_FLAG,
  },
  positional: [],
  examples: [
    { command: "aludel history", says: "prints a line for each revision" },
    {
      command: "aludel history -r-3:current",
      says: "the current revision and the three before it",
    },
    { command: "aludel history -r base:3f9c -v", says: "everything up to 3f9c, in full" },
    { command: "aludel history --graph -n 20", says: "draws the newest 20 and where you are" },
  ],
  async run(context, flags) {
    const { ui } = context;
    const range = flags.revRange === undefined ? undefined : parseRange(flags.revRange);
    const needsDatabase = flags.indicateCurrent ||
      (range !== undefined && rangeNeedsApplied(range));
    const session = new Session(context, flags);
    const draws = flags.graph || flags.ascii;
    const find = ({ graph, applied, onDisk }: Catalogue) =>
      range === undefined ? graph.ids : resolveRange(graph, range, { applied, onDisk });
    const looked = draws ? await openDatabaseIfPossible(session, needsDatabase) : undefined;
    const { ids: found, catalogue } = looked === undefined
      ? await findRevisions(session, needsDatabase, find)
      : { ids: find(looked.catalogue), catalogue: looked.catalogue };
    // If the database was not read, the catalogue is the session's.
    const looks = looked === undefined
      ? needsDatabase || session.database !== undefined || catalogue.records.size > 0
      : looked.database !== undefined;
    const present = looked?.database?.present === true;
    const ids = found.toReversed().slice(0, flags.limit);
    const { graph, applied } = catalogue;
    const printer = new RevisionPrinter(
      catalogue,
      session.folder,
      ui.style,
      !looks ? "unread" : flags.indicateCurrent || present ? "marked" : "unmarked",
    );
    const block = (id: RevisionId) => printer.block(id);
    if (ui.wantsJson) {
      ui.json({
        current: looks ? graph.headsOf(applied, "parents") : null,
        revisions: ids.map((id) => printer.json(id)),
      });
    } else if (ids.length === 0) {
      ui.notice(graph.size === 0 ? "There are no revisions yet." : "No revision is in this range.");
      if (graph.size === 0) ui.hint(shell`aludel revision -m "create events table"`);
    } else if (draws) {
      const rows = layLanes(graph, ids);
      const drawn = drawingWidth(rows) + 2;
      const drawing = drawGraph(rows, {
        glyphs: flags.ascii ? "ascii" : "unicode",
        mark: (id) => {
          if (printer.marks(id).includes("current")) return "@";
          const isPending = present && !applied.has(id);
          return flags.ascii ? (isPending ? "o" : "*") : isPending ? "○" : "●";
        },
        paint: (part, lane, id) => {
          const { style } = ui;
          if (id === undefined) return laneColour(lane, style)(part);
          if (part === "@") return style.bold(style.green(part));
          return present && applied.has(id) ? style.green(part) : style.yellow(part);
        },
        text: (id) =>
          flags.verbose
            ? [...block(id).split("\n"), ""]
            : ui.answerLines(printer.summary(id), drawn),
      });
      await page(context, drawing.join("\n"), flags);
    } else if (flags.verbose) {
      await page(context, ids.map(block).join("\n\n"), flags);
    } else {
      await page(context, ids.map((id) => printer.line(id)).join("\n"), flags);
    }
  },
});
