import { applyIgnores, type Filtered, type Ignores } from "./ignored_rules.ts";
import { findRule, LINT_GROUPS } from "./lint_groups.ts";
import type { LintFinding, Report } from "./lint_rule.ts";
import type { LintSubject } from "./lint_subject.ts";

/**
 * Judges a revision by every rule.
 *
 * @param ignores The directives `ignore` of its files, each of which holds for its own file.
 * @returns The findings in the order of the text, up before down.
 * @throws {AludelError} What asking for a schema throws.
 */
export async function lint(subject: LintSubject, ignores: Ignores): Promise<Filtered> {
  const findings: LintFinding[] = [];
  const report: Report<string> = (code, { script, at }, message, { notes = [], next } = {}) => {
    const { level, cure } = findRule(code)!;
    findings.push({ code, level, message, script, at, notes, next: next ?? [withoutPeriod(cure)] });
  };
  for (const { judge } of LINT_GROUPS) await judge(subject, report);
  const filtered = applyIgnores(findings, ignores, (code) => findRule(code) !== undefined);
  return { ...filtered, findings: filtered.findings.toSorted(inOrderOfText) };
}

function withoutPeriod(sentence: string): string {
  return sentence.replace(/\.$/, "");
}

function inOrderOfText(a: LintFinding, b: LintFinding): number {
  if (a.script !== b.script) return a.script === "up" ? -1 : 1;
  return a.at - b.at || (a.code < b.code ? -1 : a.code > b.code ? 1 : 0);
}
