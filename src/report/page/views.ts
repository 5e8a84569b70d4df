/// <reference lib="dom" />
import { durationText, utcText } from "../../text/layout.ts";
import type { ReportFinding, ReportObject, ReportRevision } from "../report.ts";
import { changeList, diagramElement, h, list, section, sqlBlock } from "./dom.ts";
import type { ReportModel } from "./model.ts";

/** The maximum number of tables that are drawn without a click. */
const DRAWN = 60;

/** A revision: its facts, changes, hazards and SQL. */
export function revisionView(model: ReportModel, revision: ReportRevision): HTMLElement {
  const { id, message, difference, hazards, proof, up, down } = revision;
  const [title = "", ...rest] = message.split("\n");
  const diagram = model.diagramOf(revision);
  return h(
    "article",
    {},
    h("h2", {}, title),
    rest.join("").trim() === "" ? null : h("p", { class: "message" }, rest.join("\n").trim()),
    facts(revisionFacts(model, revision)),
    section(
      "Schema",
      difference === null
        ? h("p", {}, "The schema after it is not known.")
        : changeList(difference.lines) ?? h("p", {}, "It does not change the schema."),
      diagram && diagramElement(diagram, `Tables that ${id} touches`),
      difference &&
        h("p", {}, h("a", { href: `#s/${id}` }, "The whole schema after this revision")),
    ),
    section("Hazards", findingList(hazards) ?? h("p", {}, "None was found.")),
    section(
      "Proof",
      proof === null
        ? h("p", {}, "It was not run: ", h("code", {}, `aludel prove ${id}`))
        : h("p", { class: proof.verdict === "fails" ? "gone" : undefined }, proof.verdict),
      proof && list(proof.details, "details"),
    ),
    up === null ? null : section("up.sql", sqlBlock(up, "up.sql")),
    section("down.sql", down === null ? h("p", {}, "There is none.") : sqlBlock(down, "down.sql")),
  );
}

function revisionFacts(model: ReportModel, revision: ReportRevision): readonly Fact[] {
  const { id, parents, dependsOn, labels, created, state, applied, replaces } = revision;
  const { target } = model.report;
  const links = (ids: readonly string[]) => ids.map((one) => revisionLink(model, one));
  return [
    ["Revision", [h("code", {}, id), ` ${state}`]],
    ["Parents", parents.length === 0 ? ["base"] : links(parents)],
    ["Children", links(model.childrenOf(id))],
    ["Depends on", links(dependsOn)],
    ["Labels", labels],
    ["Replaces", replaces.map((one) => h("code", {}, one))],
    ["Created", created === null ? [] : [utcText(created)]],
    [
      "Applied",
      target === null ? [] : [
        applied === null
          ? `no, not to ${target.name}`
          : `${utcText(applied.at)}, ${
            applied.kind === "stamped"
              ? "stamped, not run"
              : `in ${durationText(applied.durationMs)}`
          }, by ${applied.by}`,
      ],
    ],
  ];
}

function revisionLink(model: ReportModel, id: string): HTMLElement {
  const title = model.revision(id)?.message.split("\n", 1)[0];
  return title === undefined
    ? h("code", {}, id)
    : h("a", { href: `#r/${id}` }, h("code", {}, id), ` ${title}`);
}

type Fact = readonly [name: string, values: readonly (Node | string)[]];

function facts(all: readonly Fact[]): HTMLElement {
  const parts = all.filter(([, values]) => values.length > 0).map(([name, values]) =>
    h(
      "div",
      {},
      h("dt", {}, name),
      h(
        "dd",
        {},
        ...values.flatMap((one, at) => at > 0 && typeof one !== "string" ? [", ", one] : [one]),
      ),
    )
  );
  return h("dl", {}, ...parts);
}

function findingList(findings: readonly ReportFinding[]): HTMLElement | undefined {
  return list(
    findings.map(({ level, code, message, place, notes }) =>
      h(
        "div",
        {},
        h("strong", { class: level === "error" ? "gone" : "changed" }, `${level}[${code}]`),
        ` ${message}`,
        place === null ? null : h("code", { class: "place" }, place),
        list(notes, "details"),
      )
    ),
    "findings",
  );
}

/** The schema after a revision: all of it, or a table with its neighbours. */
export function schemaView(model: ReportModel, id: string, table: string | undefined): HTMLElement {
  const objects = model.schemaAt(id);
  const tables = objects.filter(({ entity }) => entity !== null);
  const chosen = objects.filter(({ name, kind }) => name === table && kind !== "index");
  return h(
    "article",
    {},
    h("h2", {}, table === undefined ? "Schema" : `Schema: ${table}`),
    h(
      "p",
      {},
      "After ",
      revisionPicker(model, id, table),
      ` ${tables.length} ${tables.length === 1 ? "table" : "tables"}, ${objects.length} objects. `,
      table === undefined ? null : h("a", { href: `#s/${id}` }, "All of it"),
    ),
    table === undefined ? wholeDiagram(model, id, tables.length) : null,
    ...chosen.map((one) => objectSection(model, id, one, objects)),
    table !== undefined && chosen.length === 0
      ? h("p", {}, `There is no "${table}" after this revision.`)
      : null,
    section("Objects", tablePicker(id, objects)),
  );
}

function wholeDiagram(model: ReportModel, id: string, count: number): HTMLElement {
  const draw = () => diagramElement(model.diagramAt(id), `All tables after ${id}`);
  if (count <= DRAWN) return draw();
  const button = h("button", { type: "button" }, `Draw all ${count} tables`);
  button.addEventListener("click", () => button.replaceWith(draw()));
  return button;
}

function objectSection(
  model: ReportModel,
  id: string,
  object: ReportObject,
  objects: readonly ReportObject[],
): HTMLElement {
  const { name, description, sql, entity } = object;
  const on = objects.filter((one) =>
    (one.kind === "index" || one.kind === "trigger") && one.description.endsWith(` on ${name}`)
  );
  return section(
    description,
    entity && diagramElement(model.diagramAround(id, entity.id), `${name} and its neighbours`),
    sqlBlock(
      [sql, ...on.map((one) => one.sql)].map((text) => `${text};`).join("\n\n"),
      description,
    ),
  );
}

function revisionPicker(model: ReportModel, id: string, table: string | undefined): HTMLElement {
  const options = model.report.revisions.filter(({ difference }) => difference !== null).map(
    (one) => {
      const option = h("option", { value: one.id }, `${one.id} ${one.message.split("\n", 1)[0]}`);
      option.selected = one.id === id;
      return option;
    },
  );
  const select = h("select", { "aria-label": "Revision" }, ...options);
  select.addEventListener("change", () => {
    location.hash = schemaAddress(select.value, table);
  });
  return select;
}

function tablePicker(id: string, objects: readonly ReportObject[]): HTMLElement {
  const items = objects.map(({ name, description }) =>
    h("li", {}, h("a", { href: schemaAddress(id, name) }, description))
  );
  const input = h("input", {
    type: "search",
    placeholder: "Filter",
    "aria-label": "Filter the objects by name",
  });
  input.addEventListener("input", () => {
    const word = input.value.toLowerCase();
    for (const item of items) item.hidden = !item.textContent!.toLowerCase().includes(word);
  });
  return h("div", {}, input, h("ul", { class: "objects" }, ...items));
}

/** The address of a schema, from `#` on. */
function schemaAddress(id: string, table: string | undefined): string {
  return table === undefined ? `#s/${id}` : `#s/${id}/${encodeURIComponent(table)}`;
}

/** The state of the database, and errors in files and records. */
export function stateView(model: ReportModel): HTMLElement {
  const { target, heads, findings } = model.report;
  const links = (ids: readonly string[]) => ids.map((one) => revisionLink(model, one));
  return h(
    "article",
    {},
    h("h2", {}, "State"),
    target === null ? h("p", {}, "No database was looked at.") : facts([
      ["Database", [target.exists ? target.name : `${target.name} (does not exist yet)`]],
      ["Current", target.current.length === 0 ? ["base"] : links(target.current)],
      ["Heads", links(heads)],
    ]),
    target && section(
      `Pending: ${target.pending.length}`,
      list(links(target.pending), "plain") ?? h("p", {}, "Nothing."),
    ),
    target && target.unknown.length > 0
      ? section("In the database, not on disk", list(links(target.unknown), "plain"))
      : null,
    target?.drift
      ? section(
        "Drift",
        changeList(target.drift.changes) ??
          h("p", {}, "None: the schema is what its revisions lead to."),
        target.drift.sql === null ? null : sqlBlock(target.drift.sql, "SQL that undoes the drift"),
      )
      : null,
    section(
      "Findings",
      findingList(findings) ?? h("p", {}, "Nothing is wrong with files and records."),
    ),
  );
}
