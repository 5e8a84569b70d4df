import type { AnyStep } from "../text/next_step.ts";

/** How bad a finding is: an `error` fails or loses something unsaid, a `warning` is worth a second look. */
export type LintLevel = "error" | "warning";

/** What is known of a rule, apart from how it is judged. docs/lint.md is made of it. */
export interface LintRule {
  readonly level: LintLevel;
  /** What it finds, one sentence. */
  readonly what: string;
  /** Why that matters. */
  readonly why: string;
  /** What to do about it. */
  readonly cure: string;
}

/** Rules by code. */
export type LintRules = Readonly<Record<string, LintRule>>;

/** A rule that a script breaks. */
export interface LintFinding {
  readonly code: string;
  readonly level: LintLevel;
  readonly message: string;
  /** The script that it is found in. */
  readonly script: "up" | "down";
  /** Where, in UTF-16 code units of that script's text. */
  readonly at: number;
  readonly notes: readonly string[];
  readonly next: readonly AnyStep[];
}

/** What a rule says of a place. */
export interface Report<Code extends string> {
  (code: Code, place: Pick<LintFinding, "script" | "at">, message: string, more?: ReportMore): void;
}

/** What may be added to a message. */
export interface ReportMore {
  readonly notes?: readonly string[];
  /** What to do here; by default the rule's cure. */
  readonly next?: readonly AnyStep[];
}
