import type { Directive } from "../sql/script.ts";
import type { LintFinding, LintRules } from "./lint_rule.ts";

/** What is wrong with the suppression itself. */
export const IGNORE_RULES = {
  "unused-ignore": {
    level: "warning",
    what: "A directive `ignore=CODE` that suppresses nothing.",
    why: "It would hide what somebody writes into the file later.",
    cure: "Delete the line, or correct the code.",
  },
} as const satisfies LintRules;

/** The `ignore` directives of a revision's two files. */
export interface Ignores {
  readonly up: readonly Directive[];
  readonly down: readonly Directive[];
}

/** What is left of the findings after the directives of their files, and how many those took away. */
export interface Filtered {
  readonly findings: readonly LintFinding[];
  readonly ignored: number;
}

/** Takes away what the files say to ignore, and reports directives that had nothing to take away. */
export function applyIgnores(
  findings: readonly LintFinding[],
  ignores: Ignores,
  isKnown: (code: string) => boolean,
): Filtered {
  const used = new Set<Directive>();
  const kept = findings.filter(({ code, script }) => {
    const matching = ignores[script].filter(({ value }) => value === code);
    for (const directive of matching) used.add(directive);
    return matching.length === 0;
  });
  const { level, cure } = IGNORE_RULES["unused-ignore"];
  const unused = (["up", "down"] as const).flatMap((script) =>
    ignores[script].filter((directive) => !used.has(directive)).map(({ value, start }) => ({
      code: "unused-ignore",
      level,
      message: isKnown(value)
        ? `Nothing in this file is a case of "${value}"`
        : `There is no rule "${value}"`,
      script,
      at: start,
      notes: [],
      next: [cure.replace(/\.$/, "")],
    }))
  );
  return { findings: [...kept, ...unused], ignored: findings.length - kept.length };
}
