/** A directed graph over the nodes 0 … n-1: for each node, the nodes it points at. */
export type Adjacency = readonly (readonly number[])[];

const NONE: readonly number[] = [];

/** The same edges in the other direction. Each list is in ascending order. */
export function reversed(edges: Adjacency): readonly (readonly number[])[] {
  const result: (number[] | undefined)[] = new Array(edges.length).fill(undefined);
  for (let node = 0; node < edges.length; node++) {
    const targets = edges[node]!;
    for (let nth = 0; nth < targets.length; nth++) {
      const target = targets[nth]!;
      const list = result[target];
      if (list === undefined) result[target] = [node];
      else list.push(node);
    }
  }
  return result.map((list) => list ?? NONE);
}

/**
 * Sorts the nodes so that each comes after all that `before` lists for it; among those that can come next, the lowest
 * number is first. Nodes on a cycle, or after one, are left out, which makes the result shorter.
 *
 * This is Kahn's algorithm with a heap: O(edges + nodes log nodes), and O(edges) if the numbers are already sorted.
 */
export function topologicalOrder(before: Adjacency): readonly number[] {
  if (isInOrder(before)) return Array.from(before.keys());
  const after = reversed(before);
  const waiting = Int32Array.from(before, (list) => list.length);
  const free: number[] = [];
  for (let node = 0; node < before.length; node++) if (waiting[node] === 0) push(free, node);
  const order: number[] = [];
  while (free.length > 0) {
    const node = popLowest(free);
    order.push(node);
    for (const next of after[node]!) if (--waiting[next]! === 0) push(free, next);
  }
  return order;
}

/**
 * The strongly connected components with more than one node, each full of cycles, in ascending order.
 * Tarjan's algorithm (SIAM J. Comput. 1, 1972) with an explicit stack, so that deep graphs do not overflow the call
 * stack.
 */
export function cyclicComponents(edges: Adjacency): readonly (readonly number[])[] {
  const count = edges.length;
  const index = new Int32Array(count).fill(-1);
  const low = new Int32Array(count);
  const nextEdge = new Int32Array(count);
  const open = new Uint8Array(count);
  const stack: number[] = [];
  const path: number[] = [];
  const found: number[][] = [];
  let counter = 0;
  for (let root = 0; root < count; root++) {
    if (index[root] !== -1) continue;
    path.push(root);
    while (path.length > 0) {
      const node = path[path.length - 1]!;
      if (index[node] === -1) {
        index[node] = low[node] = counter++;
        open[node] = 1;
        stack.push(node);
      }
      const targets = edges[node]!;
      const target = targets[nextEdge[node]!++];
      if (target !== undefined) {
        if (index[target] === -1) path.push(target);
        else if (open[target] === 1) low[node] = Math.min(low[node]!, index[target]!);
        continue;
      }
      path.pop();
      const above = path[path.length - 1];
      if (above !== undefined) low[above] = Math.min(low[above]!, low[node]!);
      if (low[node] !== index[node]) continue;
      const members = stack.splice(stack.lastIndexOf(node));
      for (const member of members) open[member] = 0;
      if (members.length > 1) found.push(members.sort((a, b) => a - b));
    }
  }
  return found.sort((a, b) => a[0]! - b[0]!);
}

/**
 * Finds a cycle in such a component that no edge shortens. In the list, each node points at the next and the last at
 * the first. Linear: it takes a shortest cycle through the first node and cuts it by its shortest backward chord.
 */
export function minimalCycle(component: readonly number[], edges: Adjacency): readonly number[] {
  const start = component[0]!;
  const inside = new Set(component);
  const cameFrom = new Map<number, number>([[start, start]]);
  let last = start;
  search: for (const node of cameFrom.keys()) {
    for (const target of edges[node]!) {
      if (target === start && node !== start) {
        last = node;
        break search;
      }
      if (inside.has(target) && !cameFrom.has(target)) cameFrom.set(target, node);
    }
  }
  const cycle: number[] = [];
  for (let node = last; node !== start; node = cameFrom.get(node)!) cycle.push(node);
  cycle.push(start);
  cycle.reverse();

  const place = new Map(cycle.map((node, at) => [node, at]));
  let [from, to] = [0, cycle.length - 1];
  for (let at = 0; at < cycle.length; at++) {
    for (const target of edges[cycle[at]!]!) {
      const back = place.get(target);
      if (back !== undefined && back < at && at - back < to - from) [from, to] = [back, at];
    }
  }
  return cycle.slice(from, to + 1);
}

function isInOrder(before: Adjacency): boolean {
  for (let node = 0; node < before.length; node++) {
    const earlier = before[node]!;
    for (let nth = 0; nth < earlier.length; nth++) if (earlier[nth]! >= node) return false;
  }
  return true;
}

function push(heap: number[], value: number): void {
  let at = heap.length;
  heap.push(value);
  while (at > 0) {
    const above = (at - 1) >> 1;
    if (heap[above]! <= value) break;
    heap[at] = heap[above]!;
    at = above;
  }
  heap[at] = value;
}

function popLowest(heap: number[]): number {
  const lowest = heap[0]!;
  const value = heap.pop()!;
  const size = heap.length;
  if (size === 0) return lowest;
  let at = 0;
  for (;;) {
    let below = 2 * at + 1;
    if (below >= size) break;
    if (below + 1 < size && heap[below + 1]! < heap[below]!) below++;
    if (heap[below]! >= value) break;
    heap[at] = heap[below]!;
    at = below;
  }
  heap[at] = value;
  return lowest;
}
