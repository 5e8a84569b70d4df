/** A fenced block of a Markdown document. */
export interface MarkdownBlock {
  /** The first word after the fence, "" where there is none: `sh`, `sql`. */
  readonly language: string;
  /** The words `NAME=VALUE` after it, which no reader sees: `file=schema.sql`. */
  readonly attributes: ReadonlyMap<string, string>;
  readonly lines: readonly string[];
  /** The number of the first line within the fences, counted from 1. */
  readonly line: number;
}

/**
 * All fenced blocks of a document, in order, those within lists and quotes too.
 * @throws Error where a block does not end, or has words after its language that are no attributes.
 */
export function readBlocks(markdown: string): MarkdownBlock[] {
  const blocks: MarkdownBlock[] = [];
  let open: { fence: string; indent: string; info: string; line: number; lines: string[] };
  let within = false;
  markdown.split("\n").forEach((text, index) => {
    const found = /^((?:[ \t]|> ?|[-*] |\d+\. )*)(`{3,}|~{3,})(.*)$/.exec(text);
    if (!within) {
      if (found === null) return;
      const [, indent = "", fence = "", info = ""] = found;
      open = { fence, indent, info: info.trim(), line: index + 2, lines: [] };
      within = true;
    } else if (found?.[2]?.startsWith(open.fence) && found[3]!.trim() === "") {
      const { info, lines, line } = open;
      const [language = "", ...words] = info.split(/\s+/);
      blocks.push({ language, attributes: attributesOf(words, line), lines, line });
      within = false;
    } else {
      open.lines.push(text.slice(Math.min(open.indent.length, /^[ \t>]*/.exec(text)![0].length)));
    }
  });
  if (within) throw new Error(`The block of line ${open!.line - 1} does not end`);
  return blocks;
}

function attributesOf(words: readonly string[], line: number): ReadonlyMap<string, string> {
  return new Map(words.map((word) => {
    const [, name, value] = /^([a-z]+)=(\S+)$/.exec(word) ?? [];
    if (name === undefined) throw new Error(`"${word}" above line ${line} is no NAME=VALUE`);
    return [name, value!];
  }));
}
