import type { RevisionId } from "../../graph/revision.ts";
import { type Catalogue, messageOf } from "../../project/workspace/catalogue.ts";
import type { Style } from "../terminal/style.ts";

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

/** A field of a block: its name and its value. */
export type Field = readonly [name: string, value: string];

/**
 * The fields that describe a revision, for `-v` and `show`.
 *
 * @param folder The migrations folder for messages.
 */
export function revisionFields(
  catalogue: Catalogue,
  marks: Marks,
  id: RevisionId,
  folder: string,
  style: Style,
): readonly Field[] {
  const { graph, entries } = catalogue;
  const revision = graph.get(id);
  const entry = entries.get(id);
  const fields: Field[] = [["Revision", revisionName(catalogue, marks, id, style)]];
  const add = (name: string, values: readonly string[]) => {
    if (values.length > 0) fields.push([name, values.join(", ")]);
  };
  const parents = revision?.parents ?? [];
  add(parents.length > 1 ? "Merges" : "Parent", parents.length === 0 ? ["<base>"] : parents);
  const children = graph.childrenOf(id);
  add(children.length > 1 ? "Branches into" : "Child", children);
  add("Depends on", revision?.dependsOn ?? []);
  add("Needed by", graph.dependentsOf(id));
  add("Label", revision?.labels ?? []);
  if (entry === undefined) {
    fields.push(["Path", "not on disk: another branch of the project has it"]);
  } else {
    fields.push(["Created", entry.created.replace("T", " ").replace("Z", " UTC")]);
    fields.push(["Path", `${folder}/${entry.dir}`]);
  }
  return fields;
}

/** All that is known of a revision and its message, for `-v`. Arguments as for {@linkcode revisionFields}. */
export function revisionBlock(
  catalogue: Catalogue,
  marks: Marks,
  id: RevisionId,
  folder: string,
  style: Style,
): string {
  return blockText(
    revisionFields(catalogue, marks, id, folder, style),
    messageOf(catalogue, id),
  );
}

/** Fields with their values in one column, then the message, indented: as `git log` has it. */
export function blockText(fields: readonly Field[], message: string): string {
  const width = Math.max(...fields.map(([name]) => name.length)) + 2;
  const lines = fields.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}`);
  return [...lines, "", ...message.split("\n").map((line) => `    ${line}`)].join("\n");
}

/** A revision as every command's JSON has it. */
export interface RevisionJson {
  readonly id: RevisionId;
  readonly message: string;
  readonly parents: readonly RevisionId[];
  readonly dependsOn: readonly RevisionId[];
  /** The labels that it carries itself. */
  readonly labels: readonly string[];
  /** The labels of the branches that it is on. */
  readonly branches: readonly string[];
  /** UTC; null for a revision that only the database knows. */
  readonly created: string | null;
  /** `unknown`: in the database, not on disk. */
  readonly state: "draft" | "sealed" | "unknown";
  /** Its folder inside the migrations folder. */
  readonly dir: string | null;
  /** Whether the database stands at it, where one was looked at. */
  readonly current: boolean;
  readonly head: boolean;
  readonly branchpoint: boolean;
  readonly mergepoint: boolean;
}

export function revisionJson(catalogue: Catalogue, marks: Marks, id: RevisionId): RevisionJson {
  const { graph, entries } = catalogue;
  const revision = graph.get(id);
  const entry = entries.get(id);
  const words = marks.of(id);
  return {
    id,
    message: messageOf(catalogue, id),
    parents: revision?.parents ?? [],
    dependsOn: revision?.dependsOn ?? [],
    labels: revision?.labels ?? [],
    branches: graph.labelsOf(id),
    created: entry?.created ?? null,
    state: entry === undefined ? "unknown" : entry.up === null ? "draft" : "sealed",
    dir: entry?.dir ?? null,
    current: words.includes("current"),
    head: words.includes("head") || words.includes("effective head"),
    branchpoint: words.includes("branchpoint"),
    mergepoint: words.includes("mergepoint"),
  };
}
