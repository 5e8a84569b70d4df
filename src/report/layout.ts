/** A box to place. */
export interface Box {
  readonly id: string;
  readonly width: number;
  readonly height: number;
}

/** A line from one box to another, by their ids. */
export interface Link {
  readonly from: string;
  readonly to: string;
}

/** A point of a drawing. */
export interface Point {
  readonly x: number;
  readonly y: number;
}

/** The places of boxes and links. */
export interface Layout {
  /** The top left corner of each box. */
  readonly places: ReadonlyMap<string, Point>;
  /** For each link, in the given order: points between boxes on its line, from `from` to `to`. */
  readonly bends: readonly (readonly Point[])[];
  readonly width: number;
  readonly height: number;
}

const GAP_X = 90;
const GAP_Y = 26;
const SWEEPS = 8;

/** A box, or the place at which a long line crosses a layer. */
interface Node {
  readonly box: Box | undefined;
  readonly width: number;
  readonly height: number;
  layer: number;
  y: number;
  readonly left: Node[];
  readonly right: Node[];
}

/**
 * Places boxes in layers from left to right, so that links lead to the left unless they are in a cycle: a simple form
 * of the method of Sugiyama, Tagawa and Toda (1981). Groups without links between them are placed beside and below
 * each other.
 */
export function layOut(boxes: readonly Box[], links: readonly Link[]): Layout {
  const nodes = new Map(boxes.map((box) => [box.id, makeNode(box)]));
  const layers = layersOf(boxes, links);
  for (const [id, layer] of layers) nodes.get(id)!.layer = layer;
  const chains = links.map(({ from, to }) => chain(nodes.get(from)!, nodes.get(to)!));
  const groups = groupsOf([...nodes.values()]);
  const sizes = groups.map((group) => arrange(group));
  const area = sizes.reduce(
    (sum, { width, height }) => sum + (width + GAP_X) * (height + GAP_Y),
    0,
  );
  const widest = Math.max(0, ...sizes.map(({ width }) => width));
  const limit = Math.max(widest, Math.sqrt(area * 1.6));
  const offsets = new Map<Node, Point>();
  const spans = new Map<Node, number>();
  let [x, y, shelf, width] = [0, 0, 0, 0];
  const order = groups.map((_, at) => at).sort((a, b) => sizes[b]!.height - sizes[a]!.height);
  for (const at of order) {
    const size = sizes[at]!;
    if (x > 0 && x + size.width > limit) {
      [x, y, shelf] = [0, y + shelf + GAP_Y * 1.5, 0];
    }
    for (const node of groups[at]!) {
      offsets.set(node, { x: x + size.lefts[node.layer]!, y });
      spans.set(node, size.spans[node.layer]!);
    }
    width = Math.max(width, x + size.width);
    shelf = Math.max(shelf, size.height);
    x += size.width + GAP_X / 2;
  }
  const place = (node: Node): Point => {
    const offset = offsets.get(node)!;
    return { x: offset.x, y: offset.y + node.y };
  };
  const passage = (node: Node): readonly Point[] => {
    const { x, y } = place(node);
    return [{ x, y }, { x: x + spans.get(node)!, y }];
  };
  return {
    places: new Map([...nodes].map(([id, node]) => [id, place(node)])),
    bends: chains.map((passed, at) => {
      const { from, to } = links[at]!;
      const leads = nodes.get(from)!.layer < nodes.get(to)!.layer;
      return passed.flatMap((node) => leads ? passage(node) : passage(node).toReversed());
    }),
    width,
    height: y + shelf,
  };
}

function makeNode(box: Box | undefined, layer = 0): Node {
  const { width, height } = box ?? { width: 0, height: 4 };
  return { box, width, height, layer, y: 0, left: [], right: [] };
}

/** The layer of each box: the length of the longest path of links from it, without links that close a cycle. */
function layersOf(boxes: readonly Box[], links: readonly Link[]): Map<string, number> {
  const targets = new Map<string, string[]>(boxes.map(({ id }) => [id, []]));
  for (const { from, to } of links) if (from !== to) targets.get(from)!.push(to);
  const layers = new Map<string, number>();
  const open = new Set<string>();
  const visit = (id: string): number => {
    const known = layers.get(id);
    if (known !== undefined) return known;
    open.add(id);
    let layer = 0;
    for (const to of targets.get(id)!) if (!open.has(to)) layer = Math.max(layer, visit(to) + 1);
    open.delete(id);
    layers.set(id, layer);
    return layer;
  };
  for (const { id } of boxes) visit(id);
  return layers;
}

/** Joins two boxes by a node in each layer between them. */
function chain(from: Node, to: Node): readonly Node[] {
  if (from === to) return [];
  const step = Math.sign(to.layer - from.layer);
  const between: Node[] = [];
  for (let layer = from.layer + step; step !== 0 && layer !== to.layer; layer += step) {
    between.push(makeNode(undefined, layer));
  }
  const all = [from, ...between, to];
  for (let at = 1; at < all.length; at++) {
    const [one, other] = [all[at - 1]!, all[at]!];
    const [left, right] = one.layer < other.layer ? [one, other] : [other, one];
    left.right.push(right);
    right.left.push(left);
  }
  return between;
}

function groupsOf(nodes: readonly Node[]): Node[][] {
  const seen = new Set<Node>();
  const groups: Node[][] = [];
  for (const start of nodes) {
    if (seen.has(start)) continue;
    seen.add(start);
    const group = [start];
    for (const node of group) {
      for (const next of [...node.left, ...node.right]) {
        if (seen.has(next)) continue;
        seen.add(next);
        group.push(next);
      }
    }
    groups.push(group);
  }
  return groups;
}

interface GroupSize {
  readonly width: number;
  readonly height: number;
  /** The left edge of each layer. */
  readonly lefts: readonly number[];
  /** The width of each layer. */
  readonly spans: readonly number[];
}

/** Orders the layers of a group so that few lines cross, then sets the `y` of every node. */
function arrange(group: readonly Node[]): GroupSize {
  const layers: Node[][] = [];
  for (const node of group) (layers[node.layer] ??= []).push(node);
  for (let at = 0; at < layers.length; at++) layers[at] ??= [];
  for (const layer of layers) stack(layer, () => undefined);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const forward = sweep % 2 === 0;
    const sorts = sweep < SWEEPS - 2;
    for (const layer of forward ? layers : layers.toReversed()) {
      const wanted = new Map(layer.map((node) => {
        const beside = forward ? node.left : node.right;
        const middle = beside.reduce((sum, { y, height }) => sum + y + height / 2, 0);
        return [node, beside.length === 0 ? node.y : middle / beside.length - node.height / 2];
      }));
      if (sorts) layer.sort((a, b) => wanted.get(a)! - wanted.get(b)!);
      stack(layer, (node) => wanted.get(node));
    }
  }
  const top = Math.min(...group.map(({ y }) => y));
  for (const node of group) node.y -= top;
  const spans = layers.map((layer) => Math.max(0, ...layer.map(({ width }) => width)));
  const lefts: number[] = [];
  let x = 0;
  for (const span of spans) {
    lefts.push(x);
    x += span + GAP_X;
  }
  return {
    width: x - GAP_X,
    height: Math.max(...group.map(({ y, height }) => y + height)),
    lefts,
    spans,
  };
}

/** Places the nodes of a layer below each other, as near as possible to their wanted places. */
function stack(layer: readonly Node[], wanted: (node: Node) => number | undefined): void {
  let y = -Infinity;
  let off = 0;
  for (const node of layer) {
    const want = wanted(node) ?? Math.max(y, 0);
    node.y = Math.max(want, y);
    off += want - node.y;
    y = node.y + node.height + GAP_Y;
  }
  if (layer.length > 0) { for (const node of layer) node.y += off / layer.length; }
}
