import { bareEntity, type EntityDiagram, neighbourhood } from "../entities.ts";
import type { Report, ReportObject, ReportRevision } from "../report.ts";

/** The queries of the page on a report. */
export class ReportModel {
  readonly report: Report;
  readonly #byId: ReadonlyMap<string, ReportRevision>;
  readonly #children = new Map<string, string[]>();
  readonly #schemas = new Map<string, ReadonlySet<number>>();
  readonly #texts: readonly string[];

  constructor(report: Report) {
    this.report = report;
    this.#byId = new Map(report.revisions.map((one) => [one.id, one]));
    for (const { id, parents } of report.revisions) {
      for (const parent of parents) this.#children.set(parent, [...this.childrenOf(parent), id]);
    }
    this.#texts = report.revisions.map((one) =>
      [one.id, one.message, ...one.labels, one.state, ...one.marks, ...linesOf(one), one.up ?? ""]
        .join("\n").toLowerCase()
    );
  }

  /** undefined if the report has no such revision. */
  revision(id: string): ReportRevision | undefined {
    return this.#byId.get(id);
  }

  childrenOf(id: string): readonly string[] {
    return this.#children.get(id) ?? [];
  }

  /** The newest revision whose schema is known. */
  get newest(): string | undefined {
    return this.report.revisions.find(({ difference }) => difference !== null)?.id;
  }

  /** The revisions with every word of a query in id, message, labels, changes or SQL, ignoring case. */
  search(query: string): readonly ReportRevision[] {
    const words = query.toLowerCase().split(/\s+/).filter((word) => word !== "");
    return this.report.revisions.filter((_, at) =>
      words.every((word) => this.#texts[at]!.includes(word))
    );
  }

  /** The objects of the schema after a revision, tables first, by name; empty if the schema is unknown. */
  schemaAt(id: string): readonly ReportObject[] {
    const { objects } = this.report;
    return [...this.#indexesAt(id)].map((index) => objects[index]!).sort(inOrder);
  }

  #indexesAt(id: string): ReadonlySet<number> {
    // A loop instead of recursion, because a history may be long.
    const path: ReportRevision[] = [];
    let known: ReadonlySet<number> = new Set();
    for (let at: string | null = id; at !== null;) {
      const found = this.#schemas.get(at);
      if (found !== undefined) {
        known = found;
        break;
      }
      const revision = this.#byId.get(at);
      if (revision === undefined || revision.difference === null) break;
      path.push(revision);
      at = revision.difference.base;
    }
    for (const { id, difference } of path.reverse()) {
      const removed = new Set(difference!.removed);
      known = new Set([...known].filter((one) => !removed.has(one)).concat(difference!.added));
      this.#schemas.set(id, known);
    }
    return known;
  }

  /** All tables of the schema after a revision. */
  diagramAt(id: string): EntityDiagram {
    const tables = this.schemaAt(id).filter(({ entity }) => entity !== null);
    return withMissing({
      entities: tables.map(({ entity }) => entity!),
      relations: tables.flatMap(({ relations }) => relations),
    });
  }

  /** A table with the tables that foreign keys join to it. @param table Its name in the schema, or folded. */
  diagramAround(id: string, table: string): EntityDiagram {
    const diagram = this.diagramAt(id);
    const around = diagram.entities.filter((one) => one.name === table || one.id === table);
    return neighbourhood(diagram, new Set(around.map((one) => one.id)));
  }

  /** The tables that a revision changes, marked, with those that foreign keys join to them; null if there are none. */
  diagramOf({ id, difference }: ReportRevision): EntityDiagram | null {
    if (difference === null || difference.touched.length === 0) return null;
    const { touched, relations } = difference;
    const after = this.diagramAt(id);
    const marked = new Map(touched.map((one) => [one.id, one]));
    const keyOf = (one: EntityDiagram["relations"][number]) =>
      [one.child, one.parent, ...one.columns].join("\n");
    const told = new Set(relations.map(keyOf));
    const all = withMissing({
      entities: [...after.entities.filter((one) => !marked.has(one.id)), ...touched],
      relations: [...after.relations.filter((one) => !told.has(keyOf(one))), ...relations],
    });
    return neighbourhood(all, new Set(marked.keys()));
  }
}

/** Adds tables to which foreign keys refer and that the schema lacks. */
function withMissing({ entities, relations }: EntityDiagram): EntityDiagram {
  const known = new Set(entities.map(({ id }) => id));
  const missing = new Set(
    relations.flatMap(({ child, parent }) => [child, parent]).filter((id) => !known.has(id)),
  );
  const added = [...missing].map((id) => bareEntity(id, "missing"));
  return { entities: [...entities, ...added], relations };
}

function linesOf({ difference }: ReportRevision): readonly string[] {
  return difference?.lines ?? [];
}

const KINDS: readonly ReportObject["kind"][] = [
  "table",
  "virtual-table",
  "view",
  "index",
  "trigger",
];

function inOrder(a: ReportObject, b: ReportObject): number {
  return KINDS.indexOf(a.kind) - KINDS.indexOf(b.kind) || (a.name < b.name ? -1 : 1);
}
