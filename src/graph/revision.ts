/** The id of a revision: 12 random hex digits, or the user's own by the rules of docs/formats.md. */
export type RevisionId = string;

/** One node of the revision graph. */
export interface Revision {
  readonly id: RevisionId;
  /** The parents: none for a base, several for a merge point. */
  readonly parents: readonly RevisionId[];
  /** Revisions of other branches that must be applied first but are not parents. */
  readonly dependsOn: readonly RevisionId[];
  /** Branch labels: each names this revision, its descendants, and its ancestors up to a branch point. */
  readonly labels: readonly string[];
}

/** Words of the ref grammar, which no id and no label may equal in any case. */
const RESERVED_WORDS: readonly string[] = ["base", "current", "empty", "head", "heads"];

const ID = /^[0-9A-Za-z][0-9A-Za-z_.]{0,63}$/;
/** The ids that Aludel generates. Most ids are, so they skip the other rules. */
const GENERATED = /^[0-9a-f]{12}$/;
const LABEL = /^[0-9A-Za-z][0-9A-Za-z_./]{0,63}$/;

/** Folds a ref, id or label for comparison: to lower case, because some file systems ignore case. */
export function foldRevisionName(name: string): string {
  return name.toLowerCase();
}

/**
 * The reason why a text cannot be a revision id, as the end of the sentence "The id … ", or null if it can.
 *
 * The rule: an ASCII letter or digit, then up to 63 letters, digits, `_` or `.`, no final dot (Windows
 * drops it from folder names), none of {@linkcode RESERVED_WORDS}.
 */
export function idFault(id: string): string | null {
  return nameFault(id, ID, "letters, digits, _ and . only");
}

/**
 * The reason why a text cannot be a branch label, as the end of the sentence "The label … ", or null if it can.
 *
 * The rule is that of ids with `/` allowed too. `@`, `+`, `-` and `:` belong to the ref grammar, so a label
 * can never look like a relative ref or a range.
 */
export function labelFault(label: string): string | null {
  return nameFault(label, LABEL, "letters, digits, _ . and / only");
}

function nameFault(name: string, pattern: RegExp, alphabet: string): string | null {
  if (GENERATED.test(name)) return null;
  if (name === "") return "is empty";
  if (name.length > 64) return "is longer than 64 characters";
  if (!pattern.test(name)) {
    return `must begin with a letter or digit and hold ${alphabet}`;
  }
  if (name.endsWith(".")) return "ends in a dot";
  if (RESERVED_WORDS.includes(foldRevisionName(name))) return "is a word of the ref grammar";
  return null;
}

/**
 * Joins the revisions on disk with those in a database. If both have an id, the one on disk is used. A revision that
 * only the database has comes last, without labels that are used otherwise on disk.
 */
export function joinRevisions(
  disk: readonly Revision[],
  recorded: readonly Revision[],
): readonly Revision[] {
  const ids = new Set(disk.map((revision) => revision.id));
  const unknown = recorded.filter((revision) => !ids.has(revision.id));
  if (unknown.length === 0) return disk;
  const taken = new Set([...disk, ...unknown].map((revision) => foldRevisionName(revision.id)));
  for (const { labels } of disk) for (const label of labels) taken.add(foldRevisionName(label));
  const free = unknown.map((revision) => ({
    ...revision,
    labels: revision.labels.filter((label) => !taken.has(foldRevisionName(label))),
  }));
  return [...disk, ...free];
}
