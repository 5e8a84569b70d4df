/** A word that may stand where the cursor is. */
export interface Candidate {
  readonly value: string;
  /** What it means, in a few words; empty where the word says it all. */
  readonly description: string;
}

/** What may stand where the cursor is. */
export interface Candidates {
  readonly words: readonly Candidate[];
  /** Whether the shell should offer paths too. */
  readonly paths: "none" | "files" | "folders";
}

/** Where no word is known. */
export const NOTHING: Candidates = { words: [], paths: "none" };

/**
 * The candidates as the scripts of the shells read them: `WORD<TAB>DESCRIPTION` a line, then `:files` or `:folders`.
 *
 * Control characters of a message would reach the terminal as they are, so they become spaces.
 */
export function candidateLines({ words, paths }: Candidates): string {
  const lines = words.map(({ value, description }) =>
    // deno-lint-ignore no-control-regex
    `${value}\t${description.split("\n", 1)[0]!.replace(/[\x00-\x1f\x7f-\x9f]/g, " ").trim()}\n`
  );
  return lines.join("") + (paths === "none" ? "" : `:${paths}\n`);
}
