import { mermaidText } from "./diagram_text.ts";
import { bareEntity, fateOfLine } from "./entities.ts";
import type { Report, ReportFinding, ReportRevision } from "./report.ts";
import { visible } from "../text/visible.ts";

/** Maximum number of described revisions; the others are counted. A comment on GitHub has at most 65,536 characters. */
const DESCRIBED = 20;
/** Maximum length of a quoted script. */
const QUOTED = 4000;

/**
 * A report in GitHub's Markdown, short enough for a comment: the changes, SQL and hazards of each revision,
 * oldest first, as they will run.
 */
export function markdownText({ revisions, heads, target, findings, program }: Report): string {
  const count = revisions.length;
  const hazards = revisions.flatMap((one) => one.hazards);
  const errors = [...hazards, ...findings].filter(({ level }) => level === "error").length +
    revisions.filter(({ proof }) => proof?.verdict === "fails").length;
  const parts = [
    `### ${count === 0 ? "No revision" : count === 1 ? "1 revision" : `${count} revisions`}`,
    summaryText(hazards.length, errors),
    ...(heads.length > 1
      ? [
        `⚠️ There are ${heads.length} heads: ${heads.map(code).join(", ")}. \`aludel merge heads\``,
      ]
      : []),
    ...(target === null ? [] : [targetText(target)]),
    ...findings.map(findingText),
    ...revisions.toReversed().slice(0, DESCRIBED).map(revisionText),
    ...(count > DESCRIBED ? [`… and ${count - DESCRIBED} more.`] : []),
    `<sub>${escape(program)}</sub>`,
  ];
  return parts.join("\n\n");
}

function summaryText(hazards: number, errors: number): string {
  if (hazards + errors === 0) return "✅ No hazard was found.";
  return errors > 0
    ? `❌ ${errors} ${errors === 1 ? "error" : "errors"} to fix.`
    : `⚠️ ${hazards} ${hazards === 1 ? "hazard" : "hazards"} to look at.`;
}

function targetText({ name, exists, current, pending, drift }: NonNullable<Report["target"]>) {
  const at = !exists ? "does not exist yet" : `is at ${current.map(code).join(", ") || "base"}`;
  const drifts = drift === null || drift.changes.length === 0
    ? ""
    : `\n\n⚠️ Its schema has drifted:\n${fence("diff", drift.changes.map(signed).join("\n"))}`;
  return `${code(name)} ${at}; ${pending.length} pending.${drifts}`;
}

function revisionText(revision: ReportRevision): string {
  const { id, message, difference, hazards, proof, up, down, state } = revision;
  const [title = "", ...rest] = message.split("\n");
  const lines = difference?.lines ?? [];
  const parts = [`#### ${code(id)} ${escape(title)}${state === "draft" ? " (draft)" : ""}`];
  if (rest.join("").trim() !== "") parts.push(escape(rest.join("\n").trim()));
  if (difference === null) parts.push("It cannot be replayed.");
  else if (lines.length === 0) parts.push("It does not change the schema.");
  else parts.push(fence("diff", lines.map(signed).join("\n")));
  parts.push(...hazards.map(findingText));
  if (proof !== null) {
    parts.push(
      [`Proof: ${proof.verdict}`, ...proof.details.map((one) => `- ${escape(one)}`)].join("\n"),
    );
  }
  if (up !== null) parts.push(details("up.sql", up));
  if (down !== null) parts.push(details("down.sql", down));
  if (difference !== null && difference.touched.length > 0) {
    const { touched, relations } = difference;
    const entities = new Map(touched.map((entity) => [entity.id, entity]));
    // Foreign keys lead to tables that do not change, whose names are enough.
    for (const id of relations.flatMap(({ child, parent }) => [child, parent])) {
      if (!entities.has(id)) entities.set(id, bareEntity(id));
    }
    const diagram = mermaidText({ entities: [...entities.values()], relations });
    parts.push(`<details><summary>Tables</summary>\n\n${fence("mermaid", diagram)}\n\n</details>`);
  }
  return parts.join("\n\n");
}

function details(name: string, sql: string): string {
  const text = sql.length <= QUOTED ? sql : `${sql.slice(0, QUOTED)}\n-- … cut here`;
  return `<details><summary>${name}</summary>\n\n${fence("sql", text.trimEnd())}\n\n</details>`;
}

function findingText({ level, code: name, message, place, notes }: ReportFinding): string {
  const sign = level === "error" ? "❌" : "⚠️";
  const at = place === null ? "" : ` (${code(place)})`;
  return [
    `${sign} **${escape(name)}** ${escape(message)}${at}`,
    ...notes.map((one) => `- ${escape(one)}`),
  ]
    .join("\n");
}

/** The signs by which GitHub colours a difference. */
const SIGNS = { new: "+", gone: "-", changed: "!" } as const;

function signed(line: string): string {
  return `${SIGNS[fateOfLine(line)]} ${line}`;
}

/** A block whose fence is longer than any run of backticks in it. */
function fence(language: string, text: string): string {
  const shown = visible(text);
  const longest = Math.max(2, ...[...shown.matchAll(/`+/g)].map(([run]) => run.length));
  const mark = "`".repeat(longest + 1);
  return `${mark}${language}\n${shown}\n${mark}`;
}

function code(text: string): string {
  const shown = visible(text).replaceAll("\n", " ");
  return shown.includes("`") ? `\`\` ${shown} \`\`` : `\`${shown}\``;
}

/** A text without meaning in Markdown and HTML, and without mentions, which would notify people. */
function escape(text: string): string {
  return visible(text).replace(/[\\`*_{}[\]<>#|~]/g, "\\$&").replace(/@(?=\w)/g, "@\u200b");
}
