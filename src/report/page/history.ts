/// <reference lib="dom" />
import type { ReportRevision } from "../report.ts";
import { h } from "./dom.ts";
import type { ReportModel } from "./model.ts";

const ROW = 44;
const LANE = 14;
const COLOURS = 6;
/** Lanes beyond these are not drawn. */
const SHOWN_LANES = 14;

/** The list of revisions with their graph, and the search above it. */
export class HistoryList {
  readonly element: HTMLElement;
  readonly #model: ReportModel;
  readonly #links = new Map<string, HTMLAnchorElement>();
  readonly #items = new Map<string, HTMLLIElement>();
  readonly #count = h("p", { role: "status", class: "count" });
  readonly #input = h("input", {
    type: "search",
    id: "search",
    placeholder: "Search  ( / )",
    "aria-label": "Search ids, messages, labels, changes and SQL",
  });
  #found: readonly string[] = [];

  constructor(model: ReportModel) {
    this.#model = model;
    const { revisions } = model.report;
    const lanes = Math.min(SHOWN_LANES, Math.max(1, ...revisions.map(lanesOf)));
    const list = h("ol");
    for (const revision of revisions) {
      const link = this.#row(revision, lanes);
      const item = h("li", {}, link);
      this.#links.set(revision.id, link);
      this.#items.set(revision.id, item);
      list.append(item);
    }
    this.element = h("nav", { "aria-label": "Revisions" }, this.#input, this.#count, list);
    this.#input.addEventListener("input", () => this.#search());
    this.#search();
  }

  /** Marks the revision that is shown. */
  select(id: string | undefined): void {
    for (const link of this.element.querySelectorAll("[aria-current]")) {
      link.removeAttribute("aria-current");
    }
    const link = this.#links.get(id ?? "");
    link?.setAttribute("aria-current", "true");
    link?.scrollIntoView({ block: "nearest" });
  }

  focusSearch(): void {
    this.#input.focus();
  }

  /** The revision a number of places below another one in the list. */
  beside(id: string, by: number): string | undefined {
    return this.#found[this.#found.indexOf(id) + by];
  }

  #search(): void {
    const query = this.#input.value;
    this.#found = this.#model.search(query).map(({ id }) => id);
    const found = new Set(this.#found);
    for (const [id, item] of this.#items) item.hidden = !found.has(id);
    this.element.classList.toggle("filtered", query.trim() !== "");
    const all = this.#items.size;
    this.#count.textContent = found.size === all
      ? `${all} ${all === 1 ? "revision" : "revisions"}`
      : `${found.size} of ${all} revisions`;
  }

  #row(revision: ReportRevision, lanes: number): HTMLAnchorElement {
    const { id, message, labels, marks, state, hazards } = revision;
    const errors = hazards.some(({ level }) => level === "error");
    const badges = [
      ...marks.filter((mark) => mark !== "applied"),
      ...(state === "sealed" ? [] : [state]),
      ...labels.map((label) => `⌂ ${label}`),
      ...(hazards.length > 0 ? [`${errors ? "✕" : "!"} ${hazards.length}`] : []),
    ];
    const title = h("span", { class: "title" }, message.split("\n", 1)[0]!);
    const facts = h(
      "span",
      { class: "facts" },
      h("code", {}, id),
      ...badges.map((text, at) =>
        h("span", {
          class: `badge b-${badgeKind(text)}`,
          title: hazardTitle(badges, at, hazards.length),
        }, text)
      ),
    );
    const link = h("a", { href: `#r/${id}` });
    link.append(lanesElement(revision, lanes), h("span", { class: "text" }, title, facts));
    return link;
  }
}

function hazardTitle(badges: readonly string[], at: number, hazards: number): string | undefined {
  if (hazards === 0 || at !== badges.length - 1) return undefined;
  return `${hazards} ${hazards === 1 ? "hazard" : "hazards"}`;
}

function badgeKind(text: string): string {
  if (text.startsWith("⌂")) return "label";
  if (text.startsWith("!")) return "pending";
  if (text.startsWith("✕")) return "unknown";
  return text;
}

function lanesOf({ lanes: { column, beside, joins, forks } }: ReportRevision): number {
  return 1 + Math.max(column, beside.length - 1, ...joins, ...forks.map(({ lane }) => lane));
}

/** The part of the graph beside a row: lines that pass, lines that end here, and lines to its parents. */
function lanesElement(revision: ReportRevision, lanes: number): SVGSVGElement {
  const { lanes: { column, isReached, beside, joins, forks }, marks } = revision;
  const x = (lane: number) => lane * LANE + LANE / 2 + 2;
  const middle = ROW / 2;
  const svg = svgElement("svg", {
    width: String(lanes * LANE + 6),
    height: String(ROW),
    "aria-hidden": "true",
    focusable: "false",
  });
  const line = (d: string, lane: number, kind: string) =>
    svg.append(svgElement("path", { d, class: `lane l${lane % COLOURS} ${kind}` }));
  beside.forEach((lane, at) => {
    if (lane !== null) line(`M${x(at)} 0V${ROW}`, at, lane.kind);
  });
  if (isReached) line(`M${x(column)} 0V${middle}`, column, "parent");
  const bend = (from: number, to: number, y: number, end: number) =>
    `M${x(from)} ${y}C${x(from)} ${(y + end) / 2} ${x(to)} ${(y + end) / 2} ${x(to)} ${end}`;
  for (const at of joins) line(bend(at, column, 0, middle), at, "parent");
  for (const { lane, kind } of forks) line(bend(column, lane, middle, ROW), lane, kind);
  const isApplied = marks.includes("applied");
  const dot = isApplied ? "applied" : marks.includes("pending") ? "pending" : "plain";
  if (marks.includes("current")) {
    svg.append(
      svgElement("circle", { cx: String(x(column)), cy: String(middle), r: "8", class: "ring" }),
    );
  }
  svg.append(
    svgElement("circle", {
      cx: String(x(column)),
      cy: String(middle),
      r: "5",
      class: `dot ${dot}`,
    }),
  );
  return svg;
}

function svgElement<K extends keyof SVGElementTagNameMap>(
  tag: K,
  attributes: Readonly<Record<string, string>>,
): SVGElementTagNameMap[K] {
  const element = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  return element;
}
