import type { Finding } from "../project/finding.ts";
import { PROGRAM, RELEASE } from "../text/program.ts";

/**
 * Findings as a SARIF 2.1.0 log with one run.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifLog(findings: readonly Finding[]): unknown {
  const rules = [...new Set(findings.map((finding) => finding.code))];
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: { driver: { name: PROGRAM, version: RELEASE, rules: rules.map((id) => ({ id })) } },
      results: findings.map((finding) => ({
        ruleId: finding.code,
        ruleIndex: rules.indexOf(finding.code),
        level: finding.level,
        message: { text: textOf(finding) },
        locations: locationsOf(finding),
      })),
    }],
  };
}

function textOf({ message, notes, next }: Finding): string {
  return [message, ...notes, ...next.map((step) => `Next: ${step}`)].join("\n");
}

function locationsOf({ place }: Finding): readonly unknown[] {
  if (place === undefined) return [];
  const region = place.line === undefined
    ? undefined
    : { startLine: place.line, startColumn: place.column ?? 1 };
  const uri = place.file.split("/").map(encodeURIComponent).join("/");
  return [{ physicalLocation: { artifactLocation: { uri }, ...(region && { region }) } }];
}
