import type { Journal } from "../../fleet/journal.ts";
import type { JournalMember, MemberState, RunFacts } from "../../fleet/journal_format.ts";
import type { MemberError } from "../../fleet/member_error.ts";
import { durationText } from "../../text/layout.ts";
import { visible } from "../../text/visible.ts";
import { grouped, memberErrorJson } from "./fleet.ts";

/** The content of the reports of a fleet's run. */
export interface FleetReport {
  readonly facts: RunFacts;
  readonly counts: Readonly<Record<MemberState, number>>;
  readonly total: number;
  /** One error of each kind. */
  readonly errors: readonly (MemberError & { readonly count: number })[];
}

/** Reads the common part of all reports of a run. */
export async function readFleetReport(journal: Journal): Promise<FleetReport> {
  return {
    facts: journal.facts,
    counts: await journal.counts(),
    total: await journal.size(),
    errors: await journal.errors(),
  };
}

/** Formats counts: `3 upgraded, 1 failed, 2 left`. */
export function countsText(counts: Readonly<Record<MemberState, number>>): string {
  return [
    `${grouped(counts.done)} upgraded`,
    ...(counts.undone > 0 ? [`${grouped(counts.undone)} undone`] : []),
    ...(counts.idle > 0 ? [`${grouped(counts.idle)} had nothing to do`] : []),
    ...(counts.failed > 0 ? [`${grouped(counts.failed)} failed`] : []),
    ...(counts.planned > 0 ? [`${grouped(counts.planned)} left`] : []),
  ].join(", ");
}

/** Describes the result of a database in a few words. */
function outcomeText({ state, applied, error, undoError, lost }: JournalMember): string {
  const facts = undoError ?? error;
  if (facts !== null) {
    return [facts.message, ...(facts.sqlite === undefined ? [] : [facts.sqlite])].join(": ");
  }
  const what = applied.length > 0 ? applied.join(", ") : "";
  const losses = lost.length > 0 ? `lost ${lost.join("; ")}` : "";
  const words = state === "planned" ? "not its turn yet" : what;
  return [words, losses].filter((part) => part !== "").join("; ");
}

/**
 * Formats the report as Markdown, for a comment or a job's summary: the counts, the errors, and the failed databases.
 */
export async function markdownReport(
  { facts, counts, total, errors }: FleetReport,
  members: AsyncIterable<JournalMember>,
): Promise<string> {
  const lines = [
    `### Fleet run ${facts.run}`,
    "",
    `${grouped(total)} databases to \`${cell(facts.to)}\`: ${countsText(counts)}.`,
  ];
  if (errors.length > 0) lines.push("", "| databases | error |", "| --- | --- |");
  for (const { count, code, message, sqlite } of errors) {
    const words = sqlite === undefined ? message : `${message}: ${sqlite}`;
    lines.push(`| ${grouped(count)} | \`${code}\` ${cell(words)} |`);
  }
  const failed: string[] = [];
  for await (const one of members) {
    if (one.state !== "failed" && one.undoError === null) continue;
    if (failed.length === NAMED) break;
    failed.push(`| ${cell(one.member.name)} | ${cell(outcomeText(one))} |`);
  }
  if (failed.length > 0) lines.push("", "| database | what failed |", "| --- | --- |", ...failed);
  return lines.join("\n");
}

/** The number of failures in a Markdown report. More would not fit into a comment. */
const NAMED = 50;

function cell(text: string): string {
  return visible(text).replaceAll(/\s+/g, " ").replaceAll(/[|`<*_\\]/g, "\\$&");
}

/** Formats the report as JUnit's XML, which CI systems show: a case for each database. */
export async function junitReport(
  { facts, counts, total }: FleetReport,
  members: AsyncIterable<JournalMember>,
): Promise<string> {
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites><testsuite name="aludel fleet run ${facts.run}" tests="${total}" ` +
    `failures="${counts.failed}" skipped="${counts.planned}" timestamp="${facts.began}">`,
  ];
  for await (const one of members) {
    const seconds = ((one.durationMs ?? 0) / 1_000).toFixed(3);
    const head = `<testcase classname="aludel.fleet" name="${
      xml(one.member.name)
    }" time="${seconds}"`;
    if (one.state === "failed") {
      const code = one.error?.code ?? "internal";
      const text = xml(outcomeText(one));
      lines.push(`${head}><failure type="${code}" message="${text}">${text}</failure></testcase>`);
    } else if (one.state === "planned") lines.push(`${head}><skipped/></testcase>`);
    else lines.push(`${head}/>`);
  }
  lines.push("</testsuite></testsuites>");
  return `${lines.join("\n")}\n`;
}

/** Escapes a text for XML, which allows no control characters, not even escaped ones. */
function xml(text: string): string {
  return visible(text).replaceAll(/[&<>"'\n]/g, (character) => `&#${character.charCodeAt(0)};`);
}

const STYLE =
  `body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem;
color:#1b1b1f;background:#fff}table{border-collapse:collapse;width:100%}caption{text-align:left;
font-weight:600;padding:.5rem 0}th,td{text-align:left;vertical-align:top;padding:.3rem .6rem;
border-bottom:1px solid #ccc}td.n{text-align:right}.failed{color:#a40000;font-weight:600}
code{font-size:.9em}@media(prefers-color-scheme:dark){body{color:#e6e6ea;background:#17171a}
th,td{border-color:#444}.failed{color:#ff8a80}}`;

/** Formats the report as one HTML page that needs no network. */
export async function htmlReport(
  { facts, counts, total, errors }: FleetReport,
  members: AsyncIterable<JournalMember>,
): Promise<string> {
  const lines = [
    `<!doctype html><html lang="en"><head><meta charset="utf-8">`,
    `<meta name="viewport" content="width=device-width"><title>Fleet run ${facts.run}</title>`,
    `<style>${STYLE}</style></head><body><main><h1>Fleet run ${facts.run}</h1>`,
    `<p>${grouped(total)} databases to <code>${xml(facts.to)}</code> ` +
    `(${facts.goal.map((id) => `<code>${xml(id)}</code>`).join(", ")}), begun ${facts.began}: ` +
    `${countsText(counts)}.</p><p>${xml(facts.source)}</p>`,
  ];
  if (errors.length > 0) {
    lines.push(
      `<table><caption>Errors</caption><thead><tr><th scope="col">Databases</th>` +
        `<th scope="col">Code</th><th scope="col">First message</th></tr></thead><tbody>`,
      ...errors.map(({ count, code, message, sqlite }) =>
        `<tr><td class="n">${grouped(count)}</td><td><code>${code}</code></td>` +
        `<td>${xml(sqlite === undefined ? message : `${message}: ${sqlite}`)}</td></tr>`
      ),
      "</tbody></table>",
    );
  }
  lines.push(
    `<table><caption>Databases</caption><thead><tr><th scope="col">Database</th>` +
      `<th scope="col">State</th><th scope="col">Result</th>` +
      `<th scope="col">Restore points</th><th scope="col">Time</th></tr></thead><tbody>`,
  );
  for await (const one of members) {
    const { member, state, points, durationMs } = one;
    lines.push(
      `<tr><th scope="row">${xml(member.name)}</th><td class="${state}">${state}</td>` +
        `<td>${xml(outcomeText(one))}</td>` +
        `<td>${points.map(({ name }) => `<code>${xml(name)}</code>`).join(" ")}</td>` +
        `<td>${durationMs === null ? "" : durationText(durationMs)}</td></tr>`,
    );
  }
  lines.push("</tbody></table></main></body></html>");
  return `${lines.join("\n")}\n`;
}

/** A database of a run, for the JSON. */
export function journalMemberJson(
  { member, state, applied, after, before, points, lost, durationMs, error, undoError }:
    JournalMember,
) {
  const facts = undoError ?? error;
  return {
    database: member.name,
    url: member.database.url,
    state,
    applied,
    current: after ?? (state === "planned" ? before : null),
    restorePoints: points,
    lost,
    durationMs,
    error: facts === null ? null : memberErrorJson(facts),
  };
}
