import { DOWN_RULES, judgeDown } from "./down_rules.ts";
import { HIDDEN_RULES, judgeHidden } from "./hidden_rules.ts";
import { IGNORE_RULES } from "./ignored_rules.ts";
import type { LintRule, LintRules, Report } from "./lint_rule.ts";
import type { LintSubject } from "./lint_subject.ts";
import { judgeLoss, LOSS_RULES } from "./loss_rules.ts";
import { judgeRebuilds, REBUILD_RULES } from "./rebuild_rules.ts";
import { judgeReferences, REFERENCE_RULES } from "./reference_rules.ts";
import { judgeRenames, RENAME_RULES } from "./rename_rules.ts";
import { judgeRows, ROW_RULES } from "./row_rules.ts";
import { judgeWork, WORK_RULES } from "./work_rules.ts";

/** Rules that belong together, and the function that judges them. */
export interface LintGroup {
  /** As a heading. */
  readonly title: string;
  readonly rules: LintRules;
  readonly judge: (subject: LintSubject, report: Report<string>) => Promise<void> | void;
}

/** Every rule. */
export const LINT_GROUPS: readonly LintGroup[] = [
  { title: "Data that goes", rules: LOSS_RULES, judge: judgeLoss },
  { title: "What rows forbid", rules: ROW_RULES, judge: judgeRows },
  { title: "Foreign keys", rules: REFERENCE_RULES, judge: judgeReferences },
  { title: "Rebuilds by hand", rules: REBUILD_RULES, judge: judgeRebuilds },
  { title: "Renames", rules: RENAME_RULES, judge: judgeRenames },
  { title: "The way back", rules: DOWN_RULES, judge: judgeDown },
  { title: "What is not the same everywhere", rules: HIDDEN_RULES, judge: judgeHidden },
  { title: "Work", rules: WORK_RULES, judge: judgeWork },
  { title: "Suppression", rules: IGNORE_RULES, judge: () => {} },
];

/** The rule of a code. */
export function findRule(code: string): LintRule | undefined {
  for (const { rules } of LINT_GROUPS) if (Object.hasOwn(rules, code)) return rules[code];
  return undefined;
}
