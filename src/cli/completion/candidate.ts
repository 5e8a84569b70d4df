import { visible } from "../../text/visible.ts";

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
 * What a terminal would take as an order is spelt out in a description; a word that holds one is left out.
 */
export function candidateLines({ words, paths }: Candidates): string {
  const safe = words.filter(({ value }) => visible(value) === value && !/[\t\n]/.test(value));
  const lines = safe.map(({ value, description }) =>
    `${value}\t${visible(description.split("\n", 1)[0]!.replaceAll("\t", " ")).trim()}\n`
  );
  return lines.join("") + (paths === "none" ? "" : `:${paths}\n`);
}
