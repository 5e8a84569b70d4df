import type { Directive } from "../sql/script.ts";
import { say } from "../text/next_step.ts";
import { DOWN_RULES, judgeDown } from "./down_rules.ts";
import { HIDDEN_RULES, judgeHidden } from "./hidden_rules.ts";
import { judgeLoss, LOSS_RULES } from "./loss_rules.ts";
import { judgeReferences, judgeRenames, REFERENCE_RULES, RENAME_RULES } from "./name_rules.ts";
import { judgeRebuilds, REBUILD_RULES } from "./rebuild_rules.ts";
import { judgeRows, ROW_RULES } from "./row_rules.ts";
import type { Finding } from "../finding.ts";
import { placeOf } from "../text/position.ts";
import type { LintPlace, LintRule, LintRules, LintSubject, Report } from "./subject.ts";
import { judgeWork, WORK_RULES } from "./work_rules.ts";

/** Problems of suppressions themselves. */
const IGNORE_RULES = {
  "unused-ignore": {
    level: "warning",
    what: "A directive `ignore=CODE` that suppresses nothing.",
    why: "It would hide later changes to the file.",
    cure: "Delete the line, or correct the code.",
  },
} as const satisfies LintRules;

/** The `ignore` directives of a revision's two files. */
interface Ignores {
  readonly up: readonly Directive[];
  readonly down: readonly Directive[];
}

/** The result of linting a revision. */
interface LintResult {
  /** In the order of the text, up before down. */
  readonly findings: readonly Finding[];
  /** The number of findings that the files suppress. */
  readonly ignored: number;
}

/** A finding with its offset instead of a line. */
interface Reported extends LintPlace, Omit<Finding, "place" | "revision"> {}

/** Removes suppressed findings, and reports directives that suppress nothing. */
function applyIgnores(
  findings: readonly Reported[],
  ignores: Ignores,
  isKnown: (code: string) => boolean,
): { readonly findings: readonly Reported[]; readonly ignored: number } {
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
      next: [say(cure.replace(/\.$/, ""))],
    }))
  );
  return { findings: [...kept, ...unused], ignored: findings.length - kept.length };
}

/** Rules that belong together, and the function that judges them. */
export interface LintGroup {
  /** The heading in docs/lint.md. */
  readonly title: string;
  readonly rules: LintRules;
  readonly judge: (subject: LintSubject, report: Report<string>) => Promise<void> | void;
}

/** Every rule. */
export const LINT_GROUPS: readonly LintGroup[] = [
  { title: "Lost data", rules: LOSS_RULES, judge: judgeLoss },
  { title: "Statements that fail if there are rows", rules: ROW_RULES, judge: judgeRows },
  { title: "Foreign keys", rules: REFERENCE_RULES, judge: judgeReferences },
  { title: "Rebuilds by hand", rules: REBUILD_RULES, judge: judgeRebuilds },
  { title: "Renames", rules: RENAME_RULES, judge: judgeRenames },
  { title: "Downgrades", rules: DOWN_RULES, judge: judgeDown },
  { title: "Statements that depend on the database", rules: HIDDEN_RULES, judge: judgeHidden },
  { title: "Long statements", rules: WORK_RULES, judge: judgeWork },
  { title: "Suppressions", rules: IGNORE_RULES, judge: () => {} },
];

/** Finds the rule of a code. */
export function findRule(code: string): LintRule | undefined {
  for (const { rules } of LINT_GROUPS) if (Object.hasOwn(rules, code)) return rules[code];
  return undefined;
}

/**
 * Checks a revision by every rule.
 *
 * @param ignores The `ignore` directives of its files. Each applies to its own file.
 * @throws {AludelError} The errors of reading a schema.
 */
export async function lint(subject: LintSubject, ignores: Ignores): Promise<LintResult> {
  const findings: Reported[] = [];
  const report: Report<string> = (code, { script, at }, message, { notes = [], next } = {}) => {
    const { level, cure } = findRule(code)!;
    findings.push({
      code,
      level,
      message,
      script,
      at,
      notes,
      next: next ?? [say(withoutPeriod(cure))],
    });
  };
  for (const { judge } of LINT_GROUPS) await judge(subject, report);
  const filtered = applyIgnores(findings, ignores, (code) => findRule(code) !== undefined);
  return {
    ...filtered,
    findings: filtered.findings.toSorted(inOrderOfText).map((one) => placed(one, subject)),
  };
}

function placed(
  { code, level, message, script, at, notes, next }: Reported,
  { revision, up, down }: LintSubject,
): Finding {
  const { file, text } = (script === "up" ? up : down)!.script;
  return { level, code, message, revision, place: placeOf(file, text, at), notes, next };
}

function withoutPeriod(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

function inOrderOfText(a: Reported, b: Reported): number {
  if (a.script !== b.script) return a.script === "up" ? -1 : 1;
  return a.at - b.at || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
}
