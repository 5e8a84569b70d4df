import { visible } from "../text/visible.ts";
import type { Entity, EntityDiagram, Fate } from "./entities.ts";

/** A diagram as Mermaid's `erDiagram`: https://mermaid.js.org/syntax/entityRelationshipDiagram.html */
export function mermaidText({ entities, relations }: EntityDiagram): string {
  const name = (id: string) => mermaidName(entities.find((one) => one.id === id)!);
  const lines = ["erDiagram"];
  for (const entity of entities) {
    if (entity.attributes.length === 0) lines.push(`  ${mermaidName(entity)}`);
    else {
      lines.push(`  ${mermaidName(entity)} {`);
      for (const { name, type, keys } of entity.attributes) {
        const word = mermaidWord(name);
        const comment = word === name ? "" : ` "${mermaidQuoted(name)}"`;
        const key = keys.length === 0 ? "" : ` ${keys.join(", ")}`;
        lines.push(`    ${mermaidWord(type === "" ? "ANY" : type)} ${word}${key}${comment}`);
      }
      lines.push("  }");
    }
  }
  for (const { child, parent, columns, optional, single } of relations) {
    const ends = `${optional ? "|o" : "||"}--${single ? "o|" : "o{"}`;
    lines.push(`  ${name(parent)} ${ends} ${name(child)} : "${mermaidQuoted(columns.join(", "))}"`);
  }
  return lines.join("\n");
}

function mermaidName({ name, note }: Entity): string {
  const text = note === undefined ? name : `${name} (${note})`;
  // Every name is quoted, because it may be a keyword of Mermaid.
  return `"${mermaidQuoted(text)}"`;
}

/** A text between double quotes, without percent signs and backslashes, which Mermaid would interpret. */
function mermaidQuoted(text: string): string {
  return visible(text).replace(/["%\\\n]/g, "_");
}

function mermaidWord(text: string): string {
  const word = text.replace(/[^A-Za-z0-9_()[\]-]/g, "_");
  return /^[A-Za-z_]/.test(word) ? word : `_${word}`;
}

const DOT_COLOURS: Readonly<Record<Fate, string>> = {
  same: "#57606a",
  new: "#1a7f37",
  changed: "#9a6700",
  gone: "#cf222e",
};

/** A diagram for Graphviz: https://graphviz.org/doc/info/lang.html */
export function dotText({ entities, relations }: EntityDiagram): string {
  const lines = [
    "digraph schema {",
    '  graph [rankdir=RL, fontname="Helvetica"];',
    '  node [shape=plain, fontname="Helvetica", fontsize=11];',
    '  edge [dir=both, fontname="Helvetica", fontsize=9];',
  ];
  const number = new Map(entities.map(({ id }, at) => [id, at]));
  entities.forEach(({ name, note, attributes, fate }, at) => {
    const rows = attributes.map((one) => {
      const mark = one.fate === "same" ? "" : ` COLOR="${DOT_COLOURS[one.fate]}"`;
      const cell = (text: string) => `<TD ALIGN="LEFT"${mark}>${escapeXml(text)}</TD>`;
      return `<TR>${cell(one.keys.join(" "))}${cell(one.name)}${cell(one.type)}</TR>`;
    });
    const title = escapeXml(note === undefined ? name : `${name} (${note})`);
    const head = `<TR><TD COLSPAN="3"><B>${title}</B></TD></TR>`;
    const table = `<TABLE BORDER="0" CELLBORDER="1" CELLSPACING="0" COLOR="${
      DOT_COLOURS[fate]
    }">${head}${rows.join("")}</TABLE>`;
    lines.push(`  t${at} [label=<${table}>];`);
  });
  for (const { child, parent, columns, optional, single, fate } of relations) {
    const ends = `arrowtail=${single ? "teeodot" : "crowodot"}, arrowhead=${
      optional ? "teeodot" : "teetee"
    }`;
    const label = visible(columns.join(", ")).replace(/["\\\n]/g, "\\$&");
    lines.push(
      `  t${number.get(child)} -> t${number.get(parent)} [${ends}, color="${
        DOT_COLOURS[fate]
      }", label="${label}"];`,
    );
  }
  return [...lines, "}"].join("\n");
}

/** A text for an element or a quoted attribute. */
export function escapeXml(text: string): string {
  const escapes: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
  };
  return visible(text).replace(/[&<>"]/g, (character) => escapes[character]!);
}
