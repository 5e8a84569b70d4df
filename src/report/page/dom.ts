/// <reference lib="dom" />
import { tokenize } from "../../sql/tokenizer.ts";
import { visible } from "../../text/visible.ts";
import { svgText } from "../diagram_svg.ts";
import { type EntityDiagram, fateOfLine } from "../entities.ts";

type Child = Node | string | null | undefined;

/** An element with attributes and children. A text is never read as HTML; its control characters are shown escaped. */
export function h<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string | undefined>> = {},
  ...children: readonly Child[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value !== undefined) element.setAttribute(name, value);
  }
  for (const child of children) {
    if (child !== null && child !== undefined) {
      element.append(typeof child === "string" ? visible(child) : child);
    }
  }
  return element;
}

/** A list with an item for each value; undefined if there is none. */
export function list(items: readonly Child[], kind: string): HTMLElement | undefined {
  return items.length === 0
    ? undefined
    : h("ul", { class: kind }, ...items.map((item) => h("li", {}, item)));
}

/** A part of a view under a heading. */
export function section(title: string, ...children: readonly Child[]): HTMLElement {
  return h("section", {}, h("h3", {}, title), ...children);
}

/** The keywords of SQL that are coloured. */
const KEYWORDS = new Set(
  ("ABORT ACTION ADD AFTER ALL ALTER ALWAYS ANALYZE AND AS ASC AUTOINCREMENT BEFORE BEGIN BETWEEN BY CASCADE CASE CAST CHECK " +
    "COLLATE COLUMN COMMIT CONFLICT CONSTRAINT CREATE CROSS CURRENT_DATE CURRENT_TIME CURRENT_TIMESTAMP DEFAULT DEFERRABLE " +
    "DEFERRED DELETE DESC DISTINCT DO DROP EACH ELSE END ESCAPE EXCEPT EXISTS FAIL FOR FOREIGN FROM FULL GENERATED GLOB GROUP " +
    "HAVING IF IGNORE IMMEDIATE IN INDEX INITIALLY INNER INSERT INSTEAD INTERSECT INTO IS ISNULL JOIN KEY LEFT LIKE LIMIT MATCH " +
    "NATURAL NO NOT NOTHING NOTNULL NULL NULLS OF OFFSET ON OR ORDER OUTER OVER PARTITION PRAGMA PRIMARY RAISE RECURSIVE " +
    "REFERENCES REINDEX RENAME REPLACE RESTRICT RETURNING RIGHT ROLLBACK ROW ROWID SELECT SET STORED STRICT TABLE TEMP TEMPORARY " +
    "THEN TO TRANSACTION TRIGGER UNION UNIQUE UPDATE USING VACUUM VALUES VIEW VIRTUAL WHEN WHERE WINDOW WITH WITHOUT")
    .split(" "),
);

/** The maximum length of a script that is coloured: a longer one would have too many elements. */
const COLOURED = 200_000;

/** SQL with its tokens coloured, as SQLite reads them. */
export function sqlBlock(sql: string, label: string): HTMLElement {
  const code = h("code");
  if (sql.length > COLOURED) code.append(visible(sql));
  else {
    for (const { kind, start, end } of tokenize(sql)) {
      const text = visible(sql.slice(start, end));
      const role = kind === "word" && KEYWORDS.has(text.toUpperCase()) ? "keyword" : kind;
      if (PLAIN.has(role)) code.append(text);
      else code.append(h("span", { class: `t-${role}` }, text));
    }
  }
  return h("pre", { tabindex: "0", role: "region", "aria-label": label }, code);
}

const PLAIN: ReadonlySet<string> = new Set(["space", "word", "operator", "semicolon", "illegal"]);

/** A diagram of tables, with its own styles. */
export class TableDiagram extends HTMLElement {
  show(diagram: EntityDiagram, title: string): this {
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open" });
    // All names in it are escaped by svgText().
    root.innerHTML = `<style>:host{display:block}div{overflow:auto;max-height:75vh}</style>` +
      `<div tabindex="0" role="region">${svgText(diagram, title)}</div>`;
    root.querySelector("div")!.setAttribute("aria-label", visible(title));
    return this;
  }
}

export function diagramElement(diagram: EntityDiagram, title: string): HTMLElement {
  return (document.createElement("table-diagram") as TableDiagram).show(diagram, title);
}

const SIGNS = { new: "+", gone: "−", changed: "~" } as const;

/** Lines of a difference, coloured and with signs. */
export function changeList(lines: readonly string[]): HTMLElement | undefined {
  return list(
    lines.map((line) => {
      const fate = fateOfLine(line);
      return h("span", { class: fate }, `${SIGNS[fate]} ${line}`);
    }),
    "changes",
  );
}
