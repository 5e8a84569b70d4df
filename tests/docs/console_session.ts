/**
 * Reads the sessions out of a Markdown document and compares them with what really happens.
 *
 * In a block ```console a line that begins with `$ ` is a command, the lines below it what it prints; a line `…` stands
 * for any lines. A block ```sql file=PATTERN is written into the one file that the pattern names. Blocks of other kinds
 * are for reading. Ids are random, dates and durations vary: they are matched by their form, and an id of the document
 * stands for the same revision from then on.
 */

/** A command with the output that the document claims. */
export interface SessionCommand {
  readonly kind: "command";
  readonly command: string;
  readonly output: readonly string[];
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

export type SessionStep = SessionCommand | SessionFile;

/** All steps of a document, in order. */
export function readSession(markdown: string): SessionStep[] {
  const steps: SessionStep[] = [];
  let block: { info: string; start: number; lines: string[] } | undefined;
  markdown.split("\n").forEach((line, index) => {
    if (block === undefined) {
      const fence = /^```(\S.*)$/.exec(line);
      if (fence) block = { info: fence[1]!, start: index + 2, lines: [] };
      else if (line === "```") block = { info: "", start: index + 2, lines: [] };
    } else if (line === "```") {
      steps.push(...stepsOf(block.info, block.lines, block.start));
      block = undefined;
    } else {
      block.lines.push(line);
    }
  });
  return steps;
}

function stepsOf(info: string, lines: readonly string[], start: number): SessionStep[] {
  const file = /^sql file=(\S+)$/.exec(info);
  if (file) {
    const text = lines.join("\n") + "\n";
    return [{ kind: "file", pattern: file[1]!, text, line: start }];
  }
  if (info !== "console") return [];
  const commands: { command: string; output: string[]; line: number }[] = [];
  lines.forEach((text, index) => {
    if (text.startsWith("$ ")) {
      commands.push({ command: text.slice(2), output: [], line: start + index });
    } else if (text !== "" || commands.at(-1)?.output.length) {
      commands.at(-1)?.output.push(text);
    }
  });
  return commands.map(({ command, output, line }) => ({
    kind: "command",
    command,
    output: withoutBlankEnd(output),
    line,
  }));
}

function withoutBlankEnd(lines: readonly string[]): readonly string[] {
  let end = lines.length;
  while (end > 0 && lines[end - 1]!.trim() === "") end--;
  return lines.slice(0, end);
}

/** The ids of the document, with the real ones that they stand for. */
export type IdMap = Map<string, string>;

const ID = /(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])/g;

/** The command with the document's ids, and beginnings of them, replaced by the real ones. */
export function realCommand(command: string, ids: IdMap): string {
  return command.replace(/(?<![0-9A-Za-z])[0-9a-f]{4,12}(?![0-9A-Za-z])/g, (word) => {
    const known = [...ids].find(([written]) => written.startsWith(word));
    return known ? known[1].slice(0, word.length) : word;
  });
}

/**
 * Compares what a document claims with what a command printed.
 * @returns undefined where they agree, else what differs. Learns ids.
 */
export function compareOutput(
  claimed: readonly string[],
  printed: readonly string[],
  ids: IdMap,
): string | undefined {
  let at = 0;
  for (const [index, line] of claimed.entries()) {
    if (line.trim() === "…") {
      const next = claimed[index + 1];
      if (next === undefined) return undefined;
      while (at < printed.length && !sameLine(next, printed[at]!, ids)) at++;
      continue;
    }
    const actual = printed[at++];
    if (actual === undefined) return `it printed nothing where the document has: ${line}`;
    if (!sameLine(line, actual, ids)) return `document: ${line}\nprinted:  ${actual}`;
  }
  return at < printed.length ? `it also printed: ${printed.slice(at).join("\n")}` : undefined;
}

function sameLine(claimed: string, printed: string, ids: IdMap): boolean {
  const shape = (text: string) =>
    text
      .replace(ID, "ID")
      .replace(/\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}/g, "TIME")
      .replace(/\d{4}-\d{2}-\d{2}_\d{6}\b/g, "POINT")
      .replace(/\d{4}-\d{2}-\d{2}/g, "DATE")
      .replace(/\b[\d.]+ (ms|s)\b/g, "N $1")
      .trimEnd();
  if (shape(claimed) !== shape(printed)) return false;
  const written = claimed.match(ID) ?? [];
  const real = printed.match(ID) ?? [];
  if (written.some((id, i) => ids.has(id) && ids.get(id) !== real[i])) return false;
  written.forEach((id, i) => ids.set(id, real[i]!));
  return true;
}
