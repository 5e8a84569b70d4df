/** A release of SQLite: `[3, 53]`. */
export type Release = readonly [major: number, minor: number];

/** What a plan is made for. */
export interface PlanOptions {
  /** The oldest SQLite that will run it. */
  readonly sqlite: Release;
  /**
   * Views and triggers that SQLite cannot compile as they stand, as {@linkcode objectKey} writes them. A rename
   * or a DROP COLUMN, which compiles them all, would fail at them, so they are set aside for that time.
   */
  readonly broken?: ReadonlySet<string>;
  /**
   * `needed`: views and triggers are set aside where a statement would fail at them, as far as their
   * tokens tell · `all`: all of them are, for schemas that no guess is right about.
   */
  readonly aside?: "needed" | "all";
  /**
   * What rows get in a new NOT NULL column without a default. `choose`: the plan leaves it to a person ·
   * `placeholder`: a value that fits the type, as in a down, whose up has dropped the real ones.
   */
  readonly missingValues?: "choose" | "placeholder";
}

/** The release that can alter NOT NULL and CHECK: https://sqlite.org/releaselog/3_53_0.html */
export const ALTERS_CONSTRAINTS: Release = [3, 53];

/** Whether a release is another one or newer. */
export function isAtLeast(release: Release, other: Release): boolean {
  return release[0] > other[0] || (release[0] === other[0] && release[1] >= other[1]);
}

/** A view or trigger as {@linkcode PlanOptions.broken} names it. @param name In any case. */
export function objectKey(kind: "view" | "trigger", folded: string): string {
  return `${kind} ${folded}`;
}
