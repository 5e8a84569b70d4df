import type { SchemaRows } from "../schema/schema_row.ts";
import { makeCacheFolder } from "./cache_folder.ts";
import { writeAtomically } from "./write_atomically.ts";

/** Of so many histories the schemas are kept: every branch that somebody works on. */
const KEPT = 16;

/** Counts up when what is stored changes its shape; other numbers are passed over. */
const FORMAT = 1;

interface Stored {
  readonly format: number;
  readonly objects: SchemaRows["objects"];
  readonly tables: readonly (readonly [
    string,
    SchemaRows["tables"] extends ReadonlyMap<string, infer T> ? T : never,
  ])[];
  readonly modules: readonly string[];
}

/**
 * Schemas that replays gave, in files of a folder that can be deleted at any time. A key names all that the
 * result depends on, so that nothing in it is ever out of date. Whatever goes wrong with the files, a
 * replay answers instead.
 */
export class SchemaCache {
  readonly #root: string;
  readonly #folder: string;

  /** @param root The folder `.aludel` beside the settings. */
  constructor(root: string) {
    this.#root = root;
    this.#folder = `${root}/schemas`;
  }

  /** @param key Hex digits. */
  read(key: string): SchemaRows | undefined {
    try {
      const stored = JSON.parse(Deno.readTextFileSync(this.#path(key))) as Stored;
      if (stored.format !== FORMAT) return undefined;
      return {
        objects: stored.objects,
        tables: new Map(stored.tables),
        modules: new Set(stored.modules),
      };
    } catch {
      return undefined;
    }
  }

  write(key: string, { objects, tables, modules }: SchemaRows): void {
    try {
      makeCacheFolder(this.#root, this.#folder);
      const stored: Stored = {
        format: FORMAT,
        objects,
        tables: [...tables],
        modules: [...modules],
      };
      writeAtomically(this.#path(key), JSON.stringify(stored));
      this.#dropOldest();
    } catch {
      // A folder that cannot be written to costs time and nothing else.
    }
  }

  #path(key: string): string {
    return `${this.#folder}/${key}.json`;
  }

  #dropOldest(): void {
    const files = [...Deno.readDirSync(this.#folder)].filter(({ isFile }) => isFile)
      .map(({ name }) => `${this.#folder}/${name}`)
      .map((path) => ({ path, time: Deno.statSync(path).mtime?.getTime() ?? 0 }))
      .sort((a, b) => b.time - a.time);
    for (const { path } of files.slice(KEPT)) Deno.removeSync(path);
  }
}
