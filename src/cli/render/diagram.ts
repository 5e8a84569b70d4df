import { AludelError } from "../../errors.ts";
import { dotText, mermaidText } from "../../report/diagram_text.ts";
import { svgText } from "../../report/diagram_svg.ts";
import { type EntityDiagram, neighbourhood } from "../../report/entities.ts";
import { foldName } from "../../sql/identifier.ts";
import { closest } from "../../text/closest.ts";
import { instead, say, shell } from "../../text/next_step.ts";
import type { Ui } from "../terminal/ui.ts";

export { entityDiagram, neighbourhood, touchedEntities } from "../../report/entities.ts";

/** The formats of a diagram. */
export type DiagramForm = "mermaid" | "dot" | "svg";

/**
 * The format that the flags name; undefined if there is none.
 * @throws {AludelError} `usage` if they name several.
 */
export function chosenForm(
  flags: Readonly<Record<DiagramForm, boolean>>,
): DiagramForm | undefined {
  const [one, other] = (["mermaid", "dot", "svg"] as const).filter((form) => flags[form]);
  if (other !== undefined) {
    throw new AludelError("usage", `"--${one}" and "--${other}" exclude each other`, {
      next: [say("Leave one of them out")],
    });
  }
  return one;
}

/**
 * The part of a diagram with some tables and their neighbours.
 * @throws {AludelError} `operand-unknown` for a name that is not a table's.
 */
export function partWith(diagram: EntityDiagram, tables: readonly string[]): EntityDiagram {
  const names = new Map(diagram.entities.map(({ id, name }) => [id, name]));
  for (const table of tables) {
    if (names.has(foldName(table))) continue;
    const near = closest(table, names.values());
    throw new AludelError("operand-unknown", `The schema has no table "${table}"`, {
      next: [near === undefined ? shell`aludel schema` : instead(table, near)],
    });
  }
  return tables.length === 0 ? diagram : neighbourhood(diagram, new Set(tables.map(foldName)));
}

/** Prints a diagram. @param more Further fields for the JSON. */
export function printDiagram(
  ui: Ui,
  diagram: EntityDiagram,
  form: DiagramForm,
  title: string,
  more: Readonly<Record<string, unknown>> = {},
): void {
  const writers = { mermaid: mermaidText, dot: dotText, svg: svgText };
  const text = writers[form](diagram, title);
  ui.json({ ...more, diagram: { form, text } });
  ui.script(text);
}
