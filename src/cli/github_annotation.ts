import type { Finding } from "../project/finding.ts";
import { type Here, stepLine } from "./here.ts";

/**
 * A finding as a workflow command, which GitHub Actions shows beside the line of a pull request.
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
