import { AludelError, REPORT_BUG } from "../errors.ts";
import { foldRevisionName, type Revision, type RevisionId } from "./revision.ts";
import { type Adjacency, reversed } from "./walk.ts";

/**
 * The edges to follow: only `parents`, or `all`, which includes dependencies. Branches, heads and labels depend only on
 * parents; the order of application depends on all edges.
 */
export type Edges = "parents" | "all";

/** The revisions in topological order, and their edges as positions in that order, without repetitions. */
export interface GraphParts {
  readonly revisions: readonly Revision[];
  readonly position: ReadonlyMap<RevisionId, number>;
  readonly parents: Adjacency;
  /** Parents and dependencies; the same object as `parents` if nothing depends on anything. */
  readonly below: Adjacency;
}

/**
 * An immutable graph of revisions. Its lists and sets are in topological order (parents and dependencies first), except
 * parents and prefixes. Revisions that no path orders keep the order in which they were given.
 *
 * It is made by `buildGraph`. Methods that take an id throw `internal` for one that is not in the graph.
 */
export class RevisionGraph {
  /** All ids. */
  readonly ids: readonly RevisionId[];
  /** The revisions without children. */
  readonly heads: readonly RevisionId[];
  /** The heads on which no other revision depends: applying these applies everything. */
  readonly effectiveHeads: readonly RevisionId[];
  /** The revisions without parents. */
  readonly bases: readonly RevisionId[];
  /** The revisions with several children. */
  readonly branchPoints: readonly RevisionId[];
  /** The revisions with several parents. */
  readonly mergePoints: readonly RevisionId[];
  /** Each label with the revision that carries it. */
  readonly labels: ReadonlyMap<string, RevisionId>;

  readonly #revisions: readonly Revision[];
  readonly #position: ReadonlyMap<RevisionId, number>;
  readonly #parents: Adjacency;
  readonly #below: Adjacency;
  #children: Adjacency | undefined;
  #above: Adjacency | undefined;
  #folded: readonly (readonly [string, RevisionId])[] | undefined;
  #labelsOf: readonly (readonly string[])[] | undefined;

  /** Only for `buildGraph`, which guarantees that the nodes are in topological order. */
  constructor({ revisions, position, parents, below }: GraphParts) {
    this.#revisions = revisions;
    this.#position = position;
    this.#parents = parents;
    this.#below = below;
    this.ids = revisions.map((revision) => revision.id);

    const children = degrees(parents);
    const above = below === parents ? children : degrees(below);
    this.heads = this.ids.filter((_, at) => children[at] === 0);
    this.effectiveHeads = this.ids.filter((_, at) => above[at] === 0);
    this.bases = this.ids.filter((_, at) => parents[at]!.length === 0);
    this.branchPoints = this.ids.filter((_, at) => children[at]! > 1);
    this.mergePoints = this.ids.filter((_, at) => parents[at]!.length > 1);
    const labels = new Map<string, RevisionId>();
    for (const revision of revisions) {
      for (const label of revision.labels) labels.set(label, revision.id);
    }
    this.labels = labels;
  }

  /** The number of revisions. */
  get size(): number {
    return this.ids.length;
  }

  has(id: RevisionId): boolean {
    return this.#position.has(id);
  }

  /** The revision with exactly this id. */
  get(id: RevisionId): Revision | undefined {
    const at = this.#position.get(id);
    return at === undefined ? undefined : this.#revisions[at];
  }

  /** The parents, in the order in which the revision names them. */
  parentsOf(id: RevisionId): readonly RevisionId[] {
    return this.#named(this.#parents[this.#at(id)]!);
  }

  childrenOf(id: RevisionId): readonly RevisionId[] {
    return this.#named(this.#upwards("parents")[this.#at(id)]!);
  }

  /** The revisions that name this one in `dependsOn`. */
  dependentsOf(id: RevisionId): readonly RevisionId[] {
    const above = this.#upwards("all")[this.#at(id)]!;
    return this.#named(above.filter((at) => this.#revisions[at]!.dependsOn.includes(id)));
  }

  /** Sorts ids of the graph topologically and removes repetitions. */
  sorted(ids: Iterable<RevisionId>): readonly RevisionId[] {
    const places = Int32Array.from(new Set(ids), (id) => this.#at(id)).sort();
    return Array.from(places, (at) => this.ids[at]!);
  }

  /** These revisions and all under them. */
  ancestors(ids: Iterable<RevisionId>, edges: Edges): ReadonlySet<RevisionId> {
    const below = edges === "all" ? this.#below : this.#parents;
    const marks = this.#marked(ids);
    for (let at = marks.length - 1; at >= 0; at--) {
      if (marks[at] === 1) { for (const lower of below[at]!) marks[lower] = 1; }
    }
    return this.#set(marks);
  }

  /** These revisions and all above them. */
  descendants(ids: Iterable<RevisionId>, edges: Edges): ReadonlySet<RevisionId> {
    const above = this.#upwards(edges);
    const marks = this.#marked(ids);
    for (let at = 0; at < marks.length; at++) {
      if (marks[at] === 1) { for (const upper of above[at]!) marks[upper] = 1; }
    }
    return this.#set(marks);
  }

  /** The ids that are not under another of the ids. */
  headsOf(ids: Iterable<RevisionId>, edges: Edges): readonly RevisionId[] {
    const below = edges === "all" ? this.#below : this.#parents;
    const marks = this.#marked(ids);
    const covered = new Uint8Array(marks.length);
    const heads: RevisionId[] = [];
    for (let at = marks.length - 1; at >= 0; at--) {
      if (marks[at] === 0 && covered[at] === 0) continue;
      if (covered[at] === 0) heads.push(this.ids[at]!);
      for (const lower of below[at]!) covered[lower] = 1;
    }
    return heads.reverse();
  }

  /** This revision with its ancestors and descendants by parents: the revisions of a branch name before `@`. */
  lineageOf(id: RevisionId): ReadonlySet<RevisionId> {
    return new Set([...this.ancestors([id], "parents"), ...this.descendants([id], "parents")]);
  }

  /**
   * The labels of the branches that a revision is on, sorted. As in Alembic, a label names the revision that carries
   * it, all its descendants, and its ancestors up to a branch point, a merge point or a revision on which another one
   * depends.
   */
  labelsOf(id: RevisionId): readonly string[] {
    if (this.labels.size === 0) return [];
    this.#labelsOf ??= this.#spreadLabels();
    return this.#labelsOf[this.#at(id)]!;
  }

  /** The revision with this id or label, ignoring case. */
  named(name: string): RevisionId | undefined {
    const exact = this.#position.has(name) ? name : this.labels.get(name);
    if (exact !== undefined) return exact;
    const folded = foldRevisionName(name);
    const [at, id] = this.#foldedFrom(folded)[0] ?? [];
    if (at === folded) return id;
    for (const [label, labelled] of this.labels) {
      if (foldRevisionName(label) === folded) return labelled;
    }
    return undefined;
  }

  /** The revisions whose ids begin with a prefix, ignoring case, sorted by id. */
  withPrefix(prefix: string): readonly RevisionId[] {
    const folded = foldRevisionName(prefix);
    return this.#foldedFrom(folded, (name) => name.startsWith(folded)).map(([, id]) => id);
  }

  /** The edges towards the heads. They are made on demand, because reading the state of a database needs none. */
  #upwards(edges: Edges): Adjacency {
    if (edges === "parents" || this.#below === this.#parents) {
      return this.#children ??= reversed(this.#parents);
    }
    return this.#above ??= reversed(this.#below);
  }

  #at(id: RevisionId): number {
    const at = this.#position.get(id);
    if (at === undefined) {
      throw new AludelError("internal", `Revision "${id}" is not in the graph`, {
        next: [REPORT_BUG],
      });
    }
    return at;
  }

  #named(places: readonly number[]): readonly RevisionId[] {
    return places.map((at) => this.ids[at]!);
  }

  #marked(ids: Iterable<RevisionId>): Uint8Array {
    const marks = new Uint8Array(this.ids.length);
    for (const id of ids) marks[this.#at(id)] = 1;
    return marks;
  }

  #set(marks: Uint8Array): ReadonlySet<RevisionId> {
    const result = new Set<RevisionId>();
    for (let at = 0; at < marks.length; at++) if (marks[at] === 1) result.add(this.ids[at]!);
    return result;
  }

  /** Finds the first of the sorted, folded ids that is not less, and those after it while `more` accepts them. */
  #foldedFrom(
    folded: string,
    more: (name: string) => boolean = (name) => name === folded,
  ): readonly (readonly [string, RevisionId])[] {
    const sorted = this.#folded ??= this.ids.map((id) => [foldRevisionName(id), id] as const)
      .sort(([a], [b]) => a < b ? -1 : a > b ? 1 : 0);
    let [low, high] = [0, sorted.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (sorted[middle]![0] < folded) low = middle + 1;
      else high = middle;
    }
    let end = low;
    while (end < sorted.length && more(sorted[end]![0])) end++;
    return sorted.slice(low, end);
  }

  #spreadLabels(): readonly (readonly string[])[] {
    const found: Set<string>[] = this.ids.map(() => new Set());
    const above = this.#upwards("all");
    for (const [label, id] of this.labels) {
      for (const on of this.descendants([id], "parents")) found[this.#at(on)]!.add(label);
      let at: number | undefined = this.#at(id);
      while (at !== undefined && above[at]!.length < 2 && this.#parents[at]!.length < 2) {
        found[at]!.add(label);
        at = this.#parents[at]![0];
      }
    }
    return found.map((labels) => [...labels].sort());
  }
}

/** The number of edges that lead to each node. */
function degrees(edges: Adjacency): Int32Array {
  const count = new Int32Array(edges.length);
  for (let node = 0; node < edges.length; node++) {
    const targets = edges[node]!;
    for (let nth = 0; nth < targets.length; nth++) count[targets[nth]!]!++;
  }
  return count;
}
