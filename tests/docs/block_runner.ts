import type { Document } from "./documents.ts";
import type { MarkdownBlock } from "./markdown_block.ts";
import { isSessionBlock } from "./session_step.ts";

/** What holds a block to the program, and the test that does. */
export type BlockRunner =
  /** A step of its document's session: sessions_test.ts. */
  | "session"
  /** Typed in a clone of this repository: clone_test.ts. */
  | "clone"
  /** Typed in a project of another tool, if that is here: tools_test.ts. */
  | "tool"
  /** Examples of a command: command_examples_test.ts. */
  | "examples"
  /** The usage line of a command: command_examples_test.ts. */
  | "usage"
  /** Type-checked and run beside the library: library_test.ts. */
  | "library"
  /** Held against a published JSON Schema: json_blocks_test.ts. */
  | "json"
  /** Parsed, and its commands run: yaml_blocks_test.ts. */
  | "yaml"
  /** A recipe for another program: its syntax is read, and its commands of ours: deploy_test.ts. */
  | "deploy";

/** A block that none of these runs, by the first line in it. */
export interface OtherBlock {
  readonly path: string;
  readonly firstLine: string;
  /** The test that reads the block, from the repository's root; undefined where there is nothing to run. */
  readonly test?: string;
  readonly why: string;
}

/** All of them. A block that is not here and has no runner fails blocks_test.ts. */
export const OTHER_BLOCKS: readonly OtherBlock[] = [
  {
    path: "CONTRIBUTING.md",
    firstLine: "main.ts                                  src/mod.ts        an application's door",
    test: "tests/docs/blocks_test.ts",
    why: "a picture of the layers",
  },
  {
    path: "docs/directives.md",
    firstLine:
      'directive = "--" [space] "aludel" [space] ":" [space] name [space operator [space] value [space reason]]',
    why: "a grammar, whose rules tests/unit/sql/directive_test.ts holds",
  },
  {
    path: "docs/online.md",
    firstLine:
      "begin        the new table, empty, and triggers on the old one        one short transaction",
    why: "a picture of what happens, which tests/faults/online_test.ts interrupts anywhere",
  },
  {
    path: "docs/formats.md",
    firstLine: "aludel-lineage-1",
    why: "the form of a text, of which the example below it is tested",
  },
  {
    path: "docs/formats.md",
    firstLine:
      "up of a1      sha256:37d0cd3007144937fe6ef9e9e556de3562c733b646e4cf7df6756cad09fcc584",
    test: "tests/unit/manifest/lineage_test.ts",
    why: "hashes and lineages, computed anew there",
  },
  {
    path: "docs/json.md",
    firstLine: 'import type { Answers, ErrorAnswer } from "aludel/json";',
    test: "tests/build/npm_test.ts",
    why: "type-checked beside the npm package there",
  },
];

/** What runs a block; undefined where nothing does. */
export function runnerOf({ path }: Document, block: MarkdownBlock): BlockRunner | undefined {
  const { language, attributes } = block;
  if (path === "docs/commands.md") {
    return language === "sh" ? "examples" : language === "" ? "usage" : undefined;
  }
  if (path === "docs/deploy.md") return "deploy";
  if (attributes.get("in") === "clone") return language === "sh" ? "clone" : undefined;
  if (toolOf(block) !== undefined) return isSessionBlock(block) ? "tool" : undefined;
  if (isSessionBlock(block)) return "session";
  if (path === "docs/library.md" && language === "ts") return "library";
  return language === "json" || language === "yaml" ? language : undefined;
}

/** The tool in whose project a block is typed. */
export function toolOf({ attributes }: MarkdownBlock): string | undefined {
  const place = attributes.get("in");
  return place === "clone" ? undefined : place;
}

/** The entry of OTHER_BLOCKS for a block, if it has one. */
export function otherBlock({ path }: Document, block: MarkdownBlock): OtherBlock | undefined {
  return OTHER_BLOCKS.find((one) => one.path === path && one.firstLine === block.lines[0]);
}
