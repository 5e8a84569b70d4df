import { AludelError } from "../errors.ts";
import type { SchemaFile } from "../schema/schema_file.ts";
import { decodeCanonicalText } from "../sql/canonical_text.ts";

/** So many lines of what a failed program said are shown. */
const SHOWN_LINES = 20;

/**
 * Runs a program that prints a schema as SQL.
 *
 * @param command The program and its arguments; no shell is between.
 * @param folder Where it runs.
 * @returns What it wrote to stdout, as one schema file.
 * @throws {AludelError} `schema-command-missing`, `schema-command-failed`, `schema-command-empty`.
 */
export async function runSchemaCommand(
  command: readonly string[],
  folder: string,
): Promise<SchemaFile> {
  const [program = "", ...args] = command;
  const name = command.join(" ");
  const { code, stdout, stderr } = await start(program, args, folder);
  if (code !== 0) {
    const said = new TextDecoder().decode(stderr.length > 0 ? stderr : stdout).trim();
    throw new AludelError("schema-command-failed", `"${name}" exited with ${code}`, {
      notes: said === "" ? [] : said.split("\n").slice(-SHOWN_LINES),
      next: [`cd ${folder} && ${name}`],
    });
  }
  const text = decodeCanonicalText(`output of ${name}`, stdout);
  if (text.trim() === "") {
    throw new AludelError("schema-command-empty", `"${name}" printed nothing`, {
      notes: ["It must print the whole schema as CREATE statements"],
      next: [`cd ${folder} && ${name}`],
    });
  }
  return { file: `output of ${name}`, text };
}

async function start(
  program: string,
  args: readonly string[],
  folder: string,
): Promise<Deno.CommandOutput> {
  try {
    return await new Deno.Command(program, {
      args: [...args],
      cwd: folder,
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
    }).output();
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new AludelError("schema-command-missing", `"${program}" cannot be run`, {
      notes: [error.message],
      next: ['Correct "schema" in aludel.json, or install the program'],
      cause: error,
    });
  }
}
