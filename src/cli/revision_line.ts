import type { RevisionId } from "../graph/revision.ts";
import { type Catalogue, messageOf } from "../project/catalogue.ts";
import type { Style } from "./style.ts";

/** What a revision is in the graph and in the database, as the words in parentheses say it. */
export type Mark =
  | "unknown"
  | "current"
  | "draft"
  | "head"
  | "effective head"
  | "branchpoint"
  | "mergepoint";

/** Finds a revision's marks. What it looks up is prepared once, for lists of thousands. */
export class Marks {
  readonly #entries: Catalogue["entries"];
  readonly #current: ReadonlySet<RevisionId>;
  /** The marks that follow from the graph, for the few revisions that have any. */
  readonly #placed = new Map<RevisionId, Mark[]>();

  /** @param options `current: false` where that goes without saying, or was not asked. */
  constructor(catalogue: Catalogue, options: { readonly current: boolean } = { current: true }) {
    const { graph, applied, entries } = catalogue;
    this.#entries = entries;
    this.#current = new Set(
      options.current && applied.size > 0 ? graph.headsOf(applied, "parents") : [],
    );
    const effective = new Set(graph.effectiveHeads);
    // An effective head is one that another branch depends on: applying that one applies this one too.
    for (const id of graph.heads) this.#place(id, effective.has(id) ? "head" : "effective head");
    for (const id of graph.branchPoints) this.#place(id, "branchpoint");
    for (const id of graph.mergePoints) this.#place(id, "mergepoint");
  }

  of(id: RevisionId): readonly Mark[] {
    const entry = this.#entries.get(id);
    const marks: Mark[] = [];
    if (entry === undefined) marks.push("unknown");
    if (this.#current.has(id)) marks.push("current");
    if (entry?.up === null) marks.push("draft");
    const placed = this.#placed.get(id);
    if (placed !== undefined) marks.push(...placed);
    return marks;
  }

  #place(id: RevisionId, mark: Mark): void {
    const marks = this.#placed.get(id);
    if (marks === undefined) this.#placed.set(id, [mark]);
    else marks.push(mark);
  }
}

/** `77aa11bb22cc (billing) (head)`. */
export function revisionName(
  catalogue: Catalogue,
  marks: Marks,
  id: RevisionId,
  style: Style,
): string {
  const { graph } = catalogue;
  let name = style.yellow(id);
  // Without a label anywhere, nothing is computed for ten thousand revisions.
  const labels = graph.labels.size === 0 ? [] : graph.labelsOf(id);
  if (labels.length > 0) name += " " + style.cyan(`(${labels.join(", ")})`);
  for (const mark of marks.of(id)) name += " " + colourOf(mark, style)(`(${mark})`);
  return name;
}

/** `3f9c1a2b4d5e -> 77aa11bb22cc (head), create events table`, as Alembic prints it. */
export function revisionLine(
  catalogue: Catalogue,
  marks: Marks,
  id: RevisionId,
  style: Style,
): string {
  const parents = catalogue.graph.get(id)?.parents ?? [];
  const from = parents.length === 0 ? "<base>" : parents.join(", ");
  return `${from} -> ${revisionName(catalogue, marks, id, style)}, ${titleOf(catalogue, id)}`;
}

/** The first line of a revision's message. */
export function titleOf(catalogue: Catalogue, id: RevisionId): string {
  const message = messageOf(catalogue, id);
  const end = message.indexOf("\n");
  return end < 0 ? message : message.slice(0, end);
}

function colourOf(mark: Mark, style: Style): (text: string) => string {
  switch (mark) {
    case "head":
    case "current":
      return style.green;
    case "unknown":
      return style.red;
    default:
      return style.dim;
  }
}
