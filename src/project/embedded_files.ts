import { MANIFEST_FILE, type RevisionFiles } from "./revision_files.ts";

/** The texts of a migrations folder by path: `manifest.json`, `2026-11-23_3f9c1a2b4d5e_create_events/up.sql`. */
export type EmbeddedTexts =
  & Readonly<Record<`${string}/${string}`, string>>
  & {
    /** The manifest's text, or the value that importing it as JSON gives. */
    readonly "manifest.json": string | object;
  };

/** The files of a migrations folder that a program carries in itself. */
export class EmbeddedFiles implements RevisionFiles {
  readonly name: string;
  readonly #texts: ReadonlyMap<string, string>;

  /** @param name What to call the folder in messages. */
  constructor(texts: EmbeddedTexts, name = "migrations") {
    this.name = name;
    this.#texts = new Map(
      Object.entries<string | object>(texts).map(([path, text]) => [
        path,
        typeof text === "string" ? text : JSON.stringify(text),
      ]),
    );
  }

  read(path: string): Uint8Array | null {
    const text = this.#texts.get(path);
    return text === undefined ? null : new TextEncoder().encode(text);
  }

  folders(): readonly string[] {
    const names = new Set<string>();
    for (const path of this.#texts.keys()) {
      if (path !== MANIFEST_FILE && path.includes("/")) names.add(path.slice(0, path.indexOf("/")));
    }
    return [...names].sort();
  }
}
