import type { ScratchImage } from "../../db/open_scratch.ts";
import { host } from "../../host/mod.ts";
import type { SchemaRows } from "../../schema/read/schema_rows.ts";
import { makeCacheFolder, writeAtomically } from "../workspace/files.ts";

/** Maximum number of cached schemas: one for each branch in use. */
const KEPT = 16;

/** Maximum number and size of the cached databases. */
const KEPT_IMAGES = 4;
const LARGEST_IMAGE = 32 * 1024 * 1024;

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
 * Schemas and databases that replays gave, in files of folders that can be deleted at any time. A key names all that the
 * result depends on, so nothing in it is ever out of date. If anything is wrong with the files, a
 * replay answers instead.
 */
export class ReplayCache {
  readonly #root: string;
  readonly #folder: string;
  readonly #images: string;

  /** @param root The folder `.aludel` beside the settings. */
  constructor(root: string) {
    this.#root = root;
    this.#folder = `${root}/schemas`;
    this.#images = `${root}/images`;
  }

  /** @param key Hex digits. */
  readSchema(key: string): SchemaRows | undefined {
    try {
      const stored = JSON.parse(host.files.readText(this.#path(key))) as Stored;
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

  writeSchema(key: string, { objects, tables, modules }: SchemaRows): void {
    try {
      makeCacheFolder(this.#root, this.#folder);
      const stored: Stored = {
        format: FORMAT,
        objects,
        tables: [...tables],
        modules: [...modules],
      };
      writeAtomically(this.#path(key), JSON.stringify(stored));
      dropOldest(this.#folder, KEPT);
    } catch {
      // A folder that cannot be written to costs time and nothing else.
    }
  }

  #path(key: string): string {
    return `${this.#folder}/${key}.json`;
  }

  /** A database as bytes; undefined if none is kept, or its bytes are not those that were written. */
  readImage(key: string): ScratchImage | undefined {
    try {
      const name = filesOf(this.#images).find((one) => one.startsWith(`${key}-`));
      if (name === undefined) return undefined;
      const image = host.files.read(`${this.#images}/${name}`);
      return name === imageName(key, image) ? image : undefined;
    } catch {
      return undefined;
    }
  }

  writeImage(key: string, image: ScratchImage): void {
    if (image.length > LARGEST_IMAGE) return;
    try {
      makeCacheFolder(this.#root, this.#images);
      writeAtomically(`${this.#images}/${imageName(key, image)}`, image);
      dropOldest(this.#images, KEPT_IMAGES);
    } catch {
      // As above.
    }
  }
}

/** A name that says what the bytes are: SQLite would find out late that a part of them is missing. */
function imageName(key: string, image: ScratchImage): string {
  return `${key}-${host.sha256(image)}.db`;
}

function filesOf(folder: string): readonly string[] {
  return [...host.files.list(folder)].filter(({ isFile }) => isFile).map(({ name }) => name);
}

function dropOldest(folder: string, kept: number): void {
  const files = filesOf(folder).map((name) => `${folder}/${name}`)
    .map((path) => ({ path, time: host.files.stat(path).modified?.getTime() ?? 0 }))
    .sort((a, b) => b.time - a.time);
  for (const { path } of files.slice(kept)) host.files.remove(path);
}
