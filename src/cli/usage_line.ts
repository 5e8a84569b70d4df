import type { Command } from "./command.ts";

/** One line: `aludel show [OPTIONS] REF`. */
export function usageLine(command: Command): string {
  const words = command.positional.map(({ name, optional, many }) => {
    const word = many ? `${name}...` : name;
    return optional ? `[${word}]` : word;
  });
  return ["aludel", command.name, "[OPTIONS]", ...words].join(" ");
}
