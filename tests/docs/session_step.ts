import type { MarkdownBlock } from "./markdown_block.ts";

/**
 * What a reader does who follows a document from its beginning to its end, in one folder.
 *
 * In a block ```console a line that begins with `$ ` is a command, and the lines below it are what it prints. In a block
 * ```sh every line is a command, whose output is not shown. A block of any language with `file=PATTERN` is written into
 * the one file that the pattern names. A command exits with 0 unless its comment states otherwise: `# exit 3`.
 */
export type SessionStep = SessionCommand | SessionFile;

/** A command with what the document claims of it. */
export interface SessionCommand {
  readonly kind: "command";
  /** With its comment, as it stands in the document. */
  readonly command: string;
  /** What it prints; undefined where the document does not show that. */
  readonly output: readonly string[] | undefined;
  readonly exitCode: number;
  readonly line: number;
}

/** A file that the reader is told to write. */
export interface SessionFile {
  readonly kind: "file";
  /** A path, in which `*` stands for any characters. */
  readonly pattern: string;
  readonly text: string;
  readonly line: number;
}

/** Whether the block is part of its document's session, unless another runner has it. */
export function isSessionBlock({ language, attributes }: MarkdownBlock): boolean {
  return attributes.has("file") || language === "console" || language === "sh";
}

/** The steps that a block tells the reader to take; none for a block that is no part of the session. */
export function stepsOf(block: MarkdownBlock): SessionStep[] {
  const pattern = block.attributes.get("file");
  if (pattern !== undefined) {
    return [{ kind: "file", pattern, text: block.lines.join("\n") + "\n", line: block.line }];
  }
  if (block.language === "console") return consoleCommands(block);
  return block.language === "sh" ? shellCommands(block) : [];
}

function consoleCommands(block: MarkdownBlock): SessionStep[] {
  const commands: { command: string; output: string[]; line: number }[] = [];
  block.lines.forEach((text, index) => {
    const line = block.line + index;
    if (text.startsWith("$ ")) commands.push({ command: text.slice(2), output: [], line });
    else if (commands.length > 0) commands.at(-1)!.output.push(text);
    else throw new Error(`Line ${line} is the output of no command`);
  });
  return commands.map(({ command, output, line }) => ({
    kind: "command",
    command,
    output: withoutBlankEnd(output),
    exitCode: statedExitCode(command),
    line,
  }));
}

function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  const last = lines.findLastIndex((line) => line.trim() !== "");
  return lines.slice(0, last + 1);
}

function shellCommands(block: MarkdownBlock): SessionStep[] {
  return block.lines.flatMap((command, index) =>
    command.trim() === "" || command.startsWith("#") ? [] : [{
      kind: "command",
      command,
      output: undefined,
      exitCode: statedExitCode(command),
      line: block.line + index,
    }]
  );
}

/** The exit code that a command's comment states, 0 where it states none. */
export function statedExitCode(command: string): number {
  const comment = /\s#\s(?!.*\s#\s)(.*)$/.exec(command)?.[1] ?? "";
  return Number(/\bexit (?:code )?(\d+)\b/.exec(comment)?.[1] ?? 0);
}
