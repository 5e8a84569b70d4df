import { AludelError } from "../errors.ts";
import type { SchemaFile } from "../schema/schema_file.ts";
import { decodeCanonicalText } from "../sql/canonical_text.ts";

/**
 * Reads an SQL file, or every `*.sql` file of a folder and its subfolders.
 *
 * @param path Absolute, or relative to the working folder.
 * @param name What to call it in messages.
 * @returns null where there is nothing of that name.
 * @throws {AludelError} `file-unreadable`, `schema-folder-empty`, `sql-encoding`, `sql-nul`.
 */
export function readSchemaFiles(path: string, name: string): readonly SchemaFile[] | null {
  try {
    if (!Deno.statSync(path).isDirectory) return [readFile(path, name)];
    const files = [...sqlFilesIn(path, "")].sort();
    if (files.length === 0) {
      throw new AludelError("schema-folder-empty", `The folder "${name}" has no .sql file`, {
        next: [`Write CREATE statements into ${name}/schema.sql`],
      });
    }
    return files.map((file) => readFile(`${path}/${file}`, `${name}/${file}`));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw unreadable(error, name);
  }
}

function readFile(path: string, name: string): SchemaFile {
  return { file: name, text: decodeCanonicalText(name, Deno.readFileSync(path)) };
}

function* sqlFilesIn(folder: string, prefix: string): Generator<string> {
  for (const entry of Deno.readDirSync(folder)) {
    if (entry.name.startsWith(".")) continue;
    if (entry.isDirectory) yield* sqlFilesIn(`${folder}/${entry.name}`, `${prefix}${entry.name}/`);
    else if (entry.name.toLowerCase().endsWith(".sql")) yield `${prefix}${entry.name}`;
  }
}

function unreadable(error: unknown, name: string): unknown {
  if (error instanceof AludelError || !(error instanceof Error)) return error;
  if (!(error instanceof Deno.errors.PermissionDenied || error instanceof Deno.errors.NotCapable)) {
    return error;
  }
  return new AludelError("file-unreadable", `"${name}" cannot be read`, {
    place: { file: name },
    notes: [error.message],
    next: ["Make the file readable for you"],
    cause: error,
  });
}
