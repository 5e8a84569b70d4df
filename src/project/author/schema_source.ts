import { host, type ProcessOutput } from "../../host/mod.ts";
import { AludelError } from "../../errors.ts";
import type { SchemaFile } from "../../schema/source/statements.ts";
import { decodeCanonicalText } from "../../sql/canonical_text.ts";
import { say, shell, typedWord } from "../../text/next_step.ts";
import { placeOf } from "../../text/position.ts";

/** Maximum number of lines shown of a failed program's output. */
const SHOWN_LINES = 20;

/**
 * Runs a program that prints a schema as SQL.
 *
 * @param command The program and its arguments, which run without a shell.
 * @param folder The working folder of the program.
 * @param name The command for messages.
 * @returns Its standard output as one schema file.
 * @throws {AludelError} `schema-command-missing`, `schema-command-failed`, `schema-command-empty`.
 */
export async function runSchemaCommand(
  command: readonly string[],
  folder: string,
  name = command.join(" "),
): Promise<SchemaFile> {
  const [program = "", ...args] = command;
  const { code, stdout, stderr } = await start(program, args, folder);
  if (code !== 0) {
    const output = new TextDecoder().decode(stderr.length > 0 ? stderr : stdout).trim();
    throw new AludelError("schema-command-failed", `"${name}" exited with ${code}`, {
      notes: output === "" ? [] : output.split("\n").slice(-SHOWN_LINES),
      next: [shell`sh -c ${`cd ${typedWord(folder)} && ${command.map(typedWord).join(" ")}`}`],
    });
  }
  const text = decodeCanonicalText(`output of ${name}`, stdout);
  if (text.trim() === "") {
    throw new AludelError("schema-command-empty", `"${name}" printed nothing`, {
      notes: ["It must print the whole schema as CREATE statements"],
      next: [shell`sh -c ${`cd ${typedWord(folder)} && ${command.map(typedWord).join(" ")}`}`],
    });
  }
  return { file: `output of ${name}`, text };
}

async function start(
  program: string,
  args: readonly string[],
  folder: string,
): Promise<ProcessOutput> {
  try {
    return await host.processes.run(program, { args, cwd: folder });
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    throw new AludelError("schema-command-missing", `"${program}" cannot be run`, {
      notes: [error.message],
      next: [say('Correct "schema" in aludel.json, or install the program')],
      cause: error,
    });
  }
}

/**
 * Reads an SQL file, or every `*.sql` file of a folder and its subfolders.
 *
 * @param path Absolute, or relative to the working folder.
 * @param name The path for messages.
 * @returns null if the path does not exist.
 * @throws {AludelError} `file-unreadable`, `schema-folder-empty`, `schema-conflict`, `sql-encoding`, `sql-nul`.
 */
export function readSchemaFiles(path: string, name: string): readonly SchemaFile[] | null {
  try {
    if (!host.files.stat(path).isDirectory) return [readFile(path, name, "whole")];
    const files = [...sqlFilesIn(path, "")].sort();
    if (files.length === 0) {
      throw new AludelError("schema-folder-empty", `The folder "${name}" has no .sql file`, {
        next: [say(`Write CREATE statements into ${name}/schema.sql`)],
      });
    }
    return files.map((file) => readFile(`${path}/${file}`, `${name}/${file}`, "part"));
  } catch (error) {
    if (host.fault(error) === "not-found") return null;
    throw unreadable(error, name);
  }
}

/** @param extent Whether the file is the whole schema. */
function readFile(path: string, name: string, extent: "whole" | "part"): SchemaFile {
  const text = decodeCanonicalText(name, host.files.read(path));
  refuseConflict(name, text, extent);
  return { file: name, text };
}

/** Refuses a file with the marks of a conflict: https://git-scm.com/docs/git-merge */
function refuseConflict(name: string, text: string, extent: "whole" | "part"): void {
  const start = /^<{7}(?: |$)/m.exec(text)?.index;
  if (start === undefined || !/^={7}$/m.test(text) || !/^>{7}(?: |$)/m.test(text)) return;
  throw new AludelError("schema-conflict", `"${name}" has the marks of a merge conflict`, {
    place: placeOf(name, text, start),
    notes: ["The revisions of both sides are already merged: their heads have both schemas"],
    next: extent === "whole"
      ? [
        shell`aludel schema heads > ${name} # take what the revisions of both sides give`,
        say("Or resolve the conflict by hand, if one side has no revision yet"),
      ]
      : [
        say("Resolve the conflict by hand"),
        shell`aludel schema heads # what the revisions of both sides give`,
      ],
  });
}

function* sqlFilesIn(folder: string, prefix: string): Generator<string> {
  for (const entry of host.files.list(folder)) {
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory) yield* sqlFilesIn(`${folder}/${entry.name}`, `${prefix}${entry.name}/`);
    else if (entry.name.toLowerCase().endsWith(".sql")) yield `${prefix}${entry.name}`;
  }
}

function unreadable(error: unknown, name: string): unknown {
  if (error instanceof AludelError || !(error instanceof Error)) return error;
  if (!(host.fault(error) === "permission" || host.fault(error) === "not-capable")) {
    return error;
  }
  return new AludelError("file-unreadable", `"${name}" cannot be read`, {
    place: { file: name },
    notes: [error.message],
    next: [say("Make the file readable for you")],
    cause: error,
  });
}
