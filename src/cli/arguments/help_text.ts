import { PROGRAM, RELEASE } from "../../text/program.ts";
import { COMMANDS, GROUPS } from "../commands.ts";
import type { Style } from "../terminal/style.ts";
import type { Command } from "./command.ts";
import { allFlags, type Flag, longName } from "./flag.ts";

/** The usage of a command in one line: `aludel show [OPTIONS] REF`. */
export function usageLine(command: Command): string {
  const words = command.positional.map(({ name, optional, many }) => {
    const word = many ? `${name}...` : name;
    return optional ? `[${word}]` : word;
  });
  return ["aludel", command.name, "[OPTIONS]", ...words].join(" ");
}

const WIDTH = 80;

/** The text of `aludel --help`: every command with its summary. It loads no command's module. */
export function overviewText(style: Style): string {
  const names = Object.keys(COMMANDS);
  const column = Math.max(...names.map((name) => name.length)) + 2;
  const lines = [
    `${PROGRAM} ${RELEASE}: schema migrations for SQLite, tracked like git`,
    "",
    `${style.bold("Usage:")} aludel COMMAND [OPTIONS]`,
  ];
  for (const group of GROUPS) {
    const members = Object.entries(COMMANDS).filter(([, entry]) => entry.group === group);
    if (members.length === 0) continue;
    lines.push("", style.bold(group));
    for (const [name, { summary }] of members) {
      lines.push(`  ${style.cyan(name.padEnd(column))}${summary}`);
    }
  }
  lines.push(
    "",
    '"aludel COMMAND --help" explains a command and shows examples.',
    "",
    style.bold("Example"),
    "  aludel init",
    '  aludel revision -m "create events table"',
  );
  return lines.join("\n");
}

/** The text of `aludel` without a command: the names of the commands, on one screen. */
export function briefText(style: Style): string {
  const column = Math.max(...GROUPS.map((group) => group.length)) + 2;
  const lines = [
    `${PROGRAM} ${RELEASE}: schema migrations for SQLite, tracked like git`,
    "",
    `${style.bold("Usage:")} aludel COMMAND [OPTIONS]`,
    "",
  ];
  for (const group of GROUPS) {
    const names = Object.entries(COMMANDS).filter(([, entry]) => entry.group === group)
      // Do not break a name of two words.
      .map(([name]) => name.replaceAll(" ", "\u00a0"));
    if (names.length === 0) continue;
    const [first = "", ...rest] = wrap(names.join(", "), WIDTH - column)
      .map((line) => line.replaceAll("\u00a0", " "));
    lines.push(`${style.bold(group.padEnd(column))}${first}`);
    for (const line of rest) lines.push(" ".repeat(column) + line);
  }
  lines.push(
    "",
    '"aludel --help" describes them, "aludel COMMAND --help" explains one.',
    "",
    style.bold("To start"),
    "  aludel init",
    '  aludel revision -m "create events table"',
  );
  return lines.join("\n");
}

/** The text of `aludel COMMAND --help`, within 80 columns. */
export function commandText(command: Command, style: Style): string {
  const lines = [`${style.bold("Usage:")} ${usageLine(command)}`];
  for (const paragraph of command.description) lines.push("", ...wrap(paragraph, WIDTH));
  if (command.positional.length > 0) {
    lines.push("", style.bold("Arguments"));
    lines.push(...columns(command.positional.map(({ name, help }) => [name, help]), style));
  }
  lines.push("", style.bold("Options"));
  const flags = Object.entries(allFlags(command.flags)).map(([name, flag]) => {
    return [flagSpelling(name, flag), flag.help] as const;
  });
  lines.push(...columns([...flags, ["-h, --help", "print this help"]], style));
  lines.push("", style.bold(command.examples.length === 1 ? "Example" : "Examples"));
  for (const { command: typed, says } of command.examples) {
    lines.push(`  ${typed}`, ...wrap(says, WIDTH - 6).map((line) => `      ${line}`));
  }
  return lines.join("\n");
}

/** Formats a flag: `-m, --message MSG`. */
function flagSpelling(name: string, flag: Flag): string {
  const letter = flag.alias === undefined ? "    " : `-${flag.alias}, `;
  const value = flag.kind === "switch"
    ? ""
    : flag.kind === "choice"
    ? ` ${flag.values.join("|")}`
    : ` ${flag.value}`;
  return `${letter}${longName(name)}${value}${flag.kind === "list" ? "..." : ""}`;
}

/** Formats two columns, the second of them wrapped. A long first cell gets its own line. */
function columns(rows: readonly (readonly [string, string])[], style: Style): string[] {
  const widest = Math.min(26, Math.max(...rows.map(([left]) => left.length)));
  return rows.flatMap(([left, right]) => {
    const wrapped = wrap(right, WIDTH - widest - 4);
    const rest = (lines: readonly string[]) => lines.map((line) => " ".repeat(widest + 4) + line);
    return left.length > widest
      ? [`  ${style.cyan(left)}`, ...rest(wrapped)]
      : [`  ${style.cyan(left.padEnd(widest))}  ${wrapped[0] ?? ""}`, ...rest(wrapped.slice(1))];
  });
}

/** Breaks a text at spaces, so that only lines with a longer word exceed `width`. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    if (line !== "" && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else line = line === "" ? word : `${line} ${word}`;
  }
  if (line !== "") lines.push(line);
  return lines;
}
