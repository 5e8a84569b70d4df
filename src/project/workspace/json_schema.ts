import type { JsonPath } from "../../manifest/strict_json.ts";
import { closest } from "../../text/closest.ts";

/**
 * The part of JSON Schema (draft 2020-12) that the settings need. The parser, the published schema and the
 * documentation use one table of such schemas, so that they cannot disagree.
 */
export type JsonSchema =
  | { readonly type: "boolean"; readonly description?: string }
  | {
    readonly type: "string";
    readonly description?: string;
    readonly enum?: readonly string[];
    readonly minLength?: number;
    readonly pattern?: string;
  }
  | ArraySchema
  | {
    readonly type: "number";
    readonly description?: string;
    readonly minimum: number;
    readonly maximum: number;
  }
  | ObjectSchema
  | MapSchema
  | { readonly anyOf: readonly [JsonSchema, ObjectSchema]; readonly description?: string };

/** A list of values of one kind. */
export interface ArraySchema {
  readonly type: "array";
  readonly description?: string;
  readonly items: JsonSchema;
  readonly minItems?: number;
}

/** An object with known keys and no others. */
export interface ObjectSchema {
  readonly type: "object";
  readonly description?: string;
  readonly properties: Readonly<Record<string, JsonSchema>>;
  readonly required?: readonly string[];
  readonly additionalProperties: false;
}

/** An object whose keys are names, with values of one kind. */
export interface MapSchema {
  readonly type: "object";
  readonly description?: string;
  readonly propertyNames: { readonly pattern: string };
  readonly additionalProperties: JsonSchema;
}

/** A problem of a value, and its place. */
export interface SchemaProblem {
  readonly kind: "unknown-key" | "value";
  readonly path: JsonPath;
  /** One sentence without a final period. */
  readonly message: string;
}

/**
 * Finds all problems of a JSON value, in the value's order.
 *
 * @param path The place of the value in the whole.
 */
export function schemaProblems(
  schema: JsonSchema,
  value: unknown,
  path: JsonPath = [],
): readonly SchemaProblem[] {
  if ("anyOf" in schema) {
    const [simple, object] = schema.anyOf;
    return schemaProblems(isObject(value) ? object : simple, value, path);
  }
  switch (schema.type) {
    case "boolean":
      return typeof value === "boolean" ? [] : [problem(path, "is neither true nor false")];
    case "number":
      return typeof value === "number" && value >= schema.minimum && value <= schema.maximum
        ? []
        : [problem(path, `is not a number from ${schema.minimum} to ${schema.maximum}`)];
    case "string":
      return stringProblems(schema, value, path);
    case "array":
      return arrayProblems(schema, value, path);
    case "object":
      if (!isObject(value)) return [problem(path, "is not an object")];
      return "properties" in schema
        ? objectProblems(schema, value, path)
        : mapProblems(schema, value, path);
  }
}

function stringProblems(
  schema: Extract<JsonSchema, { readonly type: "string" }>,
  value: unknown,
  path: JsonPath,
): readonly SchemaProblem[] {
  if (typeof value !== "string") return [problem(path, "is not a text")];
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    const known = schema.enum.map((item) => JSON.stringify(item)).join(" or ");
    return [problem(path, `is ${JSON.stringify(value)}, not ${known}`)];
  }
  if (value.length < (schema.minLength ?? 0)) return [problem(path, "is empty")];
  return schema.pattern === undefined || new RegExp(schema.pattern, "u").test(value)
    ? []
    : [problem(path, `is ${JSON.stringify(value)}, which does not match ${schema.pattern}`)];
}

function arrayProblems(
  schema: ArraySchema,
  value: unknown,
  path: JsonPath,
): readonly SchemaProblem[] {
  if (!Array.isArray(value)) return [problem(path, "is not a list")];
  if (value.length < (schema.minItems ?? 0)) return [problem(path, "is empty")];
  return value.flatMap((item, at) => schemaProblems(schema.items, item, [...path, at]));
}

function objectProblems(
  schema: ObjectSchema,
  value: Readonly<Record<string, unknown>>,
  path: JsonPath,
): readonly SchemaProblem[] {
  const missing = (schema.required ?? [])
    .filter((key) => !Object.hasOwn(value, key))
    .map((key) => problem(path, `has no ${JSON.stringify(key)}`));
  const wrong = Object.entries(value).flatMap(([key, item]) => {
    const rule = Object.hasOwn(schema.properties, key) ? schema.properties[key] : undefined;
    if (rule !== undefined) return schemaProblems(rule, item, [...path, key]);
    return [unknownKey([...path, key], closest(key, Object.keys(schema.properties)))];
  });
  return [...missing, ...wrong];
}

function mapProblems(
  schema: MapSchema,
  value: Readonly<Record<string, unknown>>,
  path: JsonPath,
): readonly SchemaProblem[] {
  const pattern = new RegExp(schema.propertyNames.pattern, "u");
  return Object.entries(value).flatMap(([key, item]) =>
    pattern.test(key)
      ? schemaProblems(schema.additionalProperties, item, [...path, key])
      : [problem([...path, key], "has a name that is not letters, digits, _ and - only")]
  );
}

function problem(path: JsonPath, fault: string): SchemaProblem {
  const owner = path.length === 0 ? "The file" : `The setting "${path.join(".")}"`;
  return { kind: "value", path, message: `${owner} ${fault}` };
}

function unknownKey(path: JsonPath, near: string | undefined): SchemaProblem {
  const hint = near === undefined ? "" : `; did you mean "${near}"?`;
  return { kind: "unknown-key", path, message: `There is no setting "${path.join(".")}"${hint}` };
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
