/** A revision's identity: 12 random hex digits, or a user's own within the rules of docs/formats.md. */
export type RevisionId = string;

/** One node of the revision graph: what the graph knows of a revision, and nothing else. */
export interface Revision {
  readonly id: RevisionId;
  /** The revisions this one follows. Empty for a base, several for a merge point. */
  readonly parents: readonly RevisionId[];
  /** Revisions of other branches that must be applied first, without being parents. */
  readonly dependsOn: readonly RevisionId[];
  /** Branch labels: each names this revision, its descendants, and its ancestors up to a branch point. */
  readonly labels: readonly string[];
}
