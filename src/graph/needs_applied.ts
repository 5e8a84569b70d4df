import type { Ref, RefRange } from "./ref.ts";
import { isFromApplied } from "./resolve_ref.ts";

/** Whether a ref cannot be resolved without knowing what a database has applied: `current`, `-1`. */
export function refNeedsApplied(ref: Ref): boolean {
  if (ref.kind === "walk") return isFromApplied(ref.from);
  return ref.anchor.kind === "keyword" && ref.anchor.keyword === "current";
}

/** The same for a range, in which `-N` before the colon and `+N` after it are counted from the other end. */
export function rangeNeedsApplied({ from, to }: RefRange): boolean {
  const fromCounts = from?.kind === "walk" && from.from === null && from.steps < 0;
  const toCounts = to?.kind === "walk" && to.from === null && to.steps > 0 && !fromCounts;
  return (from !== null && !fromCounts && refNeedsApplied(from)) ||
    (to !== null && !toCounts && refNeedsApplied(to));
}
