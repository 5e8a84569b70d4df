import type { Revision } from "../../../src/graph/revision.ts";

/**
 * Revisions from a drawing in words, one a line: `id < parents, depends on ids, label labels`, as in
 * `c < a b, depends on d, label x`. A base has no `<`.
 */
export function revisionList(text: string): readonly Revision[] {
  return text.trim().split("\n").map((line) => {
    const [head = "", ...clauses] = line.split(",").map((part) => part.trim());
    const [id = "", parents = ""] = head.split("<").map((part) => part.trim());
    const clause = (word: string): readonly string[] =>
      words(clauses.find((candidate) => candidate.startsWith(word))?.slice(word.length) ?? "");
    return {
      id,
      parents: words(parents),
      dependsOn: clause("depends on"),
      labels: clause("label"),
    };
  });
}

function words(text: string): readonly string[] {
  return text.split(" ").filter((word) => word !== "");
}
