import type { RevisionId } from "../../graph/revision.ts";
import type { Verdict } from "../../manifest/verdict.ts";
import { firstLine } from "../../text/visible.ts";
import { type Catalogue, messageOf } from "../../project/workspace/catalogue.ts";
import type { RevisionTexts } from "../../project/workspace/revision_texts.ts";
import { durationText, utcText } from "../../text/layout.ts";
import type { DatabaseCatalogue } from "../session/database.ts";
import type { Style } from "../terminal/style.ts";

/** A state of a revision in the graph or the database, printed in parentheses. */
export type Mark =
  | "unknown"
  | "current"
  | "draft"
  | "head"
  | "effective head"
  | "branchpoint"
  | "mergepoint";

/** The number of replaced revisions that are listed. */
const REPLACED = 10;

/** A field of a block: its name and its value. */
export type Field = readonly [name: string, value: string];

/** A revision in every command's JSON. */
export interface RevisionJson {
  readonly id: RevisionId;
  readonly message: string;
  readonly parents: readonly RevisionId[];
  readonly dependsOn: readonly RevisionId[];
  /** The revisions that it replaces, if it is squashed. */
  readonly replaces: readonly RevisionId[];
  /** Its own labels. */
  readonly labels: readonly string[];
  /** The labels of the branches that it is on. */
  readonly branches: readonly string[];
  /** UTC; null for a revision that only the database knows. */
  readonly created: string | null;
  /** `unknown` if it is in the database but not on disk. */
  readonly state: "draft" | "sealed" | "unknown";
  /** Its folder inside the migrations folder. */
  readonly dir: string | null;
  /** Whether the database is at it; null if no database was read. */
  readonly isCurrent: boolean | null;
  readonly isHead: boolean;
  readonly isBranchpoint: boolean;
  readonly isMergepoint: boolean;
}

/**
 * Whether the database's current revisions are known: `marked` in the text too · `unmarked` in the text, because they
 * are obvious or were not asked for · `unread`, because no database was read.
 */
export type CurrentMarks = "marked" | "unmarked" | "unread";

/** Prints the revisions of a catalogue. The marks are prepared once, for lists of thousands. */
export class RevisionPrinter {
  readonly #catalogue: Catalogue;
  readonly #folder: string;
  readonly #style: Style;
  readonly #marks: CurrentMarks;
  readonly #current: ReadonlySet<RevisionId>;
  /** The marks that follow from the graph, for the few revisions with any. */
  readonly #placed = new Map<RevisionId, Mark[]>();

  /**
   * @param folder The migrations folder for messages.
   */
  constructor(
    catalogue: Catalogue,
    folder: string,
    style: Style,
    marks: CurrentMarks,
  ) {
    const { graph, applied } = catalogue;
    this.#catalogue = catalogue;
    this.#folder = folder;
    this.#style = style;
    this.#marks = marks;
    this.#current = new Set(
      marks !== "unread" && applied.size > 0 ? graph.headsOf(applied, "parents") : [],
    );
    const effective = new Set(graph.effectiveHeads);
    // The other heads are dependencies of another branch: applying that branch applies them too.
    for (const id of graph.heads) this.#place(id, effective.has(id) ? "head" : "effective head");
    for (const id of graph.branchPoints) this.#place(id, "branchpoint");
    for (const id of graph.mergePoints) this.#place(id, "mergepoint");
  }

  #place(id: RevisionId, mark: Mark): void {
    const marks = this.#placed.get(id);
    if (marks === undefined) this.#placed.set(id, [mark]);
    else marks.push(mark);
  }

  marks(id: RevisionId): readonly Mark[] {
    const entry = this.#catalogue.entries.get(id);
    const marks: Mark[] = [];
    if (entry === undefined) marks.push("unknown");
    if (this.#marks === "marked" && this.#current.has(id)) marks.push("current");
    if (entry?.up === null) marks.push("draft");
    const placed = this.#placed.get(id);
    if (placed !== undefined) marks.push(...placed);
    return marks;
  }

  /** `77aa11bb22cc (billing) (head)`. */
  name(id: RevisionId): string {
    const { graph } = this.#catalogue;
    let name = this.#style.yellow(id);
    // Without any label, skip the computation for ten thousand revisions.
    const labels = graph.labels.size === 0 ? [] : graph.labelsOf(id);
    if (labels.length > 0) name += " " + this.#style.cyan(`(${labels.join(", ")})`);
    for (const mark of this.marks(id)) name += " " + colourOf(mark, this.#style)(`(${mark})`);
    return name;
  }

  /** `77aa11bb22cc (head), create events table`. */
  summary(id: RevisionId): string {
    return `${this.name(id)}, ${titleOf(this.#catalogue, id)}`;
  }

  /** `3f9c1a2b4d5e -> 77aa11bb22cc (head), create events table`, as Alembic prints it. */
  line(id: RevisionId): string {
    const parents = this.#catalogue.graph.get(id)?.parents ?? [];
    const from = parents.length === 0 ? "<base>" : parents.join(", ");
    return `${from} -> ${this.summary(id)}`;
  }

  /** The fields that describe a revision, for `-v` and `show`. */
  fields(id: RevisionId): readonly Field[] {
    const { graph, entries } = this.#catalogue;
    const revision = graph.get(id);
    const entry = entries.get(id);
    const fields: Field[] = [["Revision", this.name(id)]];
    const add = (name: string, values: readonly string[]) => {
      if (values.length > 0) fields.push([name, values.join(", ")]);
    };
    const parents = revision?.parents ?? [];
    const { replaces = [] } = entry ?? {};
    const shown = replaces.slice(0, REPLACED);
    if (replaces.length > REPLACED) shown.push(`and ${replaces.length - REPLACED} more`);
    add("Replaces", shown);
    add(parents.length > 1 ? "Merges" : "Parent", parents.length === 0 ? ["<base>"] : parents);
    const children = graph.childrenOf(id);
    add(children.length > 1 ? "Branches into" : "Child", children);
    add("Depends on", revision?.dependsOn ?? []);
    add("Needed by", graph.dependentsOf(id));
    add("Label", revision?.labels ?? []);
    if (entry === undefined) {
      fields.push(["Path", "not on disk: another branch of the project has it"]);
    } else {
      fields.push(["Created", utcText(entry.created)]);
      fields.push(["Path", `${this.#folder}/${entry.dir}`]);
    }
    return fields;
  }

  /** Formats fields with their values in one column, then the indented message, as `git log` does. */
  block(id: RevisionId, fields = this.fields(id)): string {
    const message = messageOf(this.#catalogue, id);
    const width = Math.max(...fields.map(([name]) => name.length)) + 2;
    const lines = fields.map(([name, value]) => `${`${name}:`.padEnd(width)}${value}`);
    return [...lines, "", ...message.split("\n").map((line) => `    ${line}`)].join("\n");
  }

  json(id: RevisionId): RevisionJson {
    const { graph, entries } = this.#catalogue;
    const revision = graph.get(id);
    const entry = entries.get(id);
    const marks = this.marks(id);
    return {
      id,
      message: messageOf(this.#catalogue, id),
      parents: revision?.parents ?? [],
      dependsOn: revision?.dependsOn ?? [],
      replaces: entry?.replaces ?? [],
      labels: revision?.labels ?? [],
      branches: graph.labelsOf(id),
      created: entry?.created ?? null,
      state: entry === undefined ? "unknown" : entry.up === null ? "draft" : "sealed",
      dir: entry?.dir ?? null,
      isCurrent: this.#marks === "unread" ? null : this.#current.has(id),
      isHead: marks.includes("head") || marks.includes("effective head"),
      isBranchpoint: marks.includes("branchpoint"),
      isMergepoint: marks.includes("mergepoint"),
    };
  }
}

/** The first line of a revision's message. */
export function titleOf(catalogue: Catalogue, id: RevisionId): string {
  return firstLine(messageOf(catalogue, id));
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

/** The time and kind of a revision's record; empty if no database was read. */
export function appliedField(
  database: DatabaseCatalogue | undefined,
  id: RevisionId,
): readonly Field[] {
  if (database === undefined) return [];
  const { name } = database.target;
  const record = database.catalogue.records.get(id);
  if (record === undefined) return [["Applied", `no, not to "${name}"`]];
  const at = utcText(record.appliedAt);
  const origin = record.kind === "stamped"
    ? `stamped by ${record.appliedBy}, not run`
    : `by ${record.appliedBy} in ${durationText(record.durationMs)}`;
  return [["Applied", `to "${name}" on ${at}, ${origin}`]];
}

/** The same for the JSON: null if it is not applied, or no database was read. */
export function appliedJson(
  database: DatabaseCatalogue | undefined,
  id: RevisionId,
): Readonly<Record<string, unknown>> | null {
  const record = database?.catalogue.records.get(id);
  if (database === undefined || record === undefined) return null;
  return {
    database: database.target.name,
    at: record.appliedAt,
    kind: record.kind,
    durationMs: record.durationMs,
    by: record.appliedBy,
    lineage: record.lineage,
  };
}

/** Whether a revision's files are sealed, and whether it can be undone. */
export function sealField(texts: RevisionTexts): readonly Field[] {
  const verdict = texts.judge();
  const seal: Field = ["Seal", sealText(verdict)];
  const missing = verdict.kind === "missing" && verdict.file === "down";
  return texts.down === null && !missing
    ? [seal, ["Undo", "impossible: it has no down.sql"]]
    : [seal];
}

function sealText(verdict: Verdict): string {
  switch (verdict.kind) {
    case "draft":
      return "draft, not sealed yet";
    case "sealed":
      return "sealed, and the files are unchanged";
    case "was":
      return "sealed again since; the files are an earlier pair that is still accepted";
    case "missing":
      return `broken: ${verdict.file}.sql is missing`;
    case "unexpected":
      return "broken: there is a down.sql, but it was sealed without one";
    case "edited": {
      const files = verdict.files.map((file) => `${file}.sql`).join(" and ");
      return `broken: ${files} changed since it was sealed`;
    }
  }
}
