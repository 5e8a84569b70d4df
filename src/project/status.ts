import type { RevisionId } from "../graph/revision.ts";
import { upgradeRoute } from "../graph/route.ts";
import type { Finding } from "./finding.ts";
import { verify, type VerifyContext } from "./verify.ts";

/** How a database and the disk stand to each other. */
export interface Status {
  /** The revisions that the database stands at. */
  readonly current: readonly RevisionId[];
  readonly heads: readonly RevisionId[];
  /** What `upgrade heads` would run, in its order. */
  readonly pending: readonly RevisionId[];
  readonly drafts: readonly RevisionId[];
  /** In the database, not on disk. */
  readonly unknown: readonly RevisionId[];
  readonly findings: readonly Finding[];
  /** Whether anything needs doing. */
  readonly clean: boolean;
}

/** Gathers what a person wants to know before touching a database. Changes nothing. */
export function readStatus(context: VerifyContext): Status {
  const { graph, applied, onDisk, entries } = context.catalogue;
  const { findings } = verify(context);
  const heads = graph.headsOf(onDisk, "parents");
  const pending = upgradeRoute(graph, applied, heads).map((step) => step.id);
  const drafts = graph.ids.filter((id) => entries.get(id)?.up === null);
  const unknown = graph.ids.filter((id) => applied.has(id) && !onDisk.has(id));
  return {
    current: graph.headsOf(applied, "parents"),
    heads,
    pending,
    drafts,
    unknown,
    findings,
    clean: pending.length + drafts.length + unknown.length + findings.length === 0,
  };
}
