import type { CheckedStep } from "../../../src/runner/request.ts";
import { type Mention, readMentions } from "../../../src/sql/mentions.ts";
import { readScript } from "../../../src/sql/read_script.ts";

/** What the statements of a text mention, in order. */
export function mentionsOf(text: string): readonly Mention[] {
  const { statements, text: canonical } = readScript("up.sql", text);
  return statements.flatMap((statement) => readMentions(canonical, statement));
}

/** A step down with the text as its script. */
export function sampleStep(id: string, text: string): CheckedStep {
  const script = readScript(`${id}/down.sql`, text);
  return { direction: "down", from: "database", id, message: "", script };
}
