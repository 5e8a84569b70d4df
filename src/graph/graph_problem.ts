import type { RevisionId } from "./revision.ts";

/**
 * Why a list of revisions is no graph. `at` holds the positions in the list of the revisions that are concerned, the
 * one to mend last, so that a caller can point at lines of a manifest.
 */
export type GraphProblem =
  & { readonly at: readonly number[] }
  & (
    | { readonly kind: "illegal-id"; readonly id: RevisionId; readonly fault: string }
    | {
      readonly kind: "illegal-label";
      readonly id: RevisionId;
      readonly label: string;
      readonly fault: string;
    }
    /** Two revisions with one id, or with ids that only case tells apart. */
    | { readonly kind: "duplicate-id"; readonly ids: readonly [RevisionId, RevisionId] }
    | {
      readonly kind: "duplicate-label";
      readonly label: string;
      readonly ids: readonly [RevisionId, RevisionId];
    }
    /** The label of `id` is also the id of the revision `other`. */
    | {
      readonly kind: "label-is-id";
      readonly label: string;
      readonly id: RevisionId;
      readonly other: RevisionId;
    }
    | { readonly kind: "missing-parent"; readonly id: RevisionId; readonly missing: RevisionId }
    | { readonly kind: "missing-dependency"; readonly id: RevisionId; readonly missing: RevisionId }
    | { readonly kind: "self-parent"; readonly id: RevisionId }
    | { readonly kind: "self-dependency"; readonly id: RevisionId }
    /** Each id has the next one as a parent, the last one the first. */
    | { readonly kind: "parent-cycle"; readonly ids: readonly RevisionId[] }
    /** Each id has the next one as a parent or depends on it, the last one the first. */
    | { readonly kind: "dependency-cycle"; readonly ids: readonly RevisionId[] }
  );

/** The problem as one sentence, without a final period. */
export function describeProblem(problem: GraphProblem): string {
  switch (problem.kind) {
    case "illegal-id":
      return `The id "${problem.id}" ${problem.fault}`;
    case "illegal-label":
      return `The label "${problem.label}" of revision "${problem.id}" ${problem.fault}`;
    case "duplicate-id": {
      const [first, second] = problem.ids;
      return first === second
        ? `The id "${first}" is used by two revisions`
        : `The ids "${first}" and "${second}" differ in case only`;
    }
    case "duplicate-label": {
      const [first, second] = problem.ids;
      return first === second
        ? `Revision "${first}" has the label "${problem.label}" twice`
        : `The label "${problem.label}" is on two revisions, "${first}" and "${second}"`;
    }
    case "label-is-id":
      return `The label "${problem.label}" of revision "${problem.id}" is the id of revision "${problem.other}"`;
    case "missing-parent":
      return `Revision "${problem.id}" names the parent "${problem.missing}", which does not exist`;
    case "missing-dependency":
      return `Revision "${problem.id}" depends on "${problem.missing}", which does not exist`;
    case "self-parent":
      return `Revision "${problem.id}" is its own parent`;
    case "self-dependency":
      return `Revision "${problem.id}" depends on itself`;
    case "parent-cycle":
      return `The parents go round in a cycle: ${round(problem.ids)}`;
    case "dependency-cycle":
      return `The parents and dependencies go round in a cycle: ${round(problem.ids)}`;
  }
}

/** What to change in the manifest so that the problem is gone. */
export function cureOf(problem: GraphProblem): string {
  switch (problem.kind) {
    case "illegal-id":
      return "Write the id that the revision had before, or make the revision anew";
    case "illegal-label":
      return "Give the revision another label, or none";
    case "duplicate-id":
      return "Delete the line that is wrong, or give one of the two another id";
    case "duplicate-label":
    case "label-is-id":
      return "Give one of them another label";
    case "missing-parent":
    case "missing-dependency":
      return `Take the line of "${problem.missing}" back (git log -S '"id":"${problem.missing}"' finds it), or name another`;
    case "self-parent":
      return 'Take its own id out of its "parents"';
    case "self-dependency":
      return 'Take its own id out of its "dependsOn"';
    case "parent-cycle":
      return 'Take one of these ids out of the "parents" of another';
    case "dependency-cycle":
      return 'Take one of these ids out of the "parents" or "dependsOn" of another';
  }
}

/** A long cycle is shown by its two ends: both are places where it can be cut. */
function round(ids: readonly RevisionId[]): string {
  const shown = ids.length <= 8 ? ids : [...ids.slice(0, 4), "…", ...ids.slice(-3)];
  return [...shown, ids[0]].join(" → ");
}
