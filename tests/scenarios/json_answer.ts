import { Ajv2020, type ValidateFunction } from "ajv/dist/2020.js";
import { splitCommandLine } from "../../src/cli/arguments/command_line.ts";
import { findCommand } from "../../src/cli/arguments/typed_command.ts";

const SCHEMAS = new URL("../../schemas/json/", import.meta.url);

/** The schema of what failed commands answer. */
const ERROR_SCHEMA = "error.json";

/** The file with the schema of a command's answers. */
export function schemaFileOf(command: string): string {
  return `${command.replaceAll(" ", "-")}.json`;
}

let ajv: Ajv2020 | undefined;

/** The compiled schema of a file in schemas/json. @throws If there is none. */
export function answerSchema(file: string): ValidateFunction {
  ajv ??= new Ajv2020({ strict: true, allowUnionTypes: true, allErrors: true })
    .addSchema(readSchema("parts.json"));
  return ajv.getSchema(file) ?? ajv.compile(readSchema(file));
}

function readSchema(file: string): object {
  return JSON.parse(Deno.readTextFileSync(new URL(file, SCHEMAS)));
}

/**
 * Says what is wrong with a JSON answer: it is no document, or not of the command's schema.
 *
 * @param typed What was typed after `aludel`.
 * @param stdout What was printed.
 * @returns undefined if it is right, or was not asked for.
 */
export function faultOfAnswer(typed: readonly string[], stdout: string): string | undefined {
  if (!isAsked(typed) || stdout === "") return undefined;
  // A fleet answers with a document a line.
  const isStream = commandOf(typed).startsWith("fleet ");
  for (const document of isStream ? stdout.trimEnd().split("\n") : [stdout]) {
    const fault = faultOfDocument(typed, document);
    if (fault !== undefined) return fault;
  }
  return undefined;
}

function faultOfDocument(typed: readonly string[], stdout: string): string | undefined {
  let answer: object;
  try {
    answer = JSON.parse(stdout);
  } catch {
    return "no JSON document";
  }
  const file = "error" in answer && !("database" in answer)
    ? ERROR_SCHEMA
    : schemaFileOf(commandOf(typed));
  const fits = answerSchema(file);
  if (fits(answer)) return undefined;
  const faults = fits.errors!.map(({ instancePath, message, params }) =>
    `${instancePath || "/"} ${message} ${JSON.stringify(params)}`
  );
  return `an answer that schemas/json/${file} does not describe (${faults.join("; ")})`;
}

function isAsked(typed: readonly string[]): boolean {
  const end = typed.indexOf("--");
  const words = end < 0 ? typed : typed.slice(0, end);
  return words.includes("--json") &&
    !words.some((word) => /^(--help|-h|help|--version)$/.test(word));
}

function commandOf(typed: readonly string[]): string {
  const line = splitCommandLine(typed);
  return findCommand(line.command ?? "", line.args)?.name ?? "error";
}
