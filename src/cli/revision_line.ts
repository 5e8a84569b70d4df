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
  readonly #catalogue: Catalogue;
  readonly #current: ReadonlySet<RevisionId>;
  readonly #sets: readonly (readonly [Mark, ReadonlySet<RevisionId>])[];

  /** @param options `current: false` where that goes without saying, or was not asked. */
  constructor(catalogue: Catalogue, options: { readonly current: boolean } = { current: true }) {
    const { graph, applied } = catalogue;
    const heads = new Set(graph.heads);
    const effective = new Set(graph.effectiveHeads);
    this.#catalogue = catalogue;
    this.#current = new Set(
      options.current && applied.size > 0 ? graph.headsOf(applied, "parents") : [],
    );
    this.#sets = [
      ["head", new Set([...heads].filter((id) => effective.has(id)))],
      // A head that another branch depends on: applying that one applies this one too.
      ["effective head", new Set([...heads].filter((id) => !effective.has(id)))],
      ["branchpoint", new Set(graph.branchPoints)],
      ["mergepoint", new Set(graph.mergePoints)],
    ];
  }

  of(id: RevisionId): readonly Mark[] {
    const { entries } = this.#catalogue;
    const entry = entries.get(id);
    const marks: Mark[] = [];
    if (entry === undefined) marks.push("unknown");
    if (this.#current.has(id)) marks.push("current");
    if (entry?.up === null) marks.push("draft");
    for (const [mark, ids] of this.#sets) if (ids.has(id)) marks.push(mark);
    return marks;
  }
}

/** `77aa11bb22cc (billing) (head)`. */
export function revisionName(
  catalogue: Catalogue,
  marks: Marks,
  id: RevisionId,
  style: Style,
): string {
  const labels = catalogue.graph.labelsOf(id);
  const words = [
    ...(labels.length === 0 ? [] : [style.cyan(`(${labels.join(", ")})`)]),
    ...marks.of(id).map((mark) => colourOf(mark, style)(`(${mark})`)),
  ];
  return [style.yellow(id), ...words].join(" ");
}

/** `3f9c1a2b4d5e -> 77aa11bb22cc (head), create events table`, as Alembic prints it. */
export function revisionLine(
  catalogue: Catalogue,
  marks: Marks,
  id: RevisionId,
  style: Style,
): string {
  const parents = catalogue.graph.parentsOf(id);
  const from = parents.length === 0 ? "<base>" : parents.join(", ");
  return `${from} -> ${revisionName(catalogue, marks, id, style)}, ${titleOf(catalogue, id)}`;
}

/** The first line of a revision's message. */
export function titleOf(catalogue: Catalogue, id: RevisionId): string {
  return messageOf(catalogue, id).split("\n", 1)[0]!;
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
