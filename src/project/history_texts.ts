import { AludelError } from "../errors.ts";
import { upgradeRoute } from "../graph/route.ts";
import type { RevisionId } from "../graph/revision.ts";
import { lineages } from "../manifest/lineage.ts";
import type { Digest, TextHash } from "../manifest/manifest.ts";
import { judgeFiles } from "../manifest/verdict.ts";
import { readRevisionTexts, type RevisionText, textHashes } from "./revision_texts.ts";
import { fileError } from "./verdict_error.ts";
import type { Workspace } from "./workspace.ts";

/** The ups that lead to some revisions, as they stand on disk. */
export interface HistoryTexts {
  /** Parents and dependencies first. */
  readonly ups: readonly { readonly id: RevisionId; readonly up: RevisionText }[];
  /** The lineages of the revisions that were asked for, sorted: equal ones have equal histories. */
  readonly lineages: readonly TextHash[];
}

/**
 * Reads and hashes every file that leads to the revisions; runs and tokenizes nothing.
 *
 * @throws {AludelError} `revision-edited` and its like where a sealed file is not what was sealed; errors of
 * the areas `file` and `sql` about reading.
 */
export function readHistory(
  { files, graph, entries }: Workspace,
  ids: readonly RevisionId[],
  digest: Digest,
): HistoryTexts {
  const missing = ids.find((id) => !entries.has(id));
  if (missing !== undefined) {
    throw new AludelError("revision-not-on-disk", `Revision "${missing}" is not on disk`, {
      revision: missing,
      next: ["aludel history"],
    });
  }
  const ups: { readonly id: RevisionId; readonly up: RevisionText }[] = [];
  const hashes = new Map<RevisionId, ReturnType<typeof textHashes>>();
  const route = upgradeRoute(graph, new Set(), ids);
  for (const { id } of route) {
    const entry = entries.get(id)!;
    const pair = readRevisionTexts(files, entry, digest);
    const actual = { up: pair.up?.hash ?? null, down: pair.down?.hash ?? null };
    const error = fileError(entry, judgeFiles(entry, actual), files.name);
    if (error) throw error;
    ups.push({ id, up: pair.up! });
    hashes.set(id, textHashes(pair));
  }
  const known = lineages(
    route.map(({ id }) => graph.get(id)!),
    (id) => hashes.get(id),
    digest,
  );
  return { ups, lineages: ids.map((id) => known.get(id)!).sort() };
}
