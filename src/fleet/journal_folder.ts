import { host } from "../host/mod.ts";
import { AludelError } from "../errors.ts";
import { pathExists } from "../project/workspace/files.ts";
import { shell } from "../text/next_step.ts";

/** The folder of the journals. */
export function journalFolder(root: string): string {
  return `${root}/.aludel/fleet`;
}

/** The path of a run's journal. */
export function journalPath(root: string, run: string): string {
  return `${journalFolder(root)}/${run}.db`;
}

/** The names of the runs that have a journal, oldest first; none if the folder cannot be listed. */
export function listRuns(root: string): string[] {
  try {
    return [...host.files.list(journalFolder(root))]
      .flatMap(({ name }) => /^(\d[\w-]*)\.db$/.exec(name)?.[1] ?? [])
      .sort();
  } catch {
    return [];
  }
}

/**
 * Finds the run that a text names in full or by its beginning. Returns the newest run that matches, or the newest of
 * all if there is no text.
 * @throws {AludelError} `fleet-run-missing`.
 */
export function findRun(root: string, text: string | undefined): string {
  const runs = listRuns(root);
  const matching = text === undefined ? runs : runs.filter((run) => run.startsWith(text));
  const found = text !== undefined && runs.includes(text) ? text : matching.at(-1);
  if (found === undefined) throw runMissing(text, runs);
  return found;
}

/** The error for a run that has no journal. */
export function runMissing(run: string | undefined, runs: readonly string[]): AludelError {
  const message = run === undefined
    ? "No run of a fleet has a journal here"
    : `There is no run "${run}"`;
  return new AludelError("fleet-run-missing", message, {
    notes: runs.slice(-5).map((name) => `there is ${name}`),
    next: [shell`aludel fleet upgrade --glob "tenants/*.db" # begin a run`],
  });
}

/** Makes an unused name for a run from the time of its beginning. @param at From `toSecond`. */
export function newRunName(root: string, at: string): string {
  const base = at.replace("T", "_").replaceAll(":", "").replace("Z", "");
  for (let number = 1;; number++) {
    const name = number === 1 ? base : `${base}_${number}`;
    if (!pathExists(journalPath(root, name))) return name;
  }
}
