import type { Finding } from "../project/finding.ts";
import { PROGRAM, RELEASE } from "../text/program.ts";
import { type Here, stepLine } from "./here.ts";

/** What a rule says for itself. */
export interface RuleText {
  readonly what: string;
  readonly why: string;
  readonly cure: string;
}

/** The text of a code's rule; undefined where it has none. */
export type RuleTexts = (code: string) => RuleText | undefined;

/**
 * Findings as a SARIF 2.1.0 log with one run.
 * https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html
 */
export function sarifLog(
  findings: readonly Finding[],
  here: Here,
  textOfRule: RuleTexts = () => undefined,
): unknown {
  const rules = [...new Set(findings.map((finding) => finding.code))];
  return {
    $schema: "https://json.schemastore.org/sarif-2.1.0.json",
    version: "2.1.0",
    runs: [{
      tool: {
        driver: {
          name: PROGRAM,
          version: RELEASE,
          rules: rules.map((id) => descriptor(id, textOfRule(id))),
        },
      },
      results: findings.map((finding) => ({
        ruleId: finding.code,
        ruleIndex: rules.indexOf(finding.code),
        level: finding.level,
        message: { text: textOf(finding, here) },
        locations: locationsOf(finding),
      })),
    }],
  };
}

function descriptor(id: string, text: RuleText | undefined): unknown {
  if (text === undefined) return { id };
  return {
    id,
    shortDescription: { text: text.what },
    fullDescription: { text: text.why },
    help: { text: text.cure },
  };
}

function textOf({ message, notes, next }: Finding, here: Here): string {
  return [message, ...notes, ...next.map((step) => `Next: ${stepLine(step, here)}`)].join("\n");
}

function locationsOf({ place }: Finding): readonly unknown[] {
  if (place === undefined) return [];
  const region = place.line === undefined
    ? undefined
    : { startLine: place.line, startColumn: place.column ?? 1 };
  const uri = place.file.split("/").map(encodeURIComponent).join("/");
  return [{ physicalLocation: { artifactLocation: { uri }, ...(region && { region }) } }];
}
