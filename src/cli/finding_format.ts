import type { Finding } from "../project/finding.ts";
import { findingText } from "./finding_text.ts";
import { githubAnnotation } from "./github_annotation.ts";
import { type RuleTexts, sarifLog } from "./sarif_log.ts";
import type { Ui } from "./ui.ts";

/** For people, for GitHub's pages, for tools that collect the findings of others. */
export type FindingFormat = "text" | "github" | "sarif";

/** The flag of the commands that find things. */
export const FORMAT_FLAG = {
  format: {
    kind: "choice",
    values: ["text", "github", "sarif"],
    help: "how findings are printed: for people, as GitHub annotations, as SARIF 2.1.0",
  },
} as const;

/** Prints findings to stdout, where they are the answer. */
export function printFindings(
  ui: Ui,
  findings: readonly Finding[],
  format: FindingFormat,
  textOfRule?: RuleTexts,
): void {
  if (format === "sarif") {
    return ui.data(JSON.stringify(sarifLog(findings, ui.here, textOfRule), undefined, 2));
  }
  for (const finding of findings) {
    if (format === "github") ui.data(githubAnnotation(finding, ui.here));
    else ui.prose(findingText(finding, ui.style, ui.here));
  }
}
