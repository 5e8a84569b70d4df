import type { Finding } from "../project/finding.ts";
import { type Here, nextLine } from "./here.ts";
import type { Style } from "./style.ts";

/** A finding for people: level and message, place, notes, what to type next. */
export function findingText(finding: Finding, style: Style, here: Here): string {
  const colour = finding.level === "error" ? style.red : style.yellow;
  const lines = [`${colour(`${finding.level}[${finding.code}]`)}: ${style.bold(finding.message)}`];
  const { place } = finding;
  if (place) {
    lines.push(`  ${place.file}${place.line ? `:${place.line}:${place.column ?? 1}` : ""}`);
  }
  for (const note of finding.notes) lines.push(`  ${note}`);
  for (const next of finding.next) lines.push(`  ${nextLine(next, style, here)}`);
  return lines.join("\n");
}
