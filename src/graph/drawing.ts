import type { RevisionId } from "./revision.ts";
import type { RevisionGraph } from "./revision_graph.ts";

/** The meaning of a line between two revisions: a parent, or only a dependency. */
type LaneKind = "parent" | "dependency";

/** An edge on its way down to the revision it leads to. */
export interface Lane {
  readonly target: RevisionId;
  readonly kind: LaneKind;
}

/** A parent or dependency of a row's revision, and the lane that leads to it. */
export interface LaneFork {
  readonly lane: number;
  readonly to: RevisionId;
  readonly kind: LaneKind;
  /** Whether the lane begins here. If not, it comes from above and this edge joins it. */
  readonly isNew: boolean;
}

/** One revision in a drawing. Lanes are numbered from 0, from left to right. */
export interface LaneRow {
  readonly id: RevisionId;
  /** The lane of the revision. */
  readonly column: number;
  /** Whether a line comes down to it in its own lane. */
  readonly isReached: boolean;
  /** The lanes that pass beside it; null at `column` and for a free lane. */
  readonly beside: readonly (Lane | null)[];
  /** The lanes, all to the right of `column`, that end here together with its own. */
  readonly joins: readonly number[];
  /** Its edges downwards: parents, then dependencies. */
  readonly forks: readonly LaneFork[];
}

/**
 * Lays revisions out for a drawing, newest first, as `git log --graph` does: every edge between two of them gets a lane
 * from one to the other.
 *
 * It takes time in proportion to the rows times the lanes, plus the edges.
 *
 * @param ids The revisions to draw, without edges to others. If it is left out, all revisions are drawn.
 */
export function layLanes(
  graph: RevisionGraph,
  ids: Iterable<RevisionId> = graph.ids,
): readonly LaneRow[] {
  const order = graph.sorted(ids);
  const shown = new Set(order);
  const lanes: (Lane | null)[] = [];
  const waiting = new Map<RevisionId, number[]>();
  const rows: LaneRow[] = [];

  const firstFree = (): number => {
    const free = lanes.indexOf(null);
    return free === -1 ? lanes.length : free;
  };
  const open = (at: number, lane: Lane): void => {
    while (lanes.length < at) lanes.push(null);
    lanes[at] = lane;
    const others = waiting.get(lane.target);
    if (others === undefined) waiting.set(lane.target, [at]);
    else others.push(at);
  };

  for (let nth = order.length - 1; nth >= 0; nth--) {
    const id = order[nth]!;
    const [own, ...joins] = (waiting.get(id) ?? []).sort((a, b) => a - b);
    waiting.delete(id);
    const column = own ?? firstFree();
    for (const at of joins) lanes[at] = null;
    if (own !== undefined) lanes[own] = null;
    trim(lanes);
    const beside = lanes.slice();

    const forks: LaneFork[] = [];
    for (const [to, kind] of edgesFrom(graph, id, shown)) {
      const shared = sharedLane(lanes, waiting, { target: to, kind });
      if (forks.length > 0 && shared !== undefined) {
        forks.push({ lane: shared, to, kind, isNew: false });
        continue;
      }
      const lane = forks.length === 0 ? column : firstFree();
      open(lane, { target: to, kind });
      forks.push({ lane, to, kind, isNew: true });
    }
    trim(lanes);
    rows.push({ id, column, isReached: own !== undefined, beside, joins, forks });
  }
  return rows;
}

/** Removes the free lanes at the right. */
function trim(lanes: (Lane | null)[]): void {
  while (lanes.length > 0 && lanes[lanes.length - 1] === null) lanes.pop();
}

/** The edges from a revision down to others that are drawn, without repetitions, parents first. */
function edgesFrom(
  graph: RevisionGraph,
  id: RevisionId,
  shown: ReadonlySet<RevisionId>,
): readonly (readonly [RevisionId, LaneKind])[] {
  const edges: (readonly [RevisionId, LaneKind])[] = [];
  const parents = graph.parentsOf(id);
  for (const parent of parents) if (shown.has(parent)) edges.push([parent, "parent"]);
  for (const needed of new Set(graph.get(id)!.dependsOn)) {
    if (shown.has(needed) && !parents.includes(needed)) edges.push([needed, "dependency"]);
  }
  return edges;
}

/** Finds a lane that already leads to the same revision with the same kind of line. */
function sharedLane(
  lanes: readonly (Lane | null)[],
  waiting: ReadonlyMap<RevisionId, readonly number[]>,
  { target, kind }: Lane,
): number | undefined {
  return waiting.get(target)?.find((at) => lanes[at]?.kind === kind);
}

/** The style of a drawing. */
export interface GraphTextOptions {
  readonly glyphs: "unicode" | "ascii";
  /** The lines of text beside a revision; the first is on the revision's own line. */
  readonly text: (id: RevisionId) => readonly string[];
  /** The sign of a revision, one column wide. `●` or `*` if it is not given. */
  readonly mark?: (id: RevisionId) => string;
  /** Colours a part of the drawing that belongs to one lane. `id` is given if the part is a revision's sign. */
  readonly paint?: (part: string, lane: number, id?: RevisionId) => string;
}

const UP = 1;
const DOWN = 2;
const LEFT = 4;
const RIGHT = 8;

interface Glyphs {
  readonly mark: string;
  readonly vertical: Readonly<Record<LaneKind, string>>;
  /** Indexed by the sum of the directions that meet in a corner or crossing. */
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
 * Draws a graph as lines without trailing spaces. A revision takes one line, another before it if lanes join, another
 * after it if lanes fork, and as many as its text needs. Dotted lines are dependencies. If two lines cross, one passes
 * behind the other.
 */
export function drawGraph(rows: readonly LaneRow[], options: GraphTextOptions): readonly string[] {
  const glyphs = GLYPHS[options.glyphs];
  const { paint = (part: string) => part } = options;
  const lines: string[] = [];
  for (const row of rows) {
    if (row.joins.length > 0) {
      const joined = link(row.joins.map((lane) => [lane, UP]), row, glyphs);
      lines.push(painted(joined, paint));
    }
    const drawn = [nodeLine(row, options.mark?.(row.id) ?? glyphs.mark, glyphs)];
    if (row.forks.length > 1) {
      const ends = row.forks.map(({ lane, isNew }) => [lane, isNew ? DOWN : UP | DOWN] as const);
      drawn.push(link(ends.slice(1), row, glyphs));
    }
    const text = options.text(row.id);
    while (drawn.length < text.length) drawn.push(afterLine(row, glyphs));
    // A single line of text follows its sign closely; several lines are aligned.
    const width = Math.max(row.column * 2 + 1, ...drawn.map((cells) => cells.length));
    drawn.forEach((cells, at) => {
      const pad = text.length > 1 ? cells.padEnd(width) : cells;
      const own = at === 0 ? row : undefined;
      const beside = text[at] ?? "";
      lines.push(
        beside === ""
          ? painted(pad.trimEnd(), paint, own)
          : `${painted(pad, paint, own)}  ${beside}`,
      );
    });
  }
  return lines;
}

/** Paints each lane of a line. A horizontal line has the colour of the lane to which it leads. */
function painted(
  line: string,
  paint: NonNullable<GraphTextOptions["paint"]>,
  own?: Pick<LaneRow, "id" | "column">,
): string {
  let result = "";
  for (let start = 0; start < line.length;) {
    const lane = (start + 1) >> 1;
    const isSign = own !== undefined && start === own.column * 2;
    // A lane takes the column of its number and the one before it.
    const end = isSign ? start + 1 : Math.min(line.length, lane * 2 + 1);
    const stop = own !== undefined && start < own.column * 2 ? Math.min(end, own.column * 2) : end;
    const part = line.slice(start, stop);
    result += part.trim() === "" ? part : paint(part, lane, isSign ? own.id : undefined);
    start = stop;
  }
  return result;
}

/** The greatest width of the drawing in columns, without the text beside it. */
export function drawingWidth(rows: readonly LaneRow[]): number {
  let lanes = 0;
  for (const row of rows) {
    const forks = row.forks.map(({ lane }) => lane + 1);
    lanes = Math.max(lanes, row.column + 1, row.beside.length, ...forks);
  }
  return Math.max(0, lanes * 2 - 1);
}

/** Draws the line on which a row's lane meets others. Each end is a lane and its directions apart from the link. */
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

/** Draws the lines that continue below a row. */
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
