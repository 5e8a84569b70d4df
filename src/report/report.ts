import type { LaneRow } from "../graph/drawing.ts";
import type { Change } from "../schema/model/change.ts";
import type { Schema, SchemaObject } from "../schema/model/model.ts";
import { describeChange, describeObject } from "../schema/diff/describe.ts";
import { schemaObjects } from "../schema/source/write_schema.ts";
import { type Entity, entityDiagram, type Relation, touchedEntities } from "./entities.ts";

/** Everything that a report shows, as JSON has it. */
export interface Report {
  /** What it is about: the name of the project's folder. */
  readonly title: string;
  /** UTC to the second. */
  readonly made: string;
  /** The program that made it, such as `aludel 0.1.0`. */
  readonly program: string;
  /** null if no database was looked at. */
  readonly target: ReportTarget | null;
  readonly heads: readonly string[];
  /** What is wrong with files and records. */
  readonly findings: readonly ReportFinding[];
  /** Newest first. */
  readonly revisions: readonly ReportRevision[];
  /** Every object that some revision leads to, once. */
  readonly objects: readonly ReportObject[];
}

/** Where a database is. */
export interface ReportTarget {
  readonly name: string;
  readonly exists: boolean;
  readonly current: readonly string[];
  /** What an upgrade to the heads would run. */
  readonly pending: readonly string[];
  readonly unknown: readonly string[];
  /** null if nobody looked. */
  readonly drift: { readonly changes: readonly string[]; readonly sql: string | null } | null;
}

/** Something that a check found, in words. */
export interface ReportFinding {
  readonly level: "error" | "warning";
  readonly code: string;
  readonly message: string;
  /** Such as `migrations/3f9c/up.sql:3`; null if it is about no place. */
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
  /** `applied` and `pending` are known of a database that was looked at. */
  readonly marks: readonly ("head" | "current" | "applied" | "pending")[];
  readonly lanes: Omit<LaneRow, "id">;
  /** null if the file is not here. */
  readonly up: string | null;
  /** null if it has none. */
  readonly down: string | null;
  readonly difference: ReportDifference | null;
  readonly hazards: readonly ReportFinding[];
  /** null if it was not proven. */
  readonly proof: { readonly verdict: string; readonly details: readonly string[] } | null;
  /** null if it is not applied, or no database was looked at. */
  readonly applied: {
    readonly at: string;
    readonly by: string;
    readonly kind: "ran" | "stamped";
    readonly durationMs: number;
  } | null;
}

/** What a revision does to the schema. */
export interface ReportDifference {
  /** Lines such as `add column users.email TEXT`. */
  readonly lines: readonly string[];
  /** The tables that it touches, with what is new, changed and gone. */
  readonly touched: readonly Entity[];
  /** The foreign keys of these that it adds or drops. */
  readonly relations: readonly Relation[];
  /** The revision whose schema this one's is told by; null: the empty one. */
  readonly base: string | null;
  /** Indexes into {@linkcode Report.objects} of the objects that are not in the base's schema. */
  readonly added: readonly number[];
  /** The same for those of the base's schema that are not in this one's. */
  readonly removed: readonly number[];
}

/** A table, index, view, trigger or virtual table of some schema. */
export interface ReportObject {
  readonly kind: SchemaObject["kind"];
  readonly name: string;
  readonly description: string;
  readonly sql: string;
  /** Of a table, for diagrams. */
  readonly entity: Entity | null;
  readonly relations: readonly Relation[];
}

/**
 * Collects the schemas of revisions so that what they have in common is held once: a table that no revision changed is
 * one object, and a schema is told by what it has besides its parent's.
 */
export class SchemaCollection {
  readonly objects: ReportObject[] = [];
  readonly #known = new Map<string, number>();
  /** Objects are looked up by identity first: most of a schema is the one of the revision before. */
  readonly #indexes = new Map<SchemaObject, number>();
  readonly #schemas = new Map<string, ReadonlySet<number>>();

  /**
   * Adds the schema after a revision.
   * @param parents If the first one was added before, the schema is told by its.
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

/** The box of a table alone, and its keys. */
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
