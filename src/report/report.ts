import type { LaneRow } from "../graph/drawing.ts";
import type { Change } from "../schema/model/change.ts";
import type { Schema, SchemaObject } from "../schema/model/model.ts";
import { describeChange, describeObject } from "../schema/diff/describe.ts";
import { schemaObjects } from "../schema/source/write_schema.ts";
import { type Entity, entityDiagram, type Relation, touchedEntities } from "./entities.ts";

/** The content of a report, as in JSON. */
export interface Report {
  /** The name of the project's folder. */
  readonly title: string;
  /** UTC to the second. */
  readonly made: string;
  /** The program that made it, such as `aludel 0.1.0`. */
  readonly program: string;
  /** null if the report is not about a database. */
  readonly target: ReportTarget | null;
  readonly heads: readonly string[];
  /** Errors in files and records. */
  readonly findings: readonly ReportFinding[];
  /** Newest first. */
  readonly revisions: readonly ReportRevision[];
  /** Every object of any revision's schema, once. */
  readonly objects: readonly ReportObject[];
}

/** The state of a database. */
export interface ReportTarget {
  readonly name: string;
  readonly exists: boolean;
  readonly current: readonly string[];
  /** The revisions that an upgrade to the heads would run. */
  readonly pending: readonly string[];
  readonly unknown: readonly string[];
  /** null if it was not checked. */
  readonly drift: { readonly changes: readonly string[]; readonly sql: string | null } | null;
}

/** A finding as text. */
export interface ReportFinding {
  readonly level: "error" | "warning";
  readonly code: string;
  readonly message: string;
  /** Such as `migrations/3f9c/up.sql:3`; null if there is no place. */
  readonly place: string | null;
  readonly notes: readonly string[];
}

/** A revision. */
export interface ReportRevision {
  readonly id: string;
  readonly message: string;
  readonly parents: readonly string[];
  readonly dependsOn: readonly string[];
  readonly replaces: readonly string[];
  readonly labels: readonly string[];
  readonly created: string | null;
  readonly state: "draft" | "sealed" | "unknown";
  /** `applied` and `pending` only if the report is about a database. */
  readonly marks: readonly ("head" | "current" | "applied" | "pending")[];
  readonly lanes: Omit<LaneRow, "id">;
  /** null if the file is missing. */
  readonly up: string | null;
  /** null if it has none. */
  readonly down: string | null;
  readonly difference: ReportDifference | null;
  readonly hazards: readonly ReportFinding[];
  /** null if it was not proven. */
  readonly proof: { readonly verdict: string; readonly details: readonly string[] } | null;
  /** null if it is not applied, or the report is not about a database. */
  readonly applied: {
    readonly at: string;
    readonly by: string;
    readonly kind: "ran" | "stamped";
    readonly durationMs: number;
  } | null;
}

/** The changes of a revision to the schema. */
export interface ReportDifference {
  /** Lines such as `add column users.email TEXT`. */
  readonly lines: readonly string[];
  /** The tables that it changes, with new, changed and dropped columns. */
  readonly touched: readonly Entity[];
  /** The foreign keys of these tables that it adds or drops. */
  readonly relations: readonly Relation[];
  /** The revision from whose schema `added` and `removed` lead to this one's; null for the empty schema. */
  readonly base: string | null;
  /** Indexes into {@linkcode Report.objects} of the objects that the base's schema lacks. */
  readonly added: readonly number[];
  /** Indexes of the objects that only the base's schema has. */
  readonly removed: readonly number[];
}

/** A table, index, view, trigger or virtual table of some schema. */
export interface ReportObject {
  readonly kind: SchemaObject["kind"];
  readonly name: string;
  readonly description: string;
  readonly sql: string;
  /** The entity of a table, for diagrams. */
  readonly entity: Entity | null;
  readonly relations: readonly Relation[];
}

/**
 * Collects the schemas of revisions in a compact form: a table that no revision changes is one object, and a schema is
 * described by its differences from its parent's.
 */
export class SchemaCollection {
  readonly objects: ReportObject[] = [];
  readonly #known = new Map<string, number>();
  /** Objects are first looked up by identity, because most are those of the previous revision. */
  readonly #indexes = new Map<SchemaObject, number>();
  readonly #schemas = new Map<string, ReadonlySet<number>>();

  /**
   * Adds the schema after a revision.
   * @param parents The first one that was added before becomes the base.
   */
  add(
    id: string,
    parents: readonly string[],
    schema: Schema,
    changes: readonly Change[],
  ): ReportDifference {
    const parent = parents.find((one) => this.#schemas.has(one));
    const before = parent === undefined ? new Set<number>() : this.#schemas.get(parent)!;
    const after = new Set(schemaObjects(schema).map((object) => this.#indexOf(object, schema)));
    this.#schemas.set(id, after);
    const diagram = entityDiagram(schema, changes);
    const touched = touchedEntities(diagram);
    return {
      lines: changes.flatMap(describeChange),
      touched: diagram.entities.filter((entity) => touched.has(entity.id)),
      relations: diagram.relations.filter(({ fate }) => fate !== "same"),
      base: parent ?? null,
      added: [...after].filter((index) => !before.has(index)),
      removed: [...before].filter((index) => !after.has(index)),
    };
  }

  #indexOf(object: SchemaObject, schema: Schema): number {
    const seen = this.#indexes.get(object);
    if (seen !== undefined) return seen;
    const description = describeObject(object);
    const key = `${description}\n${object.sql}`;
    let index = this.#known.get(key);
    if (index === undefined) {
      index = this.objects.length;
      this.#known.set(key, index);
      this.objects.push({
        kind: object.kind,
        name: object.name,
        description,
        sql: object.sql,
        ...partOf(object, schema),
      });
    }
    this.#indexes.set(object, index);
    return index;
  }
}

/** The entity of a table, and its foreign keys. */
function partOf(object: SchemaObject, schema: Schema): Pick<ReportObject, "entity" | "relations"> {
  if (object.kind !== "table" && object.kind !== "virtual-table") {
    return { entity: null, relations: [] };
  }
  const isTable = object.kind === "table";
  const { entities, relations } = entityDiagram({
    ...schema,
    tables: new Map(isTable ? [[object.name, object]] : []),
    virtualTables: new Map(isTable ? [] : [[object.name, object]]),
  });
  return { entity: entities[0] ?? null, relations };
}
