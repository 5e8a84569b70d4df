import { displayName } from "../sql/identifier.ts";
import type { Plan, PlannedStatement } from "./planned_statement.ts";
import { terminated } from "./terminated.ts";

/** What stands around a plan's statements in a file. */
export interface PlanScriptOptions {
  /** The first line, such as `Up: add users`; one line. */
  readonly title: string;
  /** More comment lines for the top. */
  readonly notes?: readonly string[];
  /**
   * `file`: values to choose are left open, and marked · `trial`: a value that fits the type stands in for
   * each, to run the file with.
   */
  readonly purpose: "file" | "trial";
}

/**
 * A plan as the text of an up.sql or down.sql: canonical, each statement under a comment that says what it
 * does, what it costs and what is dangerous about it.
 */
export function writePlan(plan: Plan, { title, notes, purpose }: PlanScriptOptions): string {
  const lines: string[] = [];
  if (plan.sqlite !== undefined) lines.push(`-- aludel: sqlite>=${plan.sqlite.join(".")}`);
  lines.push(...comment(title), ...(notes ?? []).flatMap(comment));
  for (const statement of plan.statements) {
    if (statement.comment !== "") lines.push("");
    lines.push(...statementLines(statement, purpose));
  }
  return `${lines.join("\n")}\n`;
}

function statementLines(statement: PlannedStatement, purpose: "file" | "trial"): string[] {
  const lines = statement.comment === "" ? [] : comment(`${statement.comment} (${statement.cost})`);
  for (const { code, message } of statement.hazards) lines.push(...comment(`${code}: ${message}`));
  for (const { name, reason } of statement.losses ?? []) {
    lines.push(`-- aludel: allow-loss=${displayName(name)} ${reason}`);
  }
  const sql = purpose === "trial" ? statement.choice?.trial ?? statement.sql : statement.sql;
  lines.push(terminated(sql));
  return lines;
}

/** Comment lines; a text of several lines gives as many, none of which can pass for a directive. */
function comment(text: string): string[] {
  return text.replaceAll("\0", "").split(/\r\n|[\r\n]/)
    .map((line, at) => (at === 0 ? `-- ${line}` : `-- … ${line}`).trimEnd());
}
