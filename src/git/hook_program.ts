import { isAbsolutePath } from "../project/resolve_path.ts";
import { shellWord } from "./shell_word.ts";

/**
 * The words that start this program: the standalone binary, or Deno, `run`, its flags and main.ts. Given absolute, because a
 * hook may be run by an editor that knows no PATH.
 */
export type ProgramWords = readonly string[];

/** The program as a shell command. */
export function programLine(program: ProgramWords): string {
  return program.map((word) => shellWord(slashes(word))).join(" ");
}

/** A shell condition: whether the program is still where it was. */
export function programTest(program: ProgramWords): string {
  const [first = "", ...rest] = program.map(slashes);
  const last = rest.at(-1);
  const script = last !== undefined && isAbsolutePath(last) ? ` && [ -e ${shellWord(last)} ]` : "";
  return `[ -x ${shellWord(first)} ]${script}`;
}

/**
 * The command that git runs to merge two manifests. If the program is gone, git's own union merge takes its place.
 * https://git-scm.com/docs/gitattributes, "Defining a custom merge driver"
 */
export function driverLine(program: ProgramWords): string {
  return `if ${programTest(program)}; then ${programLine(program)} merge-driver %O %A %B %P; ` +
    "else git merge-file --union %A %O %B; fi";
}

/** The shell that Git for Windows brings reads a backslash as an escape. */
function slashes(word: string): string {
  return Deno.build.os === "windows" ? word.replaceAll("\\", "/") : word;
}
