import type { MentionKind } from "../sql/mentions.ts";
import { readMentions } from "../sql/mentions.ts";
import type { Script } from "../sql/script.ts";

/**
 * Whether a script could leave a foreign-key violation behind. Views and triggers that come or go, and new
 * indexes, change no row and no key, and for those alone the check, which reads every child table, is not worth
 * its time. A dropped index may have been the one that makes a parent key unique.
 */
export function mayViolate({ text, statements }: Script): boolean {
  return statements.some((statement) => {
    if (statement.verb !== "CREATE" && statement.verb !== "DROP") return true;
    const mentions = readMentions(text, statement).filter((mention) => !mention.inTrigger);
    return mentions.length === 0 || mentions.some(({ kind }) => !HARMLESS.has(kind));
  });
}

const HARMLESS: ReadonlySet<MentionKind> = new Set([
  "create-index",
  "create-view",
  "create-trigger",
  "drop-view",
  "drop-trigger",
]);
