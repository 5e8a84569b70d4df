import type { Finding } from "../../finding.ts";
import { PROGRAM, RELEASE } from "../../text/program.ts";
import { oneLine } from "../../text/visible.ts";
import { type Here, nextLine, stepLine } from "../terminal/here.ts";
import type { Style } from "../terminal/style.ts";
import type { Ui } from "../terminal/ui.ts";

/** Formats a finding for people: level and message, place, notes, next steps. */
export function findingText(finding: Finding, style: Style, here: Here): string {
  const colour = finding.level === "error" ? style.red : style.yellow;
  const lines = [
    `${colour(`${finding.level}[${finding.code}]`)}: ${style.bold(oneLine(finding.message))}`,
  ];
  const { place } = finding;
  if (place) {
    lines.push(
      `  ${oneLine(place.file)}${place.line ? `:${place.line}:${place.column ?? 1}` : ""}`,
    );
  }
  for (const note of finding.notes) lines.push(`  ${oneLine(note)}`);
  for (const next of finding.next) lines.push(`  ${nextLine(next, style, here)}`);
  return lines.join("\n");
}

/**
 * Formats a finding as a workflow command, which GitHub Actions shows beside the line of a pull request.
 * https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */
export function githubAnnotation(
  { level, code, message, place, notes, next }: Finding,
  here: Here,
): string {
  const properties = [
    ...(place ? [`file=${property(place.file)}`] : []),
    ...(place?.line === undefined ? [] : [`line=${place.line}`, `col=${place.column ?? 1}`]),
    `title=${property(code)}`,
  ];
  const text = [message, ...notes, ...next.map((step) => `next: ${stepLine(step, here)}`)].join(
    "\n",
  );
  return `::${level} ${properties.join(",")}::${data(text)}`;
}

function data(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function property(text: string): string {
  return data(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** The documentation of a rule. */
export interface RuleText {
  readonly what: string;
  readonly why: string;
  readonly cure: string;
}

/** Finds the documentation of a code's rule, if it has one. */
type RuleTexts = (code: string) => RuleText | undefined;

/**
 * Formats findings as a SARIF 2.1.0 log with one run.
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

/** The formats of findings: for people, for GitHub's pages, for tools that collect findings. */
export type FindingFormat = "text" | "github" | "sarif";

/** The flag of commands with findings. */
export const FORMAT_FLAG = {
  format: {
    kind: "choice",
    values: ["text", "github", "sarif"],
    help: "how findings are printed: for people, as GitHub annotations, as SARIF 2.1.0",
  },
} as const;

/** Prints findings to stdout. */
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
