import type { Revision, RevisionId } from "../graph/revision.ts";
import type { Digest, DownHash, TextHash } from "./manifest.ts";

/** The hashes of the canonical texts of a revision; `down` is `"none"` where there is no down. */
export interface TextHashes {
  readonly up: TextHash;
  readonly down: DownHash;
}

/** The first line of what is hashed: it keeps lineages apart from all other hashes, and names the rule. */
const DOMAIN = "aludel-lineage-1";

/**
 * The lineage of every revision: one value for all the history that leads to it, itself included.
 *
 * Takes in the id, the hashes of the actual texts, draft or sealed, and the lineages of the parents and
 * of the dependencies. The bytes are specified in docs/formats.md, "Lineage". Linear in the edges.
 *
 * @param order Revisions of which each stands after its parents and its dependencies.
 * @param hashesOf The texts' hashes; undefined for a revision whose texts are not known.
 * @param before Lineages that were computed already, of revisions that `order` need not name.
 * @returns The lineages by id. A revision has none if its texts or one of its ancestors' are unknown.
 */
export function lineages(
  order: Iterable<Revision>,
  hashesOf: (id: RevisionId) => TextHashes | undefined,
  digest: Digest,
  before: ReadonlyMap<RevisionId, TextHash> = new Map(),
): ReadonlyMap<RevisionId, TextHash> {
  const known = new Map(before);
  for (const revision of order) {
    const hashes = hashesOf(revision.id);
    const parents = linesOf("parent", revision.parents, known);
    const dependencies = linesOf("depends", revision.dependsOn, known);
    if (hashes === undefined || parents === undefined || dependencies === undefined) continue;
    const head = `${DOMAIN}\nid ${revision.id}\nup ${hashes.up}\ndown ${hashes.down}\n`;
    known.set(revision.id, digest(head + parents + dependencies));
  }
  return known;
}

/** A line for each lineage, sorted; undefined where one is not known. */
function linesOf(
  name: "parent" | "depends",
  ids: readonly RevisionId[],
  known: ReadonlyMap<RevisionId, TextHash>,
): string | undefined {
  if (ids.length === 0) return "";
  const lines: string[] = [];
  for (const id of ids) {
    const lineage = known.get(id);
    if (lineage === undefined) return undefined;
    lines.push(`${name} ${lineage}\n`);
  }
  return lines.sort().join("");
}
