import type { ManifestRevision } from "../../manifest/manifest.ts";
import type { Candidate } from "./candidate.ts";

/** So many revisions are offered while nothing is typed: the newest, which are what one means. */
const SHOWN = 100;

const WORDS = {
  head: { value: "head", description: "the newest revision" },
  heads: { value: "heads", description: "the newest revision of every branch" },
  base: { value: "base", description: "before the first revision" },
  current: { value: "current", description: "where the database stands" },
  next: { value: "+1", description: "the next revision" },
  back: { value: "-1", description: "the revision before" },
} as const satisfies Record<string, Candidate>;

/**
 * Refs to offer: words of the grammar, then revisions, newest first, then labels with their branch's head.
 *
 * @param typed What stands before the cursor.
 * @param command The command, which decides on the words.
 */
export function refCandidates(
  revisions: readonly ManifestRevision[],
  typed: string,
  command: string,
): readonly Candidate[] {
  const newest = revisions.toSorted((a, b) =>
    a.created > b.created ? -1 : a.created < b.created ? 1 : 0
  );
  const ids = newest.map(({ id, message }) => ({ value: id, description: message }));
  const labels = newest.flatMap(({ labels, id, message }) =>
    labels.flatMap((label) => [
      { value: label, description: `${id} ${message}` },
      command === "downgrade"
        ? { value: `${label}@-1`, description: `the revision before the newest of ${label}` }
        : { value: `${label}@head`, description: `the newest revision of ${label}` },
      { value: `${label}@base`, description: `the first revision of ${label}` },
    ])
  );
  const shown = typed === "" ? ids.slice(0, SHOWN) : ids;
  return [...wordsFor(command), ...shown, ...labels];
}

function wordsFor(command: string): readonly Candidate[] {
  if (command === "upgrade") return [WORDS.head, WORDS.heads, WORDS.next];
  if (command === "downgrade") return [WORDS.back, WORDS.base];
  return [WORDS.head, WORDS.heads, WORDS.base, WORDS.current];
}
