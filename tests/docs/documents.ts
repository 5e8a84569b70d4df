import { type MarkdownBlock, readBlocks } from "./markdown_block.ts";

/** A Markdown document of this repository. */
export interface Document {
  /** From the repository's root: `docs/git.md`. */
  readonly path: string;
  readonly text: string;
  readonly blocks: readonly MarkdownBlock[];
}

export const ROOT = new URL("../../", import.meta.url);

/** The documents at the top, and all of docs/, in the order of their names. */
export function documents(): readonly Document[] {
  return [...markdownFiles("")].sort().map((path) => {
    const text = Deno.readTextFileSync(new URL(path, ROOT));
    return { path, text, blocks: readBlocks(text) };
  });
}

function* markdownFiles(folder: string): Generator<string> {
  for (const { name, isDirectory } of Deno.readDirSync(new URL(folder || ".", ROOT))) {
    if (isDirectory && (folder !== "" || name === "docs")) {
      yield* markdownFiles(`${folder}${name}/`);
    } else if (name.endsWith(".md")) yield folder + name;
  }
}
