import { displayWidth } from "../text/layout.ts";
import { visible } from "../text/visible.ts";
import { sameName } from "../sql/identifier.ts";
import { escapeXml } from "./diagram_text.ts";
import type { Attribute, Entity, EntityDiagram, Fate, Relation } from "./entities.ts";
import { type Layout, layOut, type Point } from "./layout.ts";

const CHARACTER = 7.3;
const ROW = 18;
const HEAD = 26;
const PAD = 10;
const KEYS = 44;
const MARGIN = 24;

/** Signs for the results of a comparison, for readers who do not see the colours. */
const SIGNS: Readonly<Record<Fate, string>> = { same: "", new: "+ ", changed: "~ ", gone: "− " };

/** Colours of paper, boxes, heads, lines, text, dim text, and of what is new, changed and gone. */
const LIGHT = ["#fff", "#f6f8fa", "#eaeef2", "#57606a", "#1f2328", "#57606a"] as const;
const DARK = ["#0d1117", "#161b22", "#21262d", "#8b949e", "#e6edf3", "#9198a1"] as const;
const LIGHT_FATES = { new: "#1a7f37", changed: "#9a6700", gone: "#cf222e" };
const DARK_FATES = { new: "#3fb950", changed: "#d29922", gone: "#f85149" };

/** Rules of CSS without variables, which few programs besides browsers know. */
function colours(
  [paper, box, head, line, text, dim]: typeof LIGHT | typeof DARK,
  fates: typeof LIGHT_FATES,
): string {
  const marked = Object.entries(fates).map(([fate, colour]) =>
    `text.${fate}{fill:${colour}}.${fate} rect,.${fate} .link,.${fate} .ring{stroke:${colour}}`
  );
  return `.paper{fill:${paper}}.box{fill:${box};stroke:${line}}.head{fill:${head};stroke:${line}}` +
    `.link{stroke:${line}}.ring{fill:${paper};stroke:${line}}text{fill:${text}}.dim{fill:${dim}}${
      marked.join("")
    }`;
}

const STYLE = `text{font:12px ui-monospace,Menlo,Consolas,"DejaVu Sans Mono",monospace}` +
  `.title{font-weight:bold}text.gone{text-decoration:line-through}` +
  `.link{fill:none;stroke-width:1.3}.ring{stroke-width:1.3}` +
  `.new rect,.changed rect,.gone rect{stroke-width:2}${colours(LIGHT, LIGHT_FATES)}` +
  `@media(prefers-color-scheme:dark){${colours(DARK, DARK_FATES)}}`;

/**
 * A diagram as SVG in crow's foot notation: a line ends in a foot at many children and in a bar at one, with a ring if
 * there may be none. It needs no network and no script, and has a light and a dark form.
 *
 * @param title The title of the picture, for a screen reader.
 */
export function svgText(diagram: EntityDiagram, title: string): string {
  const { entities, relations } = diagram;
  const widths = new Map(entities.map((entity) => [entity.id, widthOf(entity)]));
  const boxes = entities.map((entity) => ({
    id: entity.id,
    width: widths.get(entity.id)!,
    height: heightOf(entity),
  }));
  const layout = layOut(boxes, relations.map(({ child, parent }) => ({ from: child, to: parent })));
  const byId = new Map(entities.map((entity) => [entity.id, entity]));
  const lines = relations.map((relation, at) =>
    relationText(relation, byId, widths, layout, layout.bends[at]!)
  );
  const tables = entities.map((entity) =>
    entityText(entity, layout.places.get(entity.id)!, widths.get(entity.id)!)
  );
  // The line of a table's key to itself needs space at the right of its box.
  const width = Math.ceil(layout.width + MARGIN * 2 + 30);
  const height = Math.ceil(layout.height + MARGIN * 2);
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="${-MARGIN} ${-MARGIN} ${width} ${height}" width="${width}" height="${height}" role="img" aria-label="${
      escapeXml(title)
    }">`,
    `<title>${escapeXml(title)}</title>`,
    `<style>${STYLE}</style>`,
    `<rect class="paper" x="${-MARGIN}" y="${-MARGIN}" width="${width}" height="${height}"/>`,
    ...lines,
    ...tables,
    "</svg>",
  ].join("\n");
}

function heightOf({ attributes }: Entity): number {
  return HEAD + attributes.length * ROW + (attributes.length === 0 ? 0 : 6);
}

function titleOf({ name, note, fate }: Entity): string {
  return `${SIGNS[fate]}${name}${note === undefined ? "" : ` (${note})`}`;
}

const textWidth = (text: string) => displayWidth(visible(text)) * CHARACTER;

function nameWidth({ attributes }: Entity): number {
  return Math.max(0, ...attributes.map(({ name, fate }) => textWidth(SIGNS[fate] + name)));
}

function typeText({ type, notNull }: Attribute): string {
  return notNull ? `${type} !`.trimStart() : type;
}

function widthOf(entity: Entity): number {
  const types = Math.max(0, ...entity.attributes.map((one) => textWidth(typeText(one))));
  const rows = KEYS + nameWidth(entity) + 16 + types;
  return Math.ceil(Math.max(rows, textWidth(titleOf(entity)) * 1.05, 70) + PAD * 2);
}

function entityText(entity: Entity, { x, y }: Point, width: number): string {
  const { attributes, fate } = entity;
  const names = nameWidth(entity);
  const rows = attributes.map((one, at) => {
    const line = y + HEAD + at * ROW + 15;
    const cell = (left: number, text: string, dim: boolean) =>
      text === ""
        ? ""
        : `<text class="${dim && one.fate === "same" ? "dim" : one.fate}" x="${
          round(x + left)
        }" y="${round(line)}">${escapeXml(text)}</text>`;
    return cell(PAD, one.keys.slice(0, 2).join(" "), true) +
      cell(PAD + KEYS, SIGNS[one.fate] + one.name, false) +
      cell(PAD + KEYS + names + 16, typeText(one), true);
  });
  const at = `x="${round(x)}" y="${round(y)}" width="${width}"`;
  return [
    `<g class="${fate}">`,
    `<rect class="box" ${at} height="${heightOf(entity)}" rx="5"/>`,
    `<rect class="head" ${at} height="${HEAD}" rx="5"/>`,
    `<text class="title ${fate}" x="${round(x + PAD)}" y="${round(y + 17)}">${
      escapeXml(titleOf(entity))
    }</text>`,
    ...rows,
    "</g>",
  ].join("\n");
}

function relationText(
  relation: Relation,
  entities: ReadonlyMap<string, Entity>,
  widths: ReadonlyMap<string, number>,
  { places }: Layout,
  bends: readonly Point[],
): string {
  const { child, parent, columns, optional, single, fate } = relation;
  const [from, to] = [places.get(child)!, places.get(parent)!];
  const start = from.y + rowOf(entities.get(child)!, columns[0]);
  const key = entities.get(parent)!.attributes.find(({ keys }) => keys.includes("PK"))?.name;
  const end = to.y + rowOf(entities.get(parent)!, key);
  // Each end is at the side that faces the other box. Boxes of one layer are joined at their right sides.
  const childSide = to.x < from.x ? -1 : 1;
  const parentSide = from.x < to.x ? -1 : 1;
  const a = { x: childSide < 0 ? from.x : from.x + widths.get(child)!, y: start };
  const b = { x: parentSide < 0 ? to.x : to.x + widths.get(parent)!, y: end };
  const many = childSide * 12;
  const foot = single
    ? `M${point(a.x + many / 2, a.y - 6)}v12`
    : `M${point(a.x, a.y - 6)}L${point(a.x + many, a.y)}L${point(a.x, a.y + 6)}`;
  const bar = `M${point(b.x + parentSide * 6, b.y - 6)}v12` +
    (optional ? "" : `M${point(b.x + parentSide * 11, b.y - 6)}v12`);
  const rings = [
    `<circle class="ring" cx="${round(a.x + many + childSide * 4)}" cy="${round(a.y)}" r="4"/>`,
  ];
  if (optional) {
    rings.push(
      `<circle class="ring" cx="${round(b.x + parentSide * 12)}" cy="${round(b.y)}" r="4"/>`,
    );
  }
  const label = `${child} (${columns.join(", ")}) → ${parent}`;
  return `<g class="${fate}"><title>${
    escapeXml(SIGNS[fate] + label)
  }</title><path class="link" d="${
    curve(a, childSide, bends, b, parentSide)
  }"/><path class="link" d="${foot}${bar}"/>${rings.join("")}</g>`;
}

/** The vertical middle of a column inside its box; that of the head if there is no such column. */
function rowOf({ attributes }: Entity, column: string | undefined): number {
  const at = attributes.findIndex(({ name }) => sameName(name, column ?? ""));
  return at < 0 ? HEAD / 2 : HEAD + at * ROW + 11;
}

/** A smooth line that leaves and reaches its boxes horizontally. */
function curve(
  a: Point,
  aSide: number,
  bends: readonly Point[],
  b: Point,
  bSide: number,
): string {
  const stops = [{ x: a.x + aSide * 20, y: a.y }, ...bends, { x: b.x + bSide * 20, y: b.y }];
  let path = `M${point(a.x, a.y)}H${round(stops[0]!.x)}`;
  for (let at = 1; at < stops.length; at++) {
    const [one, other] = [stops[at - 1]!, stops[at]!];
    const middle = aSide === bSide ? Math.max(one.x, other.x) + 15 * aSide : (one.x + other.x) / 2;
    path += `C${point(middle, one.y)} ${point(middle, other.y)} ${point(other.x, other.y)}`;
  }
  return `${path}H${round(b.x)}`;
}

const round = (value: number) => Math.round(value * 10) / 10;
const point = (x: number, y: number) => `${round(x)} ${round(y)}`;
