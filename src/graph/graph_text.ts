import type { LaneKind, LaneRow } from "./lanes.ts";
import type { RevisionId } from "./revision.ts";

/** How a drawing looks. */
export interface GraphTextOptions {
  readonly glyphs: "unicode" | "ascii";
  /** The lines of text beside a revision; the first stands on the revision's own line. */
  readonly text: (id: RevisionId) => readonly string[];
  /** The sign of a revision, one column wide. `●` or `*` where it is not given. */
  readonly mark?: (id: RevisionId) => string;
}

const UP = 1;
const DOWN = 2;
const LEFT = 4;
const RIGHT = 8;

interface Glyphs {
  readonly mark: string;
  readonly vertical: Readonly<Record<LaneKind, string>>;
  /** Indexed by the sum of the directions that a corner or crossing joins. */
  readonly corners: readonly string[];
}

const GLYPHS: Readonly<Record<GraphTextOptions["glyphs"], Glyphs>> = {
  unicode: {
    mark: "●",
    vertical: { parent: "│", dependency: "┊" },
    corners: [..." ││││╯╮┤│╰╭├─┴┬┼"],
  },
  ascii: {
    mark: "*",
    vertical: { parent: "|", dependency: ":" },
    corners: [..." ||||'.+|'.+-'.+"],
  },
};

/**
 * The drawing of a graph as lines without trailing spaces. A row takes one line, one more before it where lanes join
 * and one after it where lanes fork, and as many as its text needs. Dotted lines are dependencies; a line that
 * crosses another one passes behind it.
 */
export function drawGraph(rows: readonly LaneRow[], options: GraphTextOptions): readonly string[] {
  const glyphs = GLYPHS[options.glyphs];
  const lines: string[] = [];
  for (const row of rows) {
    if (row.joins.length > 0) lines.push(link(row.joins.map((lane) => [lane, UP]), row, glyphs));
    const drawn = [nodeLine(row, options.mark?.(row.id) ?? glyphs.mark, glyphs)];
    if (row.forks.length > 1) {
      const ends = row.forks.map(({ lane, isNew }) => [lane, isNew ? DOWN : UP | DOWN] as const);
      drawn.push(link(ends.slice(1), row, glyphs));
    }
    const text = options.text(row.id);
    while (drawn.length < text.length) drawn.push(afterLine(row, glyphs));
    // One line of text stands close to its sign; several stand under each other.
    const width = Math.max(row.column * 2 + 1, ...drawn.map((cells) => cells.length));
    drawn.forEach((cells, at) => {
      const pad = text.length > 1 ? cells.padEnd(width) : cells;
      lines.push(`${pad}  ${text[at] ?? ""}`.trimEnd());
    });
  }
  return lines;
}

/** How many columns the drawing takes at most, without the text beside it. */
export function drawingWidth(rows: readonly LaneRow[]): number {
  let lanes = 0;
  for (const row of rows) {
    const forks = row.forks.map(({ lane }) => lane + 1);
    lanes = Math.max(lanes, row.column + 1, row.beside.length, ...forks);
  }
  return Math.max(0, lanes * 2 - 1);
}

/** A line on which the row's own lane meets others: each end is a lane and the directions it has without the link. */
function link(
  ends: readonly (readonly [number, number])[],
  row: LaneRow,
  glyphs: Glyphs,
): string {
  const directions = new Map<number, number>(ends);
  directions.set(row.column, UP | DOWN);
  const low = Math.min(...directions.keys());
  const high = Math.max(...directions.keys());
  let line = "";
  const width = Math.max(high + 1, row.beside.length);
  for (let lane = 0; lane < width; lane++) {
    const own = directions.get(lane);
    const passing = row.beside[lane];
    if (own !== undefined) {
      line += glyphs.corners[own | (lane > low ? LEFT : 0) | (lane < high ? RIGHT : 0)];
    } else if (passing) line += glyphs.vertical[passing.kind];
    else line += lane > low && lane < high ? glyphs.corners[LEFT | RIGHT] : " ";
    if (lane + 1 < width) line += lane >= low && lane < high ? glyphs.corners[LEFT | RIGHT] : " ";
  }
  return line.trimEnd();
}

function nodeLine(row: LaneRow, mark: string, glyphs: Glyphs): string {
  const width = Math.max(row.column + 1, row.beside.length);
  return cells(width, (lane) => {
    if (lane === row.column) return mark;
    const passing = row.beside[lane];
    return passing ? glyphs.vertical[passing.kind] : " ";
  });
}

/** What goes on downwards under a row. */
function afterLine(row: LaneRow, glyphs: Glyphs): string {
  const kinds = new Map(row.forks.map((fork) => [fork.lane, fork.kind]));
  const width = Math.max(row.beside.length, ...row.forks.map((fork) => fork.lane + 1));
  return cells(width, (lane) => {
    const kind = row.beside[lane]?.kind ?? kinds.get(lane);
    return kind === undefined ? " " : glyphs.vertical[kind];
  });
}

function cells(width: number, cell: (lane: number) => string): string {
  let line = "";
  for (let lane = 0; lane < width; lane++) line += lane === 0 ? cell(lane) : ` ${cell(lane)}`;
  return line;
}
