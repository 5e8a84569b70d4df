/** Makes schemas/json/answers.d.ts, the types of what `--json` prints, from the schemas of the answers. */
import { formatGenerated } from "./format.ts";

const FOLDER = new URL("../../schemas/json/", import.meta.url);
const TARGET = "schemas/json/answers.d.ts";

/** What the schemas of the answers use of JSON Schema. */
interface Schema {
  readonly title?: string;
  readonly description?: string;
  readonly $ref?: string;
  readonly anyOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly type?: string | readonly string[];
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly $defs?: Readonly<Record<string, Schema>>;
}

/** The file: its path from the repository's root → its text. */
export async function answerTypes(): Promise<readonly (readonly [string, string])[]> {
  const names = [...Deno.readDirSync(FOLDER)].map(({ name }) => name)
    .filter((name) => name.endsWith(".json") && name !== "parts.json").sort();
  const answers = names.map((name) => ({
    name: name.slice(0, -".json".length),
    schema: read(name),
  }));
  const declarations = [
    "// Made by `deno task docs` from the JSON Schemas in this folder.\n",
    ...Object.entries(read("parts.json").$defs ?? {}).map(([name, part]) =>
      declaration(pascal(name), part)
    ),
    ...answers.map(({ name, schema }) => declaration(answerName(name), schema)),
    `/** What each command prints with \`--json\`, by its name; a failed one prints an \`ErrorAnswer\`. */
     export interface Answers {
       ${
      answers.filter(({ name }) => name !== "error").map(({ name, schema }) =>
        `${JSON.stringify(schema.title!.split(" ").slice(1, -1).join(" "))}: ${answerName(name)};`
      ).join("\n")
    }
     }`,
  ];
  return [[TARGET, await formatGenerated(declarations.join("\n\n"), "ts")]];
}

function read(file: string): Schema {
  return JSON.parse(Deno.readTextFileSync(new URL(file, FOLDER)));
}

function answerName(command: string): string {
  return `${pascal(command)}Answer`;
}

function pascal(name: string): string {
  return name.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
}

function declaration(name: string, schema: Schema): string {
  const body = typeOf(schema);
  const head = comment(schema);
  return schema.properties !== undefined && schema.anyOf === undefined
    ? `${head}export interface ${name} ${body}`
    : `${head}export type ${name} = ${body};`;
}

function comment({ description }: Schema): string {
  return description === undefined ? "" : `/** ${description.replaceAll("*/", "* /")} */\n`;
}

/** @throws {Error} For what the schemas do not use. */
function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return pascal(schema.$ref.replace(/^.*\//, ""));
  if (schema.anyOf !== undefined) return schema.anyOf.map(typeOf).join(" | ");
  if (schema.enum !== undefined) return schema.enum.map((one) => JSON.stringify(one)).join(" | ");
  if ("const" in schema) return JSON.stringify(schema.const);
  const types = [schema.type ?? []].flat();
  if (types.length === 0) throw new Error(`No type: ${JSON.stringify(schema)}`);
  return types.map((type) => ofType(type, schema)).join(" | ");
}

function ofType(type: string, { items, properties, required = [], additionalProperties }: Schema) {
  switch (type) {
    case "array": {
      const item = typeOf(items!);
      return /^\w+$/.test(item) ? `readonly ${item}[]` : `readonly (${item})[]`;
    }
    case "integer":
      return "number";
    case "object": {
      if (properties === undefined) {
        return `Readonly<Record<string, ${typeOf(additionalProperties as Schema)}>>`;
      }
      const fields = Object.entries(properties).map(([name, field]) =>
        `${comment(field)}readonly ${name}${required.includes(name) ? "" : "?"}: ${typeOf(field)};`
      );
      return `{\n${fields.join("\n")}\n}`;
    }
    default:
      return type;
  }
}
