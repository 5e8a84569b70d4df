/// <reference lib="dom" />
/** The script of the report's page: it reads the data in the page, and shows the view in the address. */
import type { Report } from "../report.ts";
import { h, TableDiagram } from "./dom.ts";
import { HistoryList } from "./history.ts";
import { ReportModel } from "./model.ts";
import { revisionView, schemaView, stateView } from "./views.ts";

customElements.define("table-diagram", TableDiagram);
const model = new ReportModel(await readReport());
const history = new HistoryList(model);
const main = h("main", { tabindex: "-1", id: "main" });
document.querySelector("#app")!.replaceChildren(history.element, main);
addEventListener("hashchange", () => show(true));
addEventListener("keydown", pressed);
show(false);

/** Reads the data, which is compressed so that a page with a thousand revisions stays small. */
async function readReport(): Promise<Report> {
  const text = document.querySelector("#data")!.textContent!;
  const bytes = Uint8Array.from(atob(text.trim()), (character) => character.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return await new Response(stream).json();
}

/** Shows `#r/REVISION`, `#s/REVISION`, `#s/REVISION/TABLE` or `#state`. */
function show(moved: boolean): void {
  const [kind = "", id = "", table] = location.hash.slice(1).split("/");
  const { revisions } = model.report;
  const [first] = revisions;
  const chosen = model.revision(id) ?? first;
  const name = kind === "s" || kind === "state" || kind === "r" ? kind : "r";
  if (name === "state") main.replaceChildren(stateView(model));
  else if (name === "s") {
    const at = id === "" ? model.newest : id;
    main.replaceChildren(
      at === undefined
        ? h("p", {}, "No schema is known.")
        : schemaView(model, at, table === undefined ? undefined : decodeURIComponent(table)),
    );
  } else if (chosen === undefined) main.replaceChildren(h("p", {}, "There are no revisions."));
  else main.replaceChildren(revisionView(model, chosen));
  history.select(name === "r" ? chosen?.id : id);
  for (const link of document.querySelectorAll("header nav a")) {
    const isHere = link.getAttribute("href") === `#${name}`;
    if (isHere) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  main.scrollTop = 0;
  // A screen reader continues in the new view, unless the user is typing in a field.
  if (moved && !(document.activeElement instanceof HTMLInputElement)) {
    if (!history.element.contains(document.activeElement)) main.focus({ preventScroll: true });
  }
}

function pressed(event: KeyboardEvent): void {
  const { target, key } = event;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (target instanceof HTMLInputElement || target instanceof HTMLSelectElement) {
    if (key === "Escape") target.blur();
    return;
  }
  if (key === "/") {
    event.preventDefault();
    history.focusSearch();
  }
  if (key !== "j" && key !== "k") return;
  const [kind, id = model.report.revisions[0]?.id ?? ""] = location.hash.slice(1).split("/");
  const next = history.beside(id, key === "j" ? 1 : -1);
  if (next !== undefined) location.hash = `#${kind === "s" ? "s" : "r"}/${next}`;
}
