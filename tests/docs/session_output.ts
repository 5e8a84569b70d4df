/**
 * Compares what a document claims with what really happens. Ids are random, dates and durations vary: they are matched
 * by their form, and a name of the document stands for the same real one from then on.
 */

/** The ids, folders and restore points of a document, with the real ones that they stand for. */
export type NameMap = Map<string, string>;

const ID = /(?<![0-9a-f])[0-9a-f]{12}(?![0-9a-f])/g;

/** A revision's folder or a restore point: its name begins with the day it was made. */
const DATED = /\d{4}-\d{2}-\d{2}_\w+/g;

/** The command with the document's names, and beginnings of ids, replaced by the real ones. */
export function realCommand(command: string, names: NameMap): string {
  return command
    .replace(DATED, (word) => names.get(word) ?? word)
    .replace(/(?<![0-9A-Za-z])[0-9a-f]{4,12}(?![0-9A-Za-z])/g, (word) => {
      const known = [...names].find(([written]) => isId(written) && written.startsWith(word));
      return known ? known[1].slice(0, word.length) : word;
    });
}

function isId(name: string): boolean {
  return /^[0-9a-f]{12}$/.test(name);
}

/**
 * Compares what a document shows with what a command printed. A line `…` stands for one line or more.
 * @returns undefined where they agree, else what differs. Learns names.
 */
export function compareOutput(
  shown: readonly string[],
  printed: readonly string[],
  names: NameMap,
): string | undefined {
  let at = 0;
  for (const [index, line] of shown.entries()) {
    const actual = printed[at++];
    if (actual === undefined) return `it printed nothing where the document has: ${line}`;
    if (line.trim() === "…") {
      const next = shown[index + 1];
      if (next === undefined) return undefined;
      while (at < printed.length && !sameLine(next, printed[at]!, names)) at++;
    } else if (!sameLine(line, actual, names)) return `document: ${line}\nprinted:  ${actual}`;
  }
  return at < printed.length ? `it also printed: ${printed.slice(at).join("\n")}` : undefined;
}

function sameLine(shown: string, printed: string, names: NameMap): boolean {
  if (formOf(shown) !== formOf(printed)) return false;
  const pairs = [ID, DATED].flatMap((form) => {
    const real = printed.match(form) ?? [];
    return (shown.match(form) ?? []).map((written, i) => [written, real[i]!] as const);
  });
  if (pairs.some(([written, real]) => names.has(written) && names.get(written) !== real)) {
    return false;
  }
  for (const [written, real] of pairs) names.set(written, real);
  return true;
}

function formOf(line: string): string {
  return line
    .replace(ID, "ID")
    .replace(/\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}/g, "TIME")
    // The second one of a second has a number of its own.
    .replace(/\d{4}-\d{2}-\d{2}_\d{6}(?:_\d+)?\b/g, "POINT")
    .replace(/\d{4}-\d{2}-\d{2}/g, "DATE")
    .replace(/\b[\d.]+ (?:ms|s)\b/g, "DURATION")
    .trimEnd();
}
